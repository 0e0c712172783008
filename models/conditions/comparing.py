"""Operators as SQL over an operand; each answers true or false, or null for no. The words are in `domain/conditions/values.py`."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import cast

from domain.calendars.zones import Moment, local_date, read_moment, start_of_day, window_end, window_start
from domain.conditions.operators import Op, Scalar, Value
from domain.conditions.values import duration, next_day, number, observed, truth
from models.conditions.binding import Bindings
from models.conditions.operands import Operand, fold

Comparison = Callable[[Operand, Value, Bindings], str]


def compare(op: Op, operand: Operand, wanted: Value, bindings: Bindings) -> str:
    return _COMPARISONS[op](operand, wanted, bindings)


def _is(operand: Operand, wanted: Value, bindings: Bindings) -> str:
    return " or ".join(_ways_to_be(operand, cast("Scalar", wanted), bindings))


def _ways_to_be(operand: Operand, wanted: Scalar, bindings: Bindings) -> list[str]:
    if isinstance(wanted, bool):
        return [f"{operand.truth} = {bindings.bind(wanted, 'boolean')}"]
    if isinstance(wanted, int | float):
        return [f"{operand.number} = {_numeric(wanted, bindings)}"]
    ways = [f"{fold(f'({operand.text})')} = {fold(bindings.bind(wanted, 'text'))}"]
    if (truth_value := truth(wanted)) is not None:
        ways.append(f"{operand.truth} = {bindings.bind(truth_value, 'boolean')}")
    if number(wanted) is not None:
        ways.append(f"{operand.figure} = {_numeric(wanted, bindings)}")
    if (moment := read_moment(wanted)) is not None:
        ways.append(_at_moment(operand, moment, bindings))
    return ways


def _numeric(value: Value, bindings: Bindings) -> str:
    return bindings.bind(number(value), "numeric")


def _at_moment(operand: Operand, wanted: Moment, bindings: Bindings) -> str:
    if isinstance(wanted, datetime):
        same = bindings.instant(wanted)
        return operand.moment(lambda instant, _: f"{instant} = {same}")
    begins, ends = _begins(wanted, bindings), _begins(next_day(wanted), bindings)
    return operand.moment(lambda instant, _: f"{instant} >= {begins} and {instant} < {ends}")


def _begins(day: date, bindings: Bindings) -> str:
    return bindings.in_zone(lambda at: start_of_day(day, at.zone))


def _in(operand: Operand, wanted: Value, bindings: Bindings) -> str:
    values = cast("tuple[Scalar, ...]", wanted)
    texts = [one for one in values if isinstance(one, str)]
    plain = [one for one in texts if truth(one) is None and number(one) is None and read_moment(one) is None]
    others = [way for one in values if one not in plain for way in _ways_to_be(operand, one, bindings)]
    if plain:
        folded = f"select {fold('w')} from unnest({bindings.bind(plain, 'text[]')}) w"
        others.append(f"{fold(f'({operand.text})')} in ({folded})")
    return " or ".join(others)


def _contains(operand: Operand, wanted: Value, bindings: Bindings) -> str:
    return f"position({fold(bindings.bind(wanted, 'text'))} in {fold(f'({operand.text})')}) > 0"


def _starts_with(operand: Operand, wanted: Value, bindings: Bindings) -> str:
    return f"starts_with({fold(f'({operand.text})')}, {fold(bindings.bind(wanted, 'text'))})"


def _ends_with(operand: Operand, wanted: Value, bindings: Bindings) -> str:
    ending = fold(bindings.bind(wanted, "text"))
    return f"right({fold(f'({operand.text})')}, length({ending})) = {ending}"


def _number_comparison(sign: str) -> Comparison:
    return lambda operand, wanted, bindings: f"{operand.number} {sign} {_numeric(wanted, bindings)}"


def _before(operand: Operand, wanted: Value, bindings: Bindings) -> str:
    moment = _moment(wanted)
    if isinstance(moment, datetime):
        first, day_of = bindings.instant(moment), _day_of(moment, bindings)
    else:
        first, day_of = _begins(moment, bindings), bindings.bind(moment, "date")
    return operand.moment(lambda instant, day: f"{instant} < {first} or {day} < {day_of}")


def _after(operand: Operand, wanted: Value, bindings: Bindings) -> str:
    moment = _moment(wanted)
    if isinstance(moment, datetime):
        last, day_of = bindings.instant(moment), _day_of(moment, bindings)
        return operand.moment(lambda instant, day: f"{instant} > {last} or {day} > {day_of}")
    tomorrow, day_of = _begins(next_day(moment), bindings), bindings.bind(moment, "date")
    return operand.moment(lambda instant, day: f"{instant} >= {tomorrow} or {day} > {day_of}")


def _moment(wanted: Value) -> Moment:
    return cast("Moment", read_moment(wanted))  # the clause was refused otherwise


def _day_of(instant: datetime, bindings: Bindings) -> str:
    return bindings.in_zone(lambda at: local_date(instant, at.zone))


def _within_last(operand: Operand, wanted: Value, bindings: Bindings) -> str:
    span, now = duration(str(wanted)), bindings.instant(bindings.at.now)
    start = bindings.in_zone(lambda at: window_start(at.now, span, at.zone))
    first = bindings.in_zone(lambda at: (-span).shift(at.today))
    last = bindings.in_zone(lambda at: at.today)
    return operand.moment(
        lambda instant, day: f"{instant} > {start} and {instant} <= {now} or {day} between {first} and {last}"
    )


def _within_next(operand: Operand, wanted: Value, bindings: Bindings) -> str:
    span, now = duration(str(wanted)), bindings.instant(bindings.at.now)
    end = bindings.in_zone(lambda at: window_end(at.now, span, at.zone))
    first = bindings.in_zone(lambda at: at.today)
    last = bindings.in_zone(lambda at: span.shift(at.today))
    return operand.moment(
        lambda instant, day: f"{instant} between {now} and {end} or {day} between {first} and {last}"
    )


def _anniversary(operand: Operand, wanted: Value, bindings: Bindings) -> str:
    """A year later on 29 February is 28 February in Postgres too."""
    today = bindings.in_zone(lambda at: observed(at.today, wanted))
    zone = bindings.zone()

    def holds(instant: str, day: str) -> str:
        first = f"coalesce({day}, ({instant} at time zone {zone})::date)"
        years = f"(extract(year from {today}) - extract(year from {first}))::int"
        return f"{years} > 0 and {first} + make_interval(years => {years}) = {today}"

    return operand.moment(holds)


_COMPARISONS: Mapping[Op, Comparison] = {
    "is": _is,
    "in": _in,
    "contains": _contains,
    "starts_with": _starts_with,
    "ends_with": _ends_with,
    "more_than": _number_comparison(">"),
    "at_least": _number_comparison(">="),
    "less_than": _number_comparison("<"),
    "at_most": _number_comparison("<="),
    "before": _before,
    "after": _after,
    "within_last": _within_last,
    "within_next": _within_next,
    "anniversary": _anniversary,
}
