"""Dates as people read them: the pattern letters of Unicode (CLDR), the few that a mail needs."""

import re
from collections.abc import Callable
from datetime import date, datetime

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_PIECE = re.compile(r"'((?:[^']|'')*)'|(y+|M+|d+|E+|H+|h+|m+|s+|a+)|(.)", re.DOTALL)


def spelled(moment: date | datetime, pattern: str) -> str:
    """`d MMMM yyyy` → 21 November 2026; letters in 'quotes' stand for themselves."""
    return "".join(_piece(found, moment) for found in _PIECE.finditer(pattern))


def _piece(found: re.Match[str], moment: date | datetime) -> str:
    quoted, letters, other = found.groups()
    if quoted is not None:
        return quoted.replace("''", "'") or "'"
    if letters is None:
        return other
    return _LETTERS[letters[0]](moment, len(letters))


def _year(moment: date, count: int) -> str:
    return f"{moment.year % 100:02}" if count == 2 else str(moment.year)


def _month(moment: date, count: int) -> str:
    if count < 3:
        return _padded(moment.month, count)
    name = MONTHS[moment.month - 1]
    return name[:3] if count == 3 else name


def _weekday(moment: date, count: int) -> str:
    name = WEEKDAYS[moment.weekday()]
    return name if count > 3 else name[:3]


def _clock(part: str) -> Callable[[date, int], str]:
    """A date without a time is midnight."""
    return lambda moment, count: _padded(getattr(moment, part, 0), count)


def _hour_of_twelve(moment: date, count: int) -> str:
    return _padded((getattr(moment, "hour", 0) + 11) % 12 + 1, count)


def _half_of_day(moment: date, _: int) -> str:
    return "am" if getattr(moment, "hour", 0) < 12 else "pm"


def _padded(number: int, width: int) -> str:
    return f"{number:0{min(width, 2)}}"


_LETTERS: dict[str, Callable[[date, int], str]] = {
    "y": _year,
    "M": _month,
    "d": lambda moment, count: _padded(moment.day, count),
    "E": _weekday,
    "H": _clock("hour"),
    "h": _hour_of_twelve,
    "m": _clock("minute"),
    "s": _clock("second"),
    "a": _half_of_day,
}
