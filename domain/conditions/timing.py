"""When the answer of a condition may change by itself, because time goes by: the next moment to look again."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.calendars.durations import Duration
from domain.calendars.zones import (
    Moment,
    local_date,
    months_after,
    months_before,
    start_of_day,
    window_end,
    window_start,
)
from domain.conditions.clauses import Condition, EventClause, FieldClause
from domain.conditions.evaluation import Question, about, started, window_from
from domain.conditions.fields import find
from domain.conditions.operators import Value
from domain.conditions.values import (
    At,
    anniversary,
    anniversary_on,
    duration,
    entries,
    moment,
    next_day,
    observed,
    offset,
)
from domain.facts import Facts

_TICK = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_SLACK = timedelta(days=5)  # months differ by up to three days, and a zone by one more


def next_change(
    condition: Condition, facts: Facts, now: datetime, *, since: datetime | None = None
) -> datetime | None:
    """The first instant after `now` at which the answer may be another though nothing has happened; None is never.

    It may still be the same then. Ask again at that instant, and as soon as anything does happen (`mentions`).
    """
    question = Question(facts, At(now, facts.zone), since, facts.trigger)
    return min((instant for instant in _changes(condition, question) if instant > now), default=None)


def _changes(condition: Condition, question: Question) -> Iterator[datetime]:
    match condition:
        case FieldClause():
            yield from _field_changes(condition, question)
        case EventClause():
            yield from _event_changes(condition, question)
        case _:
            for _, part in condition.parts():
                yield from _changes(part, question)


def _event_changes(clause: EventClause, question: Question) -> Iterator[datetime]:
    start = window_from(clause, question)
    for happening in question.facts.named(clause.event):
        if start and not started(happening, clause, question, start):
            continue
        if happening.occurred_at > question.at.now:
            yield happening.occurred_at
        elif clause.within:
            yield _leaves(happening.occurred_at, clause.within, question.at.zone)
        if clause.where:
            yield from _changes(clause.where, about(happening, question))


def _field_changes(clause: FieldClause, question: Question) -> Iterator[datetime]:
    rule = _RULES.get(clause.op)
    if rule is None:
        return
    for entry in entries(find(clause, question.facts, question.happening)):
        value = moment(entry) if isinstance(entry, str | datetime) else None
        if value is not None:
            yield from rule(value, clause.value, question.at)


def _last_changes(value: Moment, wanted: Value, at: At) -> Iterator[datetime]:
    span = duration(str(wanted))
    if isinstance(value, datetime):
        if value > at.now:
            yield value
        elif value > window_start(at.now, span, at.zone):
            yield _leaves(value, span, at.zone)
    elif value > at.today:
        yield start_of_day(value, at.zone)
    elif value >= (-span).shift(at.today):
        out = _first_day(span.shift(value) - _SLACK, lambda day: (-span).shift(day) > value)
        yield start_of_day(out, at.zone)


def _leaves(value: datetime, span: Duration, zone: ZoneInfo) -> datetime:
    """When an instant is no longer within the last `span`."""
    if not span.by_calendar:
        return value + span.elapsed
    home = local_date(value, zone)
    out = _first_day(
        months_after(home, span.by_calendar) - _SLACK,
        lambda day: start_of_day(months_before(day, span.by_calendar), zone) > value,
    )
    return start_of_day(out, zone) + span.elapsed


def _next_changes(value: Moment, wanted: Value, at: At) -> Iterator[datetime]:
    span = duration(str(wanted))
    if isinstance(value, datetime):
        if value > window_end(at.now, span, at.zone):
            yield _comes_near(value, span, at.zone)
        elif value >= at.now:
            yield value + _TICK
    elif value > span.shift(at.today):
        near = _first_day((-span).shift(value) - _SLACK, lambda day: span.shift(day) >= value)
        yield start_of_day(near, at.zone)
    elif value >= at.today:
        yield start_of_day(next_day(value), at.zone)


def _comes_near(value: datetime, span: Duration, zone: ZoneInfo) -> datetime:
    """When an instant comes to lie within the next `span`."""
    if not span.by_calendar:
        return value - span.elapsed
    near = _first_day(
        months_before(local_date(value, zone), span.by_calendar) - _SLACK,
        lambda day: start_of_day(months_after(day, span.by_calendar) + _DAY, zone) > value,
    )
    return start_of_day(near, zone) - span.elapsed


def _first_day(day: date, holds: Callable[[date], bool]) -> date:
    while not holds(day):
        day += _DAY
    return day


def _anniversary_changes(value: Moment, wanted: Value, at: At) -> Iterator[datetime]:
    first = local_date(value, at.zone) if isinstance(value, datetime) else value
    target = observed(at.today, wanted)
    if anniversary_on(first, target):
        yield start_of_day(at.today + _DAY, at.zone)
    year = max(first.year + 1, target.year)
    coming = [anniversary(first, y) for y in (year, year + 1) if y < date.max.year]
    shift = offset(wanted) if isinstance(wanted, str) else offset("P0D")
    yield from (start_of_day(shift.shift(day), at.zone) for day in coming if day > target)


_RULES: dict[str, Callable[[Moment, Value, At], Iterator[datetime]]] = {
    "within_last": _last_changes,
    "within_next": _next_changes,
    "anniversary": _anniversary_changes,
}
