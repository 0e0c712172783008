"""One passage of one contact through a plan: what has been decided so far, and the time by which it is reckoned.

Business time within a run is when things were due, not when we got round to them: `base` starts there, moves on with every
wait that is over already, and is `now` once something has been sent. So an outage shifts nobody's dates, and nobody gets at
once the messages that were meant to be days apart.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple

from domain.conditions import Condition, Verdict, evaluate
from domain.definitions.plans import NodePlan, Plan
from domain.facts import Facts, Happening
from domain.kernel.values import Effect, Ended, Outcome, Position, Reserve, Why
from domain.sending import Limits
from domain.steps import Change, changed

MOST_STEPS = 100
"""Steps in one run; more are a circle without a wait."""
TICK = timedelta(microseconds=1)
"""What is dated to the very instant of entering came before it, unless it arrives later."""
ON_ITS_WAY = timedelta(minutes=1)
"""An event that arrives while a contact waits, dated so little before the wait began, counts as after it."""


class Halt(NamedTuple):
    """The run stops: parked here, or ended so."""

    position: Position | None = None
    ended: Ended | None = None


FINISHED: Final = Halt(ended="finished")
Way = str | Halt
"""Which step comes next, or that the run stops."""


class Passage:
    """Lives as long as one run takes."""

    __slots__ = (
        "arrived",
        "base",
        "effects",
        "facts",
        "hop",
        "limits",
        "now",
        "passed",
        "plan",
        "sent",
        "start",
        "steps",
        "whys",
    )

    def __init__(self, plan: Plan, start: Position, facts: Facts, now: datetime, limits: Limits) -> None:
        self.plan = plan
        self.start = start
        self.facts = facts
        self.now = now
        self.limits = limits
        self.base = start.wake_at if start.wake_at and start.wake_at < now else now
        self.arrived: Happening | None = None
        self.hop = start.hop
        self.steps = 0
        self.sent = False
        self.passed: set[str] = set()
        self.effects: list[Effect] = []
        self.whys: list[Why] = []

    def outcome(self, halt: Halt) -> Outcome:
        return Outcome(halt.position, self.facts, tuple(self.effects), tuple(self.whys), halt.ended)

    def unchanged(self) -> Outcome:
        return Outcome(self.start, self.facts)

    def ends(self, node: str) -> Halt | None:
        """Whether the goal or an exit ends it here, before anything else."""
        plan = self.plan
        if plan.goal and (halt := self._ends_by("goal", plan.goal, node)):
            return halt
        return self._ends_by("exit", plan.exit_when, node) if plan.exit_when else None

    def _ends_by(self, ended: Literal["goal", "exit"], condition: Condition, node: str) -> Halt | None:
        verdict = self.judge(condition, self.start.started_at)
        if not verdict.result:
            return None
        self.note(node, ended, None, verdict.evidence)
        return Halt(ended=ended)

    def judge(self, condition: Condition, entered: datetime) -> Verdict:
        """Whether it is true by what happened after `entered`. The event that has just arrived did, wherever a clock put it."""
        since, now, facts = entered + TICK, self.now, self.facts
        arrived = self.arrived
        if arrived and since - ON_ITS_WAY <= arrived.occurred_at < since:
            facts, now = facts.after(arrived._replace(occurred_at=since)), max(now, since)
        return evaluate(condition, facts, now, since=since)

    def to(self, node: NodePlan, target: str | None, decision: str, evidence: Any = None) -> Way:
        """On along a line, or out."""
        self.note(node.id, decision, target or "", evidence)
        return target or FINISHED

    def park(self, node: NodePlan, decision: str, evidence: Any, where: Position) -> Halt:
        self.note(node.id, decision, None, evidence)
        return Halt(where)

    def fail(self, node: str, decision: str, evidence: Any) -> Halt:
        self.note(node, decision, None, evidence)
        return Halt(ended="failed")

    def note(self, node: str, decision: str, to: str | None, evidence: Any = None) -> None:
        known = self.plan.nodes.get(node)
        self.whys.append(Why(node, known.kind if known else "", self.now, decision, to, evidence))

    def here(self, node: str, wake_at: datetime | None, *, entered_at: datetime | None = None) -> Position:
        """The position of somebody who stays at this step."""
        return Position(node, self.start.started_at, entered_at or self.base, wake_at, hop=self.hop)

    def apply(self, node: str, changes: Iterable[Change], *, first: int = 0) -> None:
        """Later steps of this run see what earlier ones did."""
        for index, change in enumerate(changes, first):
            self.effects.append(Effect(node, self.hop, index, change))
            self.facts = changed(self.facts, change)

    def reserve(self, node: str, row: Reserve) -> None:
        self.effects.append(Effect(node, self.hop, 0, row))

    def step(self) -> bool:
        """Count one more; False when there were too many."""
        self.hop += 1
        self.steps += 1
        return self.steps <= MOST_STEPS or self._catch_up()

    def _catch_up(self) -> bool:
        """After an outage a loop with a short wait has many laps to make up for; it goes on from now instead, once."""
        late = self.base < self.now
        self.base = self.now
        self.steps = 0
        return late
