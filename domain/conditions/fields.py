"""The fields that a condition may ask for: what every contact has, what a business added, what an event carries."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from domain.conditions.clauses import ROOTS, FieldClause
from domain.conditions.operators import FieldKind
from domain.facts import ContactFacts, Facts, Happening


@dataclass(frozen=True, slots=True)
class StandardField:
    label: str
    kind: FieldKind
    read: Callable[[ContactFacts], Any]


STANDARD: Mapping[str, StandardField] = {
    "id": StandardField("Id", "text", lambda c: str(c.id)),
    "email": StandardField("E-mail", "text", lambda c: c.email),
    "phone": StandardField("Phone", "text", lambda c: c.phone),
    "first_name": StandardField("First name", "text", lambda c: c.first_name),
    "last_name": StandardField("Last name", "text", lambda c: c.last_name),
    "external_id": StandardField("External id", "text", lambda c: c.external_id),
    "time_zone": StandardField("Time zone", "text", lambda c: c.time_zone),
    "created_at": StandardField("Added", "datetime", lambda c: c.created_at),
    "updated_at": StandardField("Last changed", "datetime", lambda c: c.updated_at),
    "tags": StandardField("Tags", "list", lambda c: sorted(c.tags)),
}
CONSENT = "consent"
"""`contact.consent.email` is the state in force for a channel; `{consent: email}` asks whether it is `subscribed`."""


def find(clause: FieldClause, facts: Facts, happening: Happening | None) -> Any:
    """What the field holds. `happening` is the event that `event.…` means."""
    return _find(clause.root, clause.path, facts, happening)


def lookup(field: str, facts: Facts) -> Any:
    """What `contact.renews_on`, or just `renews_on`, holds; also `event.…` of the trigger and `data.…`."""
    root, *path = field.split(".")
    if root in ROOTS and path:
        return _find(root, path, facts, facts.trigger)
    return _of_contact([root, *path], facts.contact)


def _find(root: str, path: Sequence[str], facts: Facts, happening: Happening | None) -> Any:
    if root == "contact":
        return _of_contact(path, facts.contact)
    document = facts.data if root == "data" else happening.properties if happening else {}
    return walk_into(document, path)


def _of_contact(path: Sequence[str], contact: ContactFacts) -> Any:
    if standard := STANDARD.get(path[0]):
        return standard.read(contact) if len(path) == 1 else None
    if path[0] == CONSENT:
        return walk_into(contact.consent, path[1:])
    return walk_into(contact.attributes, path)


def walk_into(value: Any, path: Sequence[str]) -> Any:
    """The value at the end of a path of names; in a list a name is a place, counted from 0, or from -1 backwards."""
    for part in path:
        value = _step(value, part)
    return value


def _step(value: Any, part: str) -> Any:
    if isinstance(value, Mapping):
        return cast("Mapping[str, Any]", value).get(part)
    if isinstance(value, list | tuple):
        return _place(cast("list[Any]", value), part)
    return None


def _place(entries: Sequence[Any], part: str) -> Any:
    digits = part.removeprefix("-").removeprefix("+")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 9:
        return None
    try:
        return entries[int(part)]
    except (IndexError, ValueError):
        return None
