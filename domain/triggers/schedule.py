"""Trigger: by the calendar, for everybody of whom a condition is true: a newsletter on Thursdays, a greeting each first of a month."""

from datetime import date, datetime, time
from typing import Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from domain.calendars import LocalTime, Weekday
from domain.calendars.schedules import Schedule
from domain.conditions import Condition
from domain.triggers import Trigger, trigger


@trigger(
    "schedule",
    title="At a certain time",
    help="Every day, week or month, for everybody you choose",
    group="Time",
    icon="calendar-repeat",
    summary="Every {every} at {time}",
    sample={"every": "week", "time": "09:00", "weekdays": ["thu"]},
)
class AtTimes(Trigger):
    every: Literal["day", "week", "month"] = Field(
        title="How often",
        description="How often people are let in.",
        json_schema_extra={"x-labels": {"day": "Every day", "week": "Every week", "month": "Every month"}},
    )
    time: LocalTime = Field(
        default=time(9),
        title="At",
        description="The time of day where your business is.",
        json_schema_extra={"x-widget": "time"},
    )
    weekdays: tuple[Weekday, ...] = Field(
        default=(),
        title="On",
        description="For every week: on which days.",
        max_length=7,
        json_schema_extra={"x-widget": "weekdays"},
    )
    day: int | Literal["last"] | None = Field(
        default=None,
        title="Day of the month",
        description="For every month: 1 to 31, or last. A day that a month does not have is its last one.",
        json_schema_extra={"x-widget": "line"},
    )
    interval: int = Field(
        default=1,
        ge=1,
        le=366,
        title="Only every so many",
        description="2 is every other day, week or month.",
        json_schema_extra={"x-advanced": True},
    )
    who: Condition | None = Field(
        default=None,
        title="Who",
        description="Who enters each time; empty is everybody.",
        json_schema_extra={"x-widget": "condition"},
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        self.schedule()
        return self

    def schedule(self) -> Schedule:
        return Schedule(
            every=self.every, time=self.time, weekdays=self.weekdays, day=self.day, interval=self.interval
        )

    def due_after(self, now: datetime, zone: ZoneInfo, anchor: date) -> datetime | None:
        return self.schedule().next_after(now, anchor, zone)

    def audience(self) -> Condition | None:
        return self.who
