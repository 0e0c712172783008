"""The operators: what each is called, which values it takes, and for which kinds of field it is offered."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, cast, get_args

from pydantic_core import PydanticCustomError

from domain.calendars.durations import Duration, Offset
from domain.calendars.zones import read_moment
from domain.errors import Invalid
from domain.texts import shown

Op = Literal[
    "is",
    "is_not",
    "in",
    "contains",
    "starts_with",
    "ends_with",
    "exists",
    "more_than",
    "at_least",
    "less_than",
    "at_most",
    "before",
    "after",
    "within_last",
    "within_next",
    "anniversary",
]
CountOp = Literal["is", "more_than", "at_least", "less_than", "at_most"]
FieldKind = Literal["text", "number", "boolean", "date", "datetime", "choice", "list"]
Scalar = bool | int | float | str
Value = Scalar | tuple[Scalar, ...] | None
Takes = Literal["one", "many", "text", "number", "moment", "duration", "offset", "flag"]

OPS: tuple[Op, ...] = get_args(Op)
COUNT_OPS: tuple[CountOp, ...] = get_args(CountOp)
MOST_VALUES = 500
MOST_DAYS = 50
LONGEST_TEXT = 1_000
MOST_OFFSET = 366

TAKES: Mapping[Op, Takes] = {
    "is": "one",
    "is_not": "one",
    "in": "many",
    "contains": "text",
    "starts_with": "text",
    "ends_with": "text",
    "exists": "flag",
    "more_than": "number",
    "at_least": "number",
    "less_than": "number",
    "at_most": "number",
    "before": "moment",
    "after": "moment",
    "within_last": "duration",
    "within_next": "duration",
    "anniversary": "offset",
}

_COMMON: tuple[tuple[Op, str], ...] = (("is", "is"), ("is_not", "is not"), ("in", "is one of"))
_TEXT: tuple[tuple[Op, str], ...] = (
    *_COMMON,
    ("contains", "contains"),
    ("starts_with", "starts with"),
    ("ends_with", "ends with"),
)
_EXISTS: tuple[tuple[Op, str], ...] = (("exists", "is known"),)
_MOMENT: tuple[tuple[Op, str], ...] = (
    ("is", "is on"),
    ("is_not", "is not on"),
    ("before", "is before"),
    ("after", "is after"),
    ("within_last", "was within the last"),
    ("within_next", "is within the next"),
    ("anniversary", "has its anniversary today"),
)
_NUMBER: tuple[tuple[Op, str], ...] = (
    *_COMMON,
    ("more_than", "is more than"),
    ("at_least", "is at least"),
    ("less_than", "is less than"),
    ("at_most", "is at most"),
)
LABELS: Mapping[FieldKind, tuple[tuple[Op, str], ...]] = {
    "text": _TEXT + _EXISTS,
    "choice": _COMMON + _EXISTS,
    "number": _NUMBER + _EXISTS,
    "boolean": (("is", "is"), *_EXISTS),
    "date": _MOMENT + _EXISTS,
    "datetime": _MOMENT + _EXISTS,
    "list": (("contains", "contains"), ("in", "has one of"), *_EXISTS),
}
"""What the pages offer for each kind of field, in this order and these words."""

_INPUT: Mapping[Takes, str] = {"many": "many", "duration": "duration", "flag": "none", "offset": "none"}


@dataclass(frozen=True, slots=True)
class Offer:
    """One operator as a page draws it; `value` is none, one, many or duration."""

    op: Op
    label: str
    value: str


OFFERS: Mapping[FieldKind, tuple[Offer, ...]] = {
    kind: tuple(Offer(op, label, _INPUT.get(TAKES[op], "one")) for op, label in labels)
    for kind, labels in LABELS.items()
}


def _fault(message: str) -> PydanticCustomError:
    return PydanticCustomError("condition", "{reason}", {"reason": message})


def read_op(op: object) -> object:
    return _known(op, OPS)


def read_count_op(op: object) -> object:
    return _known(op, COUNT_OPS)


def _known(op: object, ops: tuple[str, ...]) -> object:
    if op not in ops:
        raise _fault(f"`{shown(str(op))}` is not an operator; use one of {', '.join(ops)}.")
    return op


def read_value(op: Op, value: object) -> Value:
    """The value as this operator takes it, or a word on what it should be."""
    takes = TAKES[op]
    if value is None and takes not in ("flag", "offset"):
        raise _fault(f"`{op}` needs a value to compare with.")
    return _READERS[takes](op, _plain(value))


def _plain(value: object) -> Any:
    """YAML reads a bare 2026-03-01 as a date; here it is its text again."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def _scalar(op: Op, value: Any) -> Scalar:
    if not isinstance(value, bool | int | float | str):
        raise _fault(f"`{op}` compares with one text, number, or true or false.")
    if isinstance(value, float) and not math.isfinite(value):
        raise _fault("This is not a number that can be compared.")
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise _fault("This number is too large.")
    return _usable(value) if isinstance(value, str) else value


def _usable(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise _fault(f"This is too long; at most {LONGEST_TEXT:,} characters are possible.")
    if any(c == "\x00" or "\ud800" <= c <= "\udfff" for c in text):
        raise _fault("There is a character in this text that cannot be read. Type it again without it.")
    return text


def _many(op: Op, value: Any) -> tuple[Scalar, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise _fault(f"`{op}` needs a list of values, like [DE, AT].")
    values = cast("list[object]", value)
    if len(values) > MOST_VALUES:
        raise _fault(f"This list is too long; at most {MOST_VALUES} values are possible.")
    plain = tuple(_scalar(op, _plain(one)) for one in values)
    if sum(read_moment(one) is not None for one in plain) > MOST_DAYS:
        raise _fault(f"At most {MOST_DAYS} dates are possible in a list; use before and after.")
    return plain


def _text(op: Op, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise _fault(f"`{op}` needs a text of at least one character.")
    return _usable(value)


def _number(op: Op, value: Any) -> Scalar:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _fault(f"`{op}` compares with a number, like 5 or 12.50; for dates use before and after.")
    return _scalar(op, value)


def _moment(op: Op, value: Any) -> str:
    if not isinstance(value, str) or read_moment(value) is None:
        raise _fault(f"`{op}` compares with a date, like 2026-03-31 or 2026-03-31T09:00:00Z.")
    return value


def _duration(_op: Op, value: Any) -> str:
    try:
        return str(Duration.parse(str(value)))
    except Invalid as error:
        raise _fault(error.message) from None


def _offset(_op: Op, value: Any) -> str | None:
    if value is None:
        return None
    try:
        offset = Offset.parse(str(value))
    except Invalid as error:
        raise _fault(error.message) from None
    if offset.by_calendar or offset.time_part or abs(offset.elapsed.days) > MOST_OFFSET:
        raise _fault(
            f"An anniversary can be asked for up to {MOST_OFFSET} days before (-P3D) or after (P1W) it."
        )
    return str(offset)


def _flag(op: Op, value: Any) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise _fault(f"`{op}` takes true or false, or no value at all.")
    return value


_READERS: Mapping[Takes, Any] = {
    "one": _scalar,
    "many": _many,
    "text": _text,
    "number": _number,
    "moment": _moment,
    "duration": _duration,
    "offset": _offset,
    "flag": _flag,
}
