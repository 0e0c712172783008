"""Local time and instants: from one to the other in a zone, and the next time that a clock on the wall shows something."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from dateutil.relativedelta import relativedelta
from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from domain.calendars.durations import Duration, Offset
from domain.errors import Invalid

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Weekdays = frozenset[Weekday]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY: Weekdays = frozenset(WEEKDAYS)

Moment = date | datetime
"""A day, or an aware instant in UTC (which is a `date` too: ask for `datetime` first)."""

_TICK = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_DATE = re.compile(r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[1-8][0-9]{3}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?"
    r"(?P<offset>Z|[+-](0[0-9]|1[0-5]):?[0-5][0-9])?"
)


@cache
def zone_names() -> frozenset[str]:
    """The IANA names; what stands for this machine's own zone is not among them."""
    return frozenset(available_timezones() - {"localtime", "Factory"})


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def find_zone(name: str | None) -> ZoneInfo | None:
    """The zone of this name, or None when there is none."""
    return _zone(name) if name in zone_names() else None


def zone_named(name: str) -> ZoneInfo:
    zone = find_zone(name)
    if zone is None:
        raise Invalid(f"`{name[:60]}` is not a time zone. Write it like Europe/Berlin or America/New_York.")
    return zone


def _read_time(value: object) -> time:
    if isinstance(value, time):
        return value
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise PydanticCustomError(
            "time", "`{value}` is not a time of day. Write it like 09:00.", {"value": str(value)[:40]}
        )
    return time(int(found[1]), int(found[2]))


LocalTime = Annotated[
    time,
    BeforeValidator(_read_time),
    PlainSerializer(lambda at: at.strftime("%H:%M"), return_type=str),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$",
            "examples": ["09:00"],
            "x-widget": "time",
        }
    ),
]
"""A time of day on the wall, to the minute."""


def instant(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant (in UTC) at which a clock in the zone shows `local`: of two the first, in a gap the next that exists."""
    moment = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == local:
        return moment
    return _end_of_gap(local.replace(tzinfo=zone, fold=1).astimezone(UTC), moment, zone)


def _end_of_gap(before: datetime, behind: datetime, zone: ZoneInfo) -> datetime:
    """The second at which the offset changes, known to lie after `before` and not after `behind`."""
    low, high = int(before.timestamp()), int(behind.timestamp())
    offset = _offset(high, zone)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _offset(middle, zone) == offset else (middle, high)
    return datetime.fromtimestamp(high, UTC)


def _offset(second: int, zone: ZoneInfo) -> timedelta | None:
    return datetime.fromtimestamp(second, zone).utcoffset()


def local_date(now: datetime, zone: ZoneInfo) -> date:
    return now.astimezone(zone).date()


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a day: midnight, or where the clocks skip it, what comes next."""
    return instant(datetime.combine(day, time()), zone)


def after(now: datetime, span: Duration | Offset, zone: ZoneInfo) -> datetime:
    """`now` and this much later: months and years by the calendar of the zone at the same local time, the rest elapsed."""
    if not span.by_calendar:
        return now.astimezone(UTC) + span.elapsed
    local = now.astimezone(zone).replace(tzinfo=None) + relativedelta(months=span.by_calendar)
    return instant(local, zone) + span.elapsed


def next_local(now: datetime, zone: ZoneInfo, at: time, weekdays: Weekdays = EVERY_DAY) -> datetime:
    """The first instant, `now` included, at which it is this time of day on one of these weekdays."""
    for day in _days_from(local_date(now, zone) - _DAY):
        if WEEKDAYS[day.weekday()] in weekdays:
            found = instant(datetime.combine(day, at), zone)
            if found >= now and local_date(found, zone) == day:  # a day that the zone skips has no 09:00
                return found
    raise AssertionError("unreachable: the days do not end")


def _days_from(day: date) -> Iterator[date]:
    while True:
        yield day
        day += _DAY


def local_days_then(
    now: datetime, span: Duration, at: time, zone: ZoneInfo, *, weekdays: Weekdays = EVERY_DAY
) -> datetime:
    """So many days on by the calendar, then the time: "1 day, then 09:00" on Monday at 21:00 is Tuesday at 09:00.

    A span with hours in it has to pass in full first.
    """
    if span.time_part:
        return next_local(after(now, span, zone), zone, at, weekdays)
    day = span.shift(local_date(now, zone))
    return next_local(max(now, start_of_day(day, zone)), zone, at, weekdays)


def read_moment(value: object) -> Moment | None:
    """A day (`2026-03-01`) or an instant (`2026-03-01T09:00:00+01:00`; without an offset it is UTC), or None for all else."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    if isinstance(value, date):
        return value
    return _moment_from(value) if isinstance(value, str) else None


def _moment_from(text: str) -> Moment | None:
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
        if found := _INSTANT.fullmatch(text):
            return datetime.fromisoformat(text if found["offset"] else text + "Z").astimezone(UTC)
    except ValueError:  # 30 February looks like a date
        return None
    return None


def on_date(value: Moment, offset: Offset, zone: ZoneInfo, at: time | None = None) -> datetime:
    """A date attribute and its offset as an instant: at this time of day, or else at the value's own (a day's is midnight)."""
    if isinstance(value, datetime) and at is None:
        return after(value, offset, zone)
    day = offset.shift(local_date(value, zone) if isinstance(value, datetime) else value)
    start = instant(datetime.combine(day, at or time()), zone)
    return start if isinstance(value, datetime) else start + offset.time_part


def window_start(now: datetime, span: Duration, zone: ZoneInfo) -> datetime:
    """What happened after this instant lies within the last `span`. Months and years go back to the start of that day.

    Going back a month from 31 March ends on 1 March: an event that has left the window never comes back into it.
    """
    elapsed = now.astimezone(UTC) - span.elapsed
    if not span.by_calendar:
        return elapsed
    return start_of_day(months_before(local_date(elapsed, zone), span.by_calendar), zone) - _TICK


def window_end(now: datetime, span: Duration, zone: ZoneInfo) -> datetime:
    """What happens up to this instant lies within the next `span`. Months and years go to the end of that day."""
    elapsed = now.astimezone(UTC) + span.elapsed
    if not span.by_calendar:
        return elapsed
    return start_of_day(months_after(local_date(elapsed, zone), span.by_calendar) + _DAY, zone) - _TICK


def months_before(day: date, months: int) -> date:
    """The same day so many months ago, or the first of the next month where there was no such day."""
    found = day - relativedelta(months=months)
    return found if found.day == day.day else found + _DAY


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month where there is no such day."""
    return day + relativedelta(months=months)
