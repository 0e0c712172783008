"""Calendars: durations, local times in IANA zones, and what comes back again and again; all of it without a clock of its own.

A gap of the clock (spring) moves a local time to the next minute that exists; a local time that comes twice (autumn) means
the first. Days of a duration are 24 hours of elapsed time, months and years go by the calendar of the zone.
"""

from domain.calendars.durations import Duration, Offset, days
from domain.calendars.zones import (
    EVERY_DAY,
    WEEKDAYS,
    LocalTime,
    Moment,
    Weekday,
    Weekdays,
    after,
    find_zone,
    instant,
    local_date,
    local_days_then,
    next_local,
    on_date,
    read_moment,
    start_of_day,
    zone_named,
)

__all__ = [
    "EVERY_DAY",
    "WEEKDAYS",
    "Duration",
    "LocalTime",
    "Moment",
    "Offset",
    "Weekday",
    "Weekdays",
    "after",
    "days",
    "find_zone",
    "instant",
    "local_date",
    "local_days_then",
    "next_local",
    "on_date",
    "read_moment",
    "start_of_day",
    "zone_named",
]
