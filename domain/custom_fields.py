"""Custom fields: the details that a business keeps about its contacts, and the type that each value must have.

A value is kept in one form only, so that conditions can compare it: a number as a number, a day as `2026-03-31`, an instant
in UTC as `2026-03-31T09:00:00Z`, an answer from a list in the spelling of the list.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal, TypeVar, get_args
from zoneinfo import ZoneInfo

from domain.calendars import zones
from domain.errors import Invalid
from domain.texts import parse_line, parse_text, shown, unaccented

FieldType = Literal["text", "number", "boolean", "date", "datetime", "choice"]
Value = str | int | float | bool
Parsed = TypeVar("Parsed")
FIELD_TYPES: tuple[FieldType, ...] = get_args(FieldType)

LONGEST_NAME = 60
LONGEST_VALUE = 5_000
LARGEST = 10**15  # what every program that reads our JSON still counts exactly
MOST_OPTIONS = 200

# Names that already mean something where a field is read: `contact.email` in a condition, `{{ contact.tags }}` in a mail.
RESERVED = frozenset(
    {
        "id",
        "email",
        "phone",
        "first_name",
        "last_name",
        "external_id",
        "time_zone",
        "created_at",
        "updated_at",
    }
    | {"attributes", "tags", "consent", "name", "score", "segment", "search", "event", "workspace"}
)
_NAME = re.compile(rf"[A-Za-z][A-Za-z0-9_]{{0,{LONGEST_NAME - 1}}}")
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,10})?")
_GROUPED = re.compile(
    r"[+-]?\d{1,3}(?:(?:,\d{3})+(?:\.\d+)|(?:\.\d{3})+(?:,\d+)|(?:['  ]\d{3})+(?:[.,]\d+)?)"
)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d{1,2}")
_GERMAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_YES = frozenset({"true", "yes", "y", "1", "on", "ja", "oui", "si", "sí"})
_NO = frozenset({"false", "no", "n", "0", "off", "nein", "non"})


@dataclass(frozen=True, slots=True)
class CustomField:
    """A detail by its name, with what people call it and what its values are."""

    name: str
    type: FieldType = "text"
    label: str = ""
    options: tuple[str, ...] = ()


def parse_name(raw: str) -> str:
    """The name by which programs, conditions and mails know a field."""
    if not _NAME.fullmatch(raw):
        raise Invalid(
            f"“{shown(raw)}” cannot name a field. Start with a letter and use letters, digits and _,"
            f" {LONGEST_NAME} at most, like favourite_drink."
        )
    if raw.lower() in RESERVED:
        raise Invalid(
            f"“{raw}” is the name of something that every contact has. Choose another, like my_{raw}."
        )
    return raw


def name_from(label: str) -> str:
    """`Favourite drink (2nd)` → `favourite_drink_2nd`: a name for a label that people wrote."""
    words = re.sub(r"[^a-z0-9]+", "_", unaccented(label).casefold()).strip("_")
    named = words if words[:1].isalpha() else f"field_{words}".rstrip("_")
    named = named[:LONGEST_NAME].rstrip("_")
    return f"my_{named}"[:LONGEST_NAME] if named in RESERVED else named


def parse_definition(
    *, name: str, type_: str, label: str = "", options: list[str] | None = None
) -> CustomField:
    """A field as somebody wants to define it."""
    if type_ not in FIELD_TYPES:
        raise Invalid.at("type", f"“{shown(type_)}” is not a type. Choose one of: {', '.join(FIELD_TYPES)}.")
    known = _at("name", lambda: parse_name(name))
    words = _at("label", lambda: parse_line(label, longest=100)) if label.strip() else label_for(known)
    return CustomField(known, type_, words, _at("options", lambda: _parse_options(type_, options or [])))


def _at(path: str, parse: Callable[[], Parsed]) -> Parsed:
    try:
        return parse()
    except Invalid as error:
        raise Invalid.at(path, error.message) from None


def _parse_options(type_: FieldType, options: list[str]) -> tuple[str, ...]:
    if type_ != "choice":
        return ()
    given = dict.fromkeys(parse_line(option, longest=200) for option in options if option.strip())
    if not given:
        raise Invalid("List the answers that can be chosen.")
    if len(given) > MOST_OPTIONS:
        raise Invalid(f"List at most {MOST_OPTIONS} answers, or make it a text.")
    return tuple(given)


def infer(value: Value) -> FieldType:
    """What a field is whose first value is this one."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    moment = zones.read_moment(value)
    if isinstance(moment, datetime):
        return "datetime"
    return "text" if moment is None else "date"


def first_use(name: str, value: Any) -> CustomField:
    """A field that comes to be by being used: a program may send a detail that nobody has defined yet."""
    type_ = infer(value) if isinstance(value, str | int | float | bool) else "text"
    return CustomField(name, type_, label_for(name))


def undeclared(
    attributes: Mapping[str, Value | None], fields: Mapping[str, CustomField]
) -> list[CustomField]:
    """The fields to define, now that these values of theirs were accepted."""
    return [
        first_use(name, value)
        for name, value in attributes.items()
        if name not in fields and value is not None
    ]


def label_for(name: str) -> str:
    """`favourite_drink` → `Favourite drink`."""
    return name.replace("_", " ").strip().capitalize()


def parse_value(field: CustomField, raw: Any, *, zone: ZoneInfo) -> Value:
    """A value in the one form in which it is kept. `zone` is where a time without an offset is read."""
    if not isinstance(raw, str | int | float | bool):
        raise Invalid("Give one text, number, or true or false. For several words about a person, use tags.")
    match field.type:
        case "number":
            return _parse_number(raw)
        case "boolean":
            return _parse_boolean(raw)
        case "date":
            return _parse_date(raw)
        case "datetime":
            return _parse_datetime(raw, zone)
        case "choice":
            return _parse_choice(field, raw)
        case "text":
            return parse_text(_as_text(raw), longest=LONGEST_VALUE)


def _as_text(raw: Value) -> str:
    return str(raw).lower() if isinstance(raw, bool) else str(raw)


def _parse_number(raw: Value) -> int | float:
    number = _read_number(raw.strip()) if isinstance(raw, str) else raw
    if isinstance(number, bool) or number is None:
        raise Invalid(f"“{shown(str(raw))}” is not a number. Write it like 1250 or 12.50.")
    if not abs(number) <= LARGEST:  # `not … <=` because NaN compares to nothing
        raise Invalid("This number is too large; at most 15 digits can be kept exactly.")
    return number


def _read_number(raw: str) -> int | float | None:
    """Also as spreadsheets write it: 1,250.50 and 1.250,50 and 12,5; but 1,250 alone could mean either, so it is refused."""
    if _GROUPED.fullmatch(raw):
        decimal = "," if raw.rfind(",") > raw.rfind(".") else "."
        raw = re.sub(rf"[^\d{decimal}+-]", "", raw).replace(",", ".")
    elif _DECIMAL_COMMA.fullmatch(raw):
        raw = raw.replace(",", ".")
    if not _NUMBER.fullmatch(raw):
        return None
    return float(raw) if "." in raw else int(raw)


def _parse_boolean(raw: Value) -> bool:
    word = _as_text(raw).strip().lower()
    if word in _YES or word in _NO:
        return word in _YES
    raise Invalid(f"“{shown(str(raw))}” is neither yes nor no. Write true or false.")


def _parse_date(raw: Value) -> str:
    moment = zones.read_moment(raw.strip()) if isinstance(raw, str) else None
    if isinstance(moment, datetime):
        return moment.date().isoformat() if moment.time() == datetime.min.time() else _refuse_date(raw)
    return moment.isoformat() if moment else _german_day(raw)


def _german_day(raw: Value) -> str:
    found = _GERMAN_DAY.fullmatch(str(raw).strip())
    try:
        return date(int(found[3]), int(found[2]), int(found[1])).isoformat() if found else _refuse_date(raw)
    except ValueError:  # 31.02.2026
        raise _no_such_day(raw) from None


def _refuse_date(raw: Value) -> str:
    if _ISO_DAY.fullmatch(str(raw).strip()):
        raise _no_such_day(raw)
    raise Invalid(f"“{shown(str(raw))}” is not a date. Write it like 2026-03-31.")


def _no_such_day(raw: Value) -> Invalid:
    """The form is right already: how to write it would be no help."""
    return Invalid(f"“{shown(str(raw))}”: There is no such day.")


def _parse_datetime(raw: Value, zone: ZoneInfo) -> str:
    text = raw.strip() if isinstance(raw, str) else ""
    moment = zones.read_moment(text)
    if isinstance(moment, datetime) and not _has_offset(text):
        moment = zones.instant(moment.replace(tzinfo=None), zone)
    elif isinstance(moment, date) and not isinstance(moment, datetime):
        moment = zones.start_of_day(moment, zone)
    if not isinstance(moment, datetime):
        raise Invalid(f"“{shown(str(raw))}” is not a date and time. Write it like 2026-03-31T09:00:00Z.")
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _has_offset(text: str) -> bool:
    return text.endswith("Z") or bool(re.search(r"[+-]\d{2}:?\d{2}$", text[10:]))


def _parse_choice(field: CustomField, raw: Value) -> str:
    wanted = _as_text(raw).strip().casefold()
    for option in field.options:
        if option.casefold() == wanted:
            return option
    raise Invalid(f"“{shown(str(raw))}” is not among the answers: {', '.join(field.options)}.")


def fitting(values: Iterable[str]) -> FieldType:
    """The type that all these cells of a column have; texts such as 01234 stay texts, or their zeros would be lost."""
    possible: list[FieldType] = ["number", "date", "datetime"]
    seen = False
    for value in filter(None, values):
        seen = True
        possible = [type_ for type_ in possible if _FITS[type_](value)]
    return possible[0] if seen and possible else "text"


def _is_plain_number(value: str) -> bool:
    return bool(_NUMBER.fullmatch(value)) and not re.match(r"[+-]|0\d", value)


def _is_date(value: str) -> bool:
    try:
        return bool(_parse_date(value))
    except Invalid:
        return False


def _is_instant(value: str) -> bool:
    return isinstance(zones.read_moment(value), datetime)


_FITS: Mapping[FieldType, Callable[[str], bool]] = {
    "number": _is_plain_number,
    "date": _is_date,
    "datetime": _is_instant,
}
