"""A definition made ready to run: conditions read, settings validated, shares counted out, and for every step the names of the
events that can move somebody who waits there. Made once for a version, used for everybody who passes through it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any, ClassVar

from domain.calendars.durations import Duration, Offset
from domain.calendars.zones import Moment, Weekdays
from domain.conditions import Condition, Mentions
from domain.definitions.forms import Again, Definition, Target
from domain.sending import Topic
from domain.steps import DataStep, Params
from domain.triggers import Trigger

NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class WaitPlan:
    """For a length of time, then until a time of day; or until so long before or after a date that is known of the contact."""

    kind: ClassVar[str] = "wait"

    id: str
    lasts: Duration | None
    time: time | None
    weekdays: Weekdays
    date: str | None
    offset: Offset
    next: Target
    reacts: frozenset[str]


@dataclass(frozen=True, slots=True)
class WaitUntilPlan:
    kind: ClassVar[str] = "wait_until"

    id: str
    until: Condition
    timeout: Duration
    next: Target
    on_timeout: Target
    reacts: frozenset[str]


@dataclass(frozen=True, slots=True)
class PathPlan:
    label: str
    when: Condition
    next: Target


@dataclass(frozen=True, slots=True)
class BranchPlan:
    kind: ClassVar[str] = "branch"

    id: str
    paths: tuple[PathPlan, ...]
    otherwise: Target


@dataclass(frozen=True, slots=True)
class SharePlan:
    """Tickets below `below` that no earlier path has."""

    label: str
    below: int
    next: Target


@dataclass(frozen=True, slots=True)
class SplitPlan:
    kind: ClassVar[str] = "split"

    id: str
    paths: tuple[SharePlan, ...]


@dataclass(frozen=True, slots=True)
class LeavePlan:
    kind: ClassVar[str] = "leave"

    id: str


@dataclass(frozen=True, slots=True)
class DataPlan:
    """A step that changes what is known of the contact."""

    id: str
    kind: str
    change: DataStep[Any]
    params: Params
    next: Target


@dataclass(frozen=True, slots=True)
class EffectPlan:
    """A step that acts on the world outside. `awaits`: the contact stays until the outcome is known."""

    id: str
    kind: str
    channel: str
    params: Params
    topic: Topic
    not_after: Duration | Moment | None
    awaits: bool
    save_as: str | None
    next: Target
    on_failure: Target


@dataclass(frozen=True, slots=True)
class AbsentPlan:
    """A step that is not installed any more, or no longer takes these settings: people wait there until it is mended."""

    id: str
    kind: str
    message: str


NodePlan = WaitPlan | WaitUntilPlan | BranchPlan | SplitPlan | LeavePlan | DataPlan | EffectPlan | AbsentPlan


@dataclass(frozen=True, slots=True)
class Plan:
    """`automation` names it for the lots of its splits, whichever version this is.

    `entrances`: events that may let somebody in; `always`: events that may move somebody from any step (goal and exits);
    `asks`: what all its conditions together ask about, among it the events whose history must be loaded.
    """

    automation: str
    definition: Definition
    trigger: Trigger | None
    again: Again
    key: str | None
    goal: Condition | None
    exit_when: Condition | None
    start: Target
    nodes: Mapping[str, NodePlan]
    entrances: frozenset[str]
    always: frozenset[str]
    asks: Mentions

    def reacts(self, node: str) -> frozenset[str]:
        """Events that can move somebody who waits at this step."""
        return self.always | getattr(self.nodes.get(node), "reacts", NOBODY)

    @property
    def remembers(self) -> frozenset[str]:
        """Events whose history must be among the facts."""
        return self.asks.events

    @property
    def listens(self) -> frozenset[str]:
        """Every event that can let somebody in or move somebody who is inside."""
        return frozenset(self._listens())

    def _listens(self) -> Iterator[str]:
        yield from self.entrances
        yield from self.always
        for node in self.nodes:
            yield from self.reacts(node)
