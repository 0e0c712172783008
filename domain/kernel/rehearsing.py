"""A rehearsal: the same kernel with a clock that jumps from wait to wait, for one person, with nothing sent.

It supposes that nothing else happens: waits for something run out of time, and whatever is asked of others is answered.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from domain.definitions.plans import AbsentPlan, Plan
from domain.facts import Facts, Happening
from domain.kernel.running import begin, resume, run
from domain.kernel.values import Leg, Outcome, Position, Why
from domain.kernel.words import words
from domain.sending import FREE, Limits
from domain.steps import Sent

MOST_STOPS = 300
"""A loop with a wait goes on for ever; this much of it says enough."""


def dry_run(
    plan: Plan, facts: Facts, start: datetime, *, happening: Happening | None = None, limits: Limits = FREE
) -> tuple[Leg, ...]:
    """The path of one person who enters at `start`: each stop with when, until when, why, and the line that follows."""
    position: Position | None = begin(plan, start)
    facts = facts.with_changes(trigger=happening)
    legs: list[Leg] = []
    now = start
    for _ in range(MOST_STOPS):
        if position is None:
            break
        outcome = _next(plan, position, facts, now, limits)
        _record(legs, outcome.whys, facts)
        if outcome.position == position or _stuck(plan, outcome.position):
            break
        position, facts = outcome.position, outcome.facts
        now = position.wake_at or now if position else now
    return tuple(legs)


def _next(plan: Plan, position: Position, facts: Facts, now: datetime, limits: Limits) -> Outcome:
    if position.awaits:
        return resume(plan, position, facts, now, Sent(), limits=limits)
    return run(plan, position, facts, now, limits=limits)


def _stuck(plan: Plan, position: Position | None) -> bool:
    """Nothing but a person can move it on."""
    if position is None:
        return False
    if isinstance(plan.nodes.get(position.node), AbsentPlan):
        return position.entered_at is not None
    return position.wake_at is None and position.awaits is None


def _record(legs: list[Leg], whys: Iterable[Why], facts: Facts) -> None:
    for why in whys:
        said = words(why, facts.zone)
        stood = (
            legs[-1] if legs and legs[-1].edge is None and legs[-1].node == why.node and why.node else None
        )
        if stood:  # what was begun here is over: one stop, not two
            legs[-1] = replace(stood, until=why.at, why=f"{stood.why} {said}".strip(), edge=_edge(why))
        else:
            legs.append(Leg(why.node or None, why.at, None, said, _edge(why)))


def _edge(why: Why) -> str | None:
    """Which of its lines was taken, as the canvas names them."""
    if why.to is None:
        return None
    match why.decision:
        case "entered":
            return "start"
        case "path" | "share":
            return f"paths.{why.evidence['path']}"
        case "else":
            return "else"
        case "timed_out":
            return "on_timeout"
        case "refused":
            return "on_failure"
        case _:
            return "next"
