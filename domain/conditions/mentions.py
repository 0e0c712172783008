"""What a condition asks about, so that only that is loaded, and after which events its answer may be another."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.conditions.clauses import Condition, ConsentClause, EventClause, FieldClause, TagClause, walk
from domain.conditions.fields import CONSENT

NONE: frozenset[str] = frozenset()
Windows = Mapping[str, timedelta | None]
_TAGGING = frozenset({"contact.tag_added", "contact.tag_removed"})
_CONSENTING = frozenset({"contact.consent_changed"})
_MARGIN = timedelta(days=2)  # a window of months reaches back to the start of a day, in whichever zone


@dataclass(frozen=True, slots=True)
class Mentions:
    """`event_windows`: how far back the events of a name matter (None: all of them); never less than is asked for."""

    events: frozenset[str] = NONE
    reacts_to: frozenset[str] = NONE
    fields: frozenset[str] = NONE
    tags: frozenset[str] = NONE
    event_windows: Windows = field(default_factory=dict)

    def __or__(self, other: "Mentions") -> "Mentions":
        shared = self.event_windows.keys() & other.event_windows.keys()
        longest = {name: _longer(self.event_windows[name], other.event_windows[name]) for name in shared}
        return Mentions(
            self.events | other.events,
            self.reacts_to | other.reacts_to,
            self.fields | other.fields,
            self.tags | other.tags,
            {**self.event_windows, **other.event_windows, **longest},
        )

    def since(self, now: datetime) -> datetime | None:
        """From when on events must be loaded; None is all of them."""
        windows = [window for window in self.event_windows.values() if window is not None]
        return now - max(windows) if windows and len(windows) == len(self.event_windows) else None


def _longer(one: timedelta | None, other: timedelta | None) -> timedelta | None:
    return None if one is None or other is None else max(one, other)


def mentions(*conditions: Condition | None) -> Mentions:
    """What these conditions ask about, all together."""
    total = Mentions()
    for condition in conditions:
        for _, clause in walk(condition) if condition else ():
            total |= _of(clause)
    return total


def _of(clause: Condition) -> Mentions:
    match clause:
        case FieldClause():
            return Mentions(fields=frozenset({clause.field}), reacts_to=_after_changes(clause))
        case EventClause():
            name = frozenset({clause.event})
            window = clause.within.about + _MARGIN if clause.within else None
            return Mentions(events=name, reacts_to=name, event_windows={clause.event: window})
        case TagClause():
            return Mentions(tags=frozenset({clause.tag}), reacts_to=_TAGGING)
        case ConsentClause():
            return Mentions(reacts_to=_CONSENTING)
        case _:
            return Mentions()


def _after_changes(clause: FieldClause) -> frozenset[str]:
    if clause.root != "contact":
        return NONE
    name = clause.path[0]
    return _TAGGING if name == "tags" else _CONSENTING if name == CONSENT else frozenset({"contact.updated"})
