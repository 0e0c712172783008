"""Lengths of time, weekdays and schedules as people say them: "3 days, then 09:00 on weekdays"."""

from collections.abc import Iterable, Sequence
from datetime import date, time

from domain.calendars.durations import Duration, Offset
from domain.calendars.schedules import Schedule
from domain.calendars.zones import EVERY_DAY, WEEKDAYS, Weekday

_UNITS = ("year", "month", "week", "day", "hour", "minute", "second")
_NAMES = dict(
    zip(WEEKDAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True)
)
_WORKDAYS = frozenset(WEEKDAYS[:5])
_WEEKEND = frozenset(WEEKDAYS[5:])


def listed(words: Sequence[str], joint: str = "and") -> str:
    """`a, b and c`."""
    return f"{', '.join(words[:-1])} {joint} {words[-1]}" if len(words) > 1 else "".join(words)


def counted(amount: float, unit: str) -> str:
    """`1 day`, `3 days`, `2.5 seconds`."""
    return f"{amount:,g} {unit}{'' if amount == 1 else 's'}"


def duration_words(span: Duration | Offset) -> str:
    """`3 days`, `1 month and 12 hours`; of an offset the length without its direction."""
    amounts = [(abs(getattr(span, f"{unit}s")), unit) for unit in _UNITS]
    return listed([counted(amount, unit) for amount, unit in amounts if amount]) or "no time"


def offset_words(offset: Offset, what: str) -> str:
    """`3 days before the renewal`, `on the renewal`."""
    if not offset.about:
        return f"on {what}"
    return f"{duration_words(offset)} {'before' if str(offset).startswith('-') else 'after'} {what}"


def weekday_words(weekdays: Iterable[Weekday]) -> str:
    """`on weekdays`, `on Monday and Thursday`; every day needs no word."""
    chosen = frozenset(weekdays)
    if chosen == EVERY_DAY:
        return ""
    if chosen == _WORKDAYS:
        return "on weekdays"
    if chosen == _WEEKEND:
        return "at the weekend"
    return f"on {listed([_NAMES[day] for day in WEEKDAYS if day in chosen])}"


def time_words(at: time, weekdays: Iterable[Weekday] = EVERY_DAY) -> str:
    """`09:00 on weekdays`."""
    return f"{at:%H:%M} {weekday_words(weekdays)}".strip()


def wait_words(
    span: Duration | None = None, at: time | None = None, weekdays: Iterable[Weekday] = EVERY_DAY
) -> str:
    """`3 days`, `until 09:00 on weekdays`, `3 days, then 09:00 on weekdays`."""
    if at is None:
        return duration_words(span) if span else "no time"
    return (
        f"{duration_words(span)}, then {time_words(at, weekdays)}"
        if span
        else f"until {time_words(at, weekdays)}"
    )


def schedule_words(schedule: Schedule, anchor: date | None = None) -> str:
    """`every 2 weeks on Monday and Thursday at 09:00`, `every month on the last day at 08:00`."""
    often = (
        f"every {schedule.every}"
        if schedule.interval == 1
        else f"every {schedule.interval} {schedule.every}s"
    )
    parts = [often, _day_words(schedule, anchor), f"at {schedule.time:%H:%M}"]
    return " ".join(part for part in parts if part)


def _day_words(schedule: Schedule, anchor: date | None) -> str:
    if schedule.every == "week":
        first = (WEEKDAYS[anchor.weekday()],) if anchor else ()
        chosen = schedule.weekdays or first
        return weekday_words(chosen) if chosen else ""
    day = schedule.day or (anchor.day if anchor else None)
    if schedule.every == "day" or day is None:
        return ""
    return "on the last day" if day == "last" else f"on the {ordinal(day)}"


def ordinal(number: int) -> str:
    """`1st`, `22nd`, `13th`."""
    tail = "th" if 10 <= number % 100 <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{tail}"
