"""What lets contacts enter an automation: one file per trigger; the folder is the list."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from domain.conditions import TRUE, Clause, Condition, Verdict, evaluate
from domain.facts import Facts, Happening
from domain.steps import Params

NOTHING: frozenset[str] = frozenset()


class Trigger(Params):
    """The settings of a trigger, and what the engine asks of it. A file overrides what is different for it."""

    def listens(self) -> frozenset[str]:
        """The events that may let somebody in."""
        return NOTHING

    def matches(self, happening: Happening, facts: Facts, now: datetime) -> Verdict:
        """Whether this event, which it listens to, lets in the contact it is about."""
        del happening, facts, now
        return TRUE

    def conditions(self) -> Iterator[tuple[str, Condition]]:
        """Those among its settings, so that what they ask about is loaded and checked."""
        return ((name, cast("Condition", value)) for name, value in self if isinstance(value, Clause))

    def due_after(self, now: datetime, zone: ZoneInfo, anchor: date) -> datetime | None:
        """The next time at which it lets in a crowd by itself; `anchor` is the day from which its rhythm is counted."""
        del now, zone, anchor
        return None

    def audience(self) -> Condition | None:
        """Of whom a crowd consists; None is everybody."""
        return None


@dataclass(frozen=True, slots=True)
class TriggerKind:
    """One entry of the catalogue."""

    kind: str
    title: str
    help: str
    group: str
    icon: str
    summary: str
    params: type[Trigger]
    sample: Mapping[str, Any]


TRIGGERS: dict[str, TriggerKind] = {}

T = TypeVar("T", bound=type[Trigger])


def trigger(
    kind: str,
    *,
    title: str,
    help: str,  # noqa: A002 -- the name that the catalogue gives it
    group: str,
    icon: str,
    sample: Mapping[str, Any],
    summary: str = "",
    registry: dict[str, TriggerKind] | None = None,
) -> Callable[[T], T]:
    """Put a trigger into the catalogue."""

    def register(declared: T) -> T:
        triggers = TRIGGERS if registry is None else registry
        if kind in triggers:
            raise ValueError(f"two triggers are called {kind!r}")
        if "kind" in declared.model_fields:
            raise TypeError(f"trigger {kind!r} cannot have a setting called kind")
        declared.model_validate(sample)
        triggers[kind] = TriggerKind(kind, title, help, group, icon, summary, declared, sample)
        return declared

    return register


def holds(condition: Condition | None, happening: Happening, facts: Facts, now: datetime) -> Verdict:
    """Whether a trigger's own condition is true of the event and its contact; no condition is true of everybody."""
    return evaluate(condition, facts.with_changes(trigger=happening), now) if condition else TRUE
