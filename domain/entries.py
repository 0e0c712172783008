"""Who may come in, and under which key: an enrolment is unique by automation, contact and entry key.

The database has the last word: two that come at once are given the same key here, and one of them is let in there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

from domain.calendars.zones import after
from domain.definitions.forms import After
from domain.definitions.plans import Plan
from domain.facts import Happening

ONCE = "once"
LONGEST_KEY = 120


@dataclass(frozen=True, slots=True)
class Earlier:
    """What is known of a contact's enrolments under one base key: how many there were, how many are still running."""

    count: int = 0
    running: int = 0
    last_started_at: datetime | None = None


NONE = Earlier()


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """Not let in; `until` is from when on it would be otherwise."""

    reason: Literal["was_here", "inside", "too_soon", "no_key"]
    until: datetime | None = None

    @property
    def words(self) -> str:
        return WORDS[self.reason]


WORDS: Mapping[str, str] = {
    "was_here": "Was here before, and this automation lets each person in once.",
    "inside": "Is inside already.",
    "too_soon": "Was here not long enough ago to come again.",
    "no_key": "The event lacks the detail by which this automation tells one run from another.",
}


def base_key(plan: Plan, happening: Happening | None) -> str | TurnedAway:
    """What the rules of re-entry go by: one base for everybody, or one for each order, booking or whatever `key` names.

    The entry keys of a base are the base itself and those that start with it and `#` or `@`.
    """
    if plan.key is None:
        return ONCE
    path = plan.key.removeprefix("event.")
    value = _found(happening.properties, path) if happening else None
    return TurnedAway("no_key") if value is None else f"{path}={_written(value)}"


def entry(
    plan: Plan, base: str, earlier: Earlier, now: datetime, zone: ZoneInfo, *, occurrence: str | None = None
) -> str | TurnedAway:
    """The entry key for this contact, or why it is not let in. `occurrence` comes from the trigger."""
    if plan.again == "never":
        return TurnedAway("was_here") if earlier.count else base
    if earlier.running:
        return TurnedAway("inside")
    if isinstance(plan.again, After) and earlier.last_started_at:
        free = after(earlier.last_started_at, plan.again.after, zone)
        if free > now:
            return TurnedAway("too_soon", free)
    if occurrence:
        return f"{base}@{occurrence}"
    return f"{base}#{earlier.count + 1}" if earlier.count else base


def _found(properties: Mapping[str, Any], path: str) -> str | int | float | None:
    value: Any = properties
    for part in path.split("."):
        value = cast("Mapping[str, Any]", value).get(part) if isinstance(value, Mapping) else None
    return value if isinstance(value, str | int | float) and value != "" else None


def _written(value: str | float) -> str:
    """A value as part of a key, in which `#` and `@` separate; a very long one by its fingerprint."""
    text = str(value).replace("%", "%25").replace("#", "%23").replace("@", "%40")
    return text if len(text) <= LONGEST_KEY else f"sha256:{sha256(text.encode()).hexdigest()}"
