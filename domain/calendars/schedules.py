"""What comes back: every so many days, weeks or months at a local time. The k-th time is counted from the first day, never from
the time before, so nothing drifts: not when the clocks change, not on the 31st, not when a run was late.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from domain.calendars.zones import WEEKDAYS, LocalTime, Weekday, instant, local_date

_DAY = timedelta(days=1)


class Schedule(BaseModel):
    """`{every: week, time: "09:00", weekdays: [mon, thu], interval: 2}`; a month has a `day` (1 to 31, or last).

    Weeks begin on Monday. A day that a month does not have is its last one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    every: Literal["day", "week", "month"]
    time: LocalTime
    weekdays: tuple[Weekday, ...] = Field(
        default=(),
        max_length=7,
        description="For weeks: on which days; if empty, the weekday of the first day.",
    )
    day: int | Literal["last"] | None = Field(
        default=None, description="For months: the day, 1 to 31 or last; if empty, the day of the first one."
    )
    interval: int = Field(default=1, ge=1, le=366, description="2 is every other day, week or month.")

    @field_validator("weekdays")
    @classmethod
    def _in_order(cls, weekdays: tuple[Weekday, ...]) -> tuple[Weekday, ...]:
        return tuple(day for day in WEEKDAYS if day in weekdays)

    @field_validator("day")
    @classmethod
    def _in_a_month(cls, day: int | str | None) -> int | str | None:
        if isinstance(day, int) and not 1 <= day <= 31:
            raise _fault("A month has the days 1 to 31; `last` is the last one, whichever that is.")
        return day

    @model_validator(mode="after")
    def _fits(self) -> "Schedule":
        if self.weekdays and self.every != "week":
            raise _fault("Weekdays go with every week: write {every: week, weekdays: [mon, tue, …]}.")
        if self.day is not None and self.every != "month":
            raise _fault("A day of the month goes with every month.")
        return self

    def occurrence(self, k: int, anchor: date, zone: ZoneInfo) -> datetime:
        """The k-th time (the first is 0) of what begins on the day `anchor`."""
        first = self._block(0, anchor)
        before = sum(day < anchor for day in first)
        block, place = divmod(k + before, len(first))
        return self._at(self._block(block, anchor)[place], zone)

    def next_after(self, now: datetime, anchor: date, zone: ZoneInfo) -> datetime:
        """The first time strictly after `now`."""
        around = local_date(now, zone) - _DAY
        return next(at for day in self._days(anchor, around) if (at := self._at(day, zone)) > now)

    def _at(self, day: date, zone: ZoneInfo) -> datetime:
        return instant(datetime.combine(day, self.time), zone)

    def _days(self, anchor: date, since: date) -> Iterator[date]:
        """The days of the schedule from `since` on."""
        block = max(0, self._block_of(since, anchor))
        while True:
            yield from (day for day in self._block(block, anchor) if day >= max(anchor, since))
            block += 1

    def _block(self, number: int, anchor: date) -> list[date]:
        """The days of the schedule in its day, week or month of this number."""
        step = number * self.interval
        match self.every:
            case "day":
                return [anchor + step * _DAY]
            case "week":
                monday = anchor - anchor.weekday() * _DAY + 7 * step * _DAY
                return [
                    monday + WEEKDAYS.index(name) * _DAY
                    for name in self.weekdays or (WEEKDAYS[anchor.weekday()],)
                ]
            case "month":
                day = 31 if self.day == "last" else self.day or anchor.day
                return [anchor.replace(day=1) + relativedelta(months=step, day=day)]

    def _block_of(self, day: date, anchor: date) -> int:
        match self.every:
            case "day":
                return (day - anchor).days // self.interval
            case "week":
                return (day - anchor + anchor.weekday() * _DAY).days // 7 // self.interval
            case "month":
                return ((day.year - anchor.year) * 12 + day.month - anchor.month) // self.interval


def _fault(message: str) -> PydanticCustomError:
    return PydanticCustomError("schedule", "{reason}", {"reason": message})
