"""Durations and offsets as people write them: `P3D`, `PT36H`, `P1M`, `-P3D` (ISO 8601), kept in the words they came in."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Self

from dateutil.relativedelta import relativedelta
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import PydanticCustomError, core_schema

from domain.errors import Invalid

LONGEST = timedelta(days=150 * 366)
_UNITS = ("years", "months", "weeks", "days", "hours", "minutes", "seconds")
_DATE = "".join(rf"(?:(?P<{unit}>\d{{1,5}}){unit[0].upper()})?" for unit in _UNITS[:4])
_TIME = r"(?:(?P<hours>\d{1,7})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,10}(?:\.\d{1,6})?)S)?"
_ISO = re.compile(rf"(?P<sign>[+-])?P(?=.*\d){_DATE}(?:T(?=\d){_TIME})?", re.ASCII)
_EXAMPLES = "Write it like P3D (three days), PT12H (twelve hours) or P1M (one month)."


@dataclass(frozen=True, slots=True)
class _Period:
    """What durations and offsets share; a negative one has every part negative."""

    years: int = 0
    months: int = 0
    weeks: int = 0
    days: int = 0
    hours: int = 0
    minutes: int = 0
    seconds: float = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ISO 8601, or raise `Invalid` with a word on how to write it."""
        found = _ISO.fullmatch(text)
        if not found:
            raise Invalid(f"`{text[:40]}` is not a length of time. {_EXAMPLES}")
        sign = -1 if found["sign"] == "-" else 1
        parts = {unit: sign * int(found[unit] or 0) for unit in _UNITS[:6]}
        period = cls(**parts, seconds=sign * _number(found["seconds"] or "0"))
        period.check()
        return period

    def check(self) -> None:
        if abs(self.about) > LONGEST:
            raise Invalid(f"`{self}` is too long; at most 150 years are possible.")

    @property
    def by_calendar(self) -> int:
        """The part that goes by the calendar, in months."""
        return self.years * 12 + self.months

    @property
    def elapsed(self) -> timedelta:
        """The part of fixed length: weeks, days of 24 hours, hours, minutes and seconds."""
        return timedelta(weeks=self.weeks, days=self.days) + self.time_part

    @property
    def time_part(self) -> timedelta:
        return timedelta(hours=self.hours, minutes=self.minutes, seconds=self.seconds)

    @property
    def about(self) -> timedelta:
        """Never shorter than it turns out to be on any calendar."""
        return self.elapsed + timedelta(days=31 * self.months + 366 * self.years)

    def shift(self, day: date) -> date:
        """The day that is this far away by the calendar; hours and less do not count."""
        return day + relativedelta(months=self.by_calendar) + timedelta(weeks=self.weeks, days=self.days)

    def __neg__(self) -> "Offset":
        return Offset(**{unit: -getattr(self, unit) for unit in _UNITS})

    def __str__(self) -> str:
        sign = "-" if any(getattr(self, unit) < 0 for unit in _UNITS) else ""
        written = {unit: _written(getattr(self, unit), unit) for unit in _UNITS}
        day, time = "".join(written[u] for u in _UNITS[:4]), "".join(written[u] for u in _UNITS[4:])
        return f"{sign}P{day or ('' if time else '0D')}{'T' if time else ''}{time}"

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._validate, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "format": "duration", "examples": ["P3D"], "x-widget": "duration"}

    @classmethod
    def _validate(cls, value: Any) -> Self:
        if isinstance(value, cls):
            return value
        try:
            return cls.parse(value if isinstance(value, str) else str(value))
        except Invalid as error:
            raise PydanticCustomError("duration", "{reason}", {"reason": error.message}) from error


class Duration(_Period):
    """A length of time that is more than nothing."""

    __slots__ = ()

    def check(self) -> None:
        super().check()
        if self.about < timedelta():
            raise Invalid(f"`{self}` goes backwards; a length of time must be more than zero. {_EXAMPLES}")
        if not self.about:
            raise Invalid(f"`{self}` is no time at all; it must be more than zero. {_EXAMPLES}")


class Offset(_Period):
    """A distance before (`-P3D`) or after (`P3D`) a date; `P0D` is the day itself."""

    __slots__ = ()


def days(count: int) -> Duration:
    return replace(Duration(), days=count)


def _number(text: str) -> float:
    return float(text) if "." in text else int(text)


def _written(amount: float, unit: str) -> str:
    figure = f"{abs(amount):.6f}".rstrip("0").rstrip(".")
    return f"{figure}{unit[0].upper()}" if amount else ""
