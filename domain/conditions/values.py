"""How a value that was found compares with one that was asked for. `models/conditions` says exactly the same in SQL.

- **Missing** (not there, null): every operator says no, except `is_not`, which is always the opposite of `is`.
- **Text**: large and small letters are the same, in every language (`STRASSE` is `straße`); accents are not.
- **Number**: also a text that is nothing but a number (`"12.50"`), since many programs send figures as texts. To the digit:
  no rounding. `more_than` and its kin compare numbers only.
- **True or false**: also the texts `true` and `false`.
- **Day and instant** (`2026-03-31`, `2026-03-31T09:00:00+02:00`; an instant without an offset is UTC): two instants compare
  to the microsecond, everything else by the day in the contact's time zone. `before` and `after` a day leave that day out.
- **within_last, within_next**: for an instant from or to exactly now, days being 24 hours; months and years are counted by the
  calendar and in whole days. For a day by the calendar, first and last day included; hours do not count.
- **anniversary**: a later year, the same day and month; 29 February is on 28 February in other years. An offset says how long
  before (`-P3D`) or after (`P3D`) it today is. The day itself is none.
- **List**: it is enough that one of its entries compares so; `is_not`: none of them is. `contains` asks for a whole entry.
- **exists**: not missing, and not an empty text or list.
- Two kinds that cannot be compared: no.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, cast
from zoneinfo import ZoneInfo

from domain.calendars.durations import Duration, Offset
from domain.calendars.zones import Moment, local_date, read_moment, start_of_day, window_end, window_start
from domain.conditions.operators import Op, Value

Found = Any
"""What a field holds: JSON, or an aware datetime."""

_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,10})?")
_EMPTY: tuple[object, ...] = (None, "", [], (), {})


@dataclass(frozen=True, slots=True)
class At:
    """When and where it is asked: `today` is the day in the zone."""

    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        return local_date(self.now, self.zone)


def compare(op: Op, found: Found, wanted: Value, at: At) -> bool:
    if op == "is_not":
        return not compare("is", found, wanted, at)
    if op == "exists":
        return _exists(found) is not (wanted is False)
    test = _is if op == "contains" and isinstance(found, list | tuple) else _TESTS[op]
    return any(test(one, wanted, at) for one in entries(found))


def entries(found: Found) -> list[object] | tuple[object, ...]:
    return cast("list[object]", found) if isinstance(found, list | tuple) else (found,)


def _exists(found: Found) -> bool:
    return not any(found == empty and type(found) is type(empty) for empty in _EMPTY)


def fold(text: str) -> str:
    """Texts that differ in large and small letters only are one text."""
    return text.casefold()


def number(value: object) -> Decimal | None:
    """A number to the digit, or None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return Decimal(repr(value))
    return Decimal(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else None


def truth(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(fold(value)) if isinstance(value, str) else None


moment = lru_cache(4096)(read_moment)


def _is(found: object, wanted: object, at: At) -> bool:
    if found is None:
        return False
    if isinstance(found, bool) or isinstance(wanted, bool):
        return truth(found) is not None and truth(found) == truth(wanted)
    if isinstance(found, int | float) or isinstance(wanted, int | float):
        return number(found) is not None and number(found) == number(wanted)
    if isinstance(found, str) and isinstance(wanted, str) and fold(found) == fold(wanted):
        return True
    return _same_moment(_moment(found), _moment(wanted), at)


def _moment(value: object) -> Moment | None:
    return moment(value) if isinstance(value, str | datetime) else None


def _same_moment(found: Moment | None, wanted: Moment | None, at: At) -> bool:
    if not isinstance(found, datetime) or wanted is None:  # two days are the same as texts already
        return False
    if isinstance(wanted, datetime):
        return found == wanted
    return start_of_day(wanted, at.zone) <= found < start_of_day(next_day(wanted), at.zone)


def next_day(day: date) -> date:
    return min(day, date.max - timedelta(days=1)) + timedelta(days=1)


def _in(found: object, wanted: Value, at: At) -> bool:
    return isinstance(wanted, tuple) and any(_is(found, one, at) for one in wanted)


def _contains(found: object, wanted: Value, _at: At) -> bool:
    return isinstance(found, str) and isinstance(wanted, str) and fold(wanted) in fold(found)


def _starts_with(found: object, wanted: Value, _at: At) -> bool:
    return isinstance(found, str) and isinstance(wanted, str) and fold(found).startswith(fold(wanted))


def _ends_with(found: object, wanted: Value, _at: At) -> bool:
    return isinstance(found, str) and isinstance(wanted, str) and fold(found).endswith(fold(wanted))


def _numbers(holds: Callable[[Decimal, Decimal], bool]) -> Callable[[object, Value, At], bool]:
    def test(found: object, wanted: Value, _at: At) -> bool:
        left, right = number(found), number(wanted)
        return left is not None and right is not None and holds(left, right)

    return test


def _before(found: object, wanted: Value, at: At) -> bool:
    left, right = _moment(found), _moment(wanted)
    if left is None or right is None:
        return False
    if isinstance(left, datetime):
        return left < (right if isinstance(right, datetime) else start_of_day(right, at.zone))
    return left < _day(right, at)


def _after(found: object, wanted: Value, at: At) -> bool:
    left, right = _moment(found), _moment(wanted)
    if left is None or right is None:
        return False
    if not isinstance(left, datetime):
        return left > _day(right, at)
    if isinstance(right, datetime):
        return left > right
    return left >= start_of_day(next_day(right), at.zone)


def _day(value: Moment, at: At) -> date:
    return local_date(value, at.zone) if isinstance(value, datetime) else value


@lru_cache(1024)
def duration(text: str) -> Duration:
    return Duration.parse(text)


@lru_cache(1024)
def offset(text: str) -> Offset:
    return Offset.parse(text)


def _within_last(found: object, wanted: Value, at: At) -> bool:
    value, span = _moment(found), duration(str(wanted))
    if isinstance(value, datetime):
        return window_start(at.now, span, at.zone) < value <= at.now
    return value is not None and (-span).shift(at.today) <= value <= at.today


def _within_next(found: object, wanted: Value, at: At) -> bool:
    value, span = _moment(found), duration(str(wanted))
    if isinstance(value, datetime):
        return at.now <= value <= window_end(at.now, span, at.zone)
    return value is not None and at.today <= value <= span.shift(at.today)


def _anniversary(found: object, wanted: Value, at: At) -> bool:
    value = _moment(found)
    return value is not None and anniversary_on(_day(value, at), observed(at.today, wanted))


def observed(today: date, wanted: Value) -> date:
    """The day whose anniversary is asked for: with `-P3D`, the day that is three days off."""
    return (-offset(wanted)).shift(today) if isinstance(wanted, str) else today


def anniversary_on(first: date, day: date) -> bool:
    return day.year > first.year and day == anniversary(first, day.year)


def anniversary(first: date, year: int) -> date:
    try:
        return first.replace(year=year)
    except ValueError:  # 29 February
        return first.replace(year=year, day=28)


_TESTS: Mapping[Op, Callable[[object, Value, At], bool]] = {
    "is": _is,
    "in": _in,
    "contains": _contains,
    "starts_with": _starts_with,
    "ends_with": _ends_with,
    "more_than": _numbers(Decimal.__gt__),
    "at_least": _numbers(Decimal.__ge__),
    "less_than": _numbers(Decimal.__lt__),
    "at_most": _numbers(Decimal.__le__),
    "before": _before,
    "after": _after,
    "within_last": _within_last,
    "within_next": _within_next,
    "anniversary": _anniversary,
}
