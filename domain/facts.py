"""Facts: what is known about one contact at one moment; conditions and the kernel read this and nothing else.

They are values: a step that adds a tag gives new facts, and the facts from before stay as they were. They are made by the
thousand, so they are named tuples: a frozen dataclass takes four times as long to make.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.calendars.zones import find_zone

ZoneSource = Literal["contact", "workspace"]
# cannot be changed, pickled or written as JSON: who wants that takes `dict(…)` of it
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class ContactFacts(NamedTuple):
    """`attributes` are the workspace's own fields; `consent` is the state in force per channel."""

    id: UUID
    created_at: datetime
    updated_at: datetime
    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    external_id: str | None = None
    time_zone: str | None = None
    attributes: Mapping[str, Any] = _NOTHING
    tags: frozenset[str] = frozenset()
    consent: Mapping[str, str] = _NOTHING

    def with_changes(self, **changes: Any) -> "ContactFacts":
        return self._replace(**changes)


class Happening(NamedTuple):
    """One event of the contact."""

    id: UUID
    name: str
    occurred_at: datetime
    properties: Mapping[str, Any] = _NOTHING


Happenings = Mapping[str, tuple[Happening, ...]]


class Facts(NamedTuple):
    """`happenings` by event name, newest first; `trigger` let the contact in; `data` holds the answers that steps kept.

    `zone` is the contact's own time zone, or else the workspace's; `zone_source` says which.
    """

    contact: ContactFacts
    zone: ZoneInfo
    zone_source: ZoneSource = "workspace"
    happenings: Happenings = _NOTHING
    trigger: Happening | None = None
    data: Mapping[str, Any] = _NOTHING

    def named(self, name: str) -> tuple[Happening, ...]:
        """The contact's events of this name, newest first."""
        return self.happenings.get(name, ())

    def with_changes(self, **changes: Any) -> "Facts":
        """A copy in which some parts are others: `facts.with_changes(trigger=…, data=…)`."""
        return self._replace(**changes)

    def tagged(self, tag: str) -> "Facts":
        return self._with_contact(tags=self.contact.tags | {tag})

    def untagged(self, tag: str) -> "Facts":
        return self._with_contact(tags=self.contact.tags - {tag})

    def with_attribute(self, name: str, value: Any) -> "Facts":
        return self._with_contact(attributes={**self.contact.attributes, name: value})

    def with_data(self, name: str, value: Any) -> "Facts":
        return self._replace(data={**self.data, name: value})

    def after(self, happening: Happening) -> "Facts":
        """The facts once this has happened too."""
        known = by_name([*self.named(happening.name), happening])
        return self._replace(happenings={**self.happenings, **known})

    def _with_contact(self, **changes: Any) -> "Facts":
        return self._replace(contact=self.contact._replace(**changes))


def by_name(happenings: Iterable[Happening]) -> dict[str, tuple[Happening, ...]]:
    """Events in any order as `Facts` keeps them; one that is given twice counts once."""
    newest = sorted(
        {one.id: one for one in happenings}.values(), key=lambda one: (one.occurred_at, one.id), reverse=True
    )
    grouped: dict[str, list[Happening]] = {}
    for one in newest:
        grouped.setdefault(one.name, []).append(one)
    return {name: tuple(group) for name, group in grouped.items()}


def zone_for(contact: str | None, workspace: ZoneInfo) -> tuple[ZoneInfo, ZoneSource]:
    """The zone that a contact lives in: its own when there is such a zone, else the workspace's."""
    own = find_zone(contact)
    return (own, "contact") if own else (workspace, "workspace")
