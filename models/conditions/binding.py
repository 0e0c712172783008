"""Values of a condition on their way into SQL: all of them bound, those that depend on the zone once per zone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from domain.calendars.zones import find_zone, zone_names
from domain.conditions.values import At

AnyMoment = TypeVar("AnyMoment", bound=date)


@dataclass(frozen=True, slots=True)
class Bindings:
    """The parameters so far. `at` is now in the workspace's own zone; a contact may have another. Only `among` is asked about."""

    workspace_id: UUID
    at: At
    since: datetime | None = None
    among: Sequence[UUID] | None = None
    values: dict[str, Any] = field(default_factory=dict[str, Any])

    def bind(self, value: Any, kind: str) -> str:
        """A parameter of this SQL type."""
        name = f"k{len(self.values)}"
        self.values[name] = value
        return f"cast(:{name} as {kind})"

    def instant(self, value: datetime) -> str:
        return self.bind(value, "timestamptz")

    def in_zone(self, compute: Callable[[At], date]) -> str:
        """A day or an instant that depends on where the contact lives, computed here for each zone: SQL only looks it up.

        In a sub-select it is read once for the statement, not once for each row.
        """
        home = compute(self.at)
        kind = "timestamptz" if isinstance(home, datetime) else "date"
        others = {name: value for name, value in self._everywhere(compute) if value != home}
        if not others:
            return self.bind(home, kind)
        table = self.bind(orjson.dumps(others).decode(), "jsonb")
        return f"coalesce(((select {table}) ->> c.time_zone)::{kind}, {self.bind(home, kind)})"

    def earliest(self, compute: Callable[[At], datetime]) -> datetime:
        """What comes first, wherever the contact may live."""
        return min(value for _, value in self._everywhere(compute))

    def _everywhere(self, compute: Callable[[At], AnyMoment]) -> list[tuple[str, AnyMoment]]:
        return [(name, compute(At(self.at.now, zone))) for name, zone in _zones()]

    def zone(self) -> str:
        """The contact's zone by its name, as far as this Postgres knows it too."""
        known = "c.time_zone in (select name from pg_timezone_names where name <> 'Factory')"
        return f"case when {known} then c.time_zone else {self.bind(self.at.zone.key, 'text')} end"


@cache
def _zones() -> list[tuple[str, ZoneInfo]]:
    return [(name, zone) for name in zone_names() if (zone := find_zone(name))]
