"""What goes into the kernel and comes out of it: where an enrolment stands, what shall be done, and why.

Named tuples where a run makes them for each contact: a frozen dataclass takes four times as long to make.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from domain.facts import Facts
from domain.sending import Reason, Topic
from domain.steps import Change

Ended = Literal["finished", "goal", "exit", "failed"]
LEDGER = Literal["reserved", "deferred", "dropped"]


class Position(NamedTuple):
    """Where an enrolment stands.

    `entered_at` None: on the way to `node`, which is entered at `wake_at`. `wake_at` None: until something happens.
    `awaits`: until the outcome of the message of this very step is known. `hop` counts the steps taken, so that a step which
    is passed twice sends twice, and one that is only tried again does not.
    """

    node: str
    started_at: datetime
    entered_at: datetime | None = None
    wake_at: datetime | None = None
    awaits: Literal["message"] | None = None
    hop: int = 0


class Reserve(NamedTuple):
    """A row of the ledger, under the key enrolment:node:hop:index. A row that is there already takes the new state, unless it
    is past being deferred. The settings of the step are those of `node` in the version.
    """

    channel: str
    step: str
    state: LEDGER
    topic: Topic = "transactional"
    reason: Reason | None = None
    until: datetime | None = None
    awaits: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing to do; no two of an enrolment have the same node, hop and index."""

    node: str
    hop: int
    index: int
    act: Change | Reserve


class Why(NamedTuple):
    """One decision: at which step, what was decided, where it led (`to` "" is the way out, None: nowhere), and by what."""

    node: str
    kind: str
    at: datetime
    decision: str
    to: str | None = None
    evidence: Any = None

    def as_json(self) -> dict[str, Any]:
        row = {"node": self.node, "kind": self.kind, "at": self.at.isoformat(), "decision": self.decision}
        if self.to is not None:
            row["to"] = self.to
        return row if self.evidence is None else {**row, "evidence": self.evidence}


class Outcome(NamedTuple):
    """What one run of the kernel came to. `facts` are those after its own changes, for whoever simulates."""

    position: Position | None
    facts: Facts
    effects: tuple[Effect, ...] = ()
    whys: tuple[Why, ...] = ()
    ended: Ended | None = None

    @property
    def node(self) -> str:
        """The step at which it stopped, also when it ended there."""
        return self.position.node if self.position else self.whys[-1].node

    def lines(self) -> Iterator[tuple[str, str]]:
        """The lines that were followed: from "" is the entry, to "" the way out."""
        return ((why.node, why.to) for why in self.whys if why.to is not None)


@dataclass(frozen=True, slots=True)
class Leg:
    """One stop of a rehearsal: at which step (None is the trigger), from when until when, why, and by which line it went on."""

    node: str | None
    at: datetime
    until: datetime | None
    why: str
    edge: str | None
