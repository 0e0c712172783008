"""Publishing while people are inside: where each of them stands in the new version.

Nobody is moved on by the publishing itself, except where a wait became shorter than what somebody has waited already. Who stands
at a step that is gone keeps waiting as long as before, and then enters the next step that is still there.
"""

from datetime import datetime

from domain.conditions import evaluate
from domain.definitions.graph import downstream
from domain.definitions.plans import NodePlan, Plan, WaitPlan, WaitUntilPlan
from domain.facts import Facts
from domain.kernel.nodes import look_again, wake_time
from domain.kernel.passages import TICK
from domain.kernel.values import Outcome, Position, Why


def move(old: Plan, new: Plan, position: Position, facts: Facts, now: datetime) -> Outcome:
    """The position in the new version; `moves_at_once` says whether it is due already."""
    node = new.nodes.get(position.node)
    if node is None or position.node not in new.definition.nodes:
        return _onward(old, new, position, facts, now)
    if position.entered_at is None or _same_sort(old.nodes.get(position.node), node):
        return Outcome(_stay(node, position, facts, now), facts)
    return Outcome(_on_the_way(node.id, position, now), facts, whys=_moved(position, now, node.id))


def moves_at_once(before: Position, after_move: Outcome, now: datetime) -> bool:
    """Whether the new version sends on somebody who would still be waiting in the old one."""
    position = after_move.position
    if position is None:
        return True
    was_waiting = before.wake_at is None or before.wake_at > now
    return was_waiting and position.wake_at is not None and position.wake_at <= now


def _same_sort(old: NodePlan | None, new: NodePlan) -> bool:
    return type(old) is type(new)


def _stay(node: NodePlan, position: Position, facts: Facts, now: datetime) -> Position:
    """A wait is reckoned again from when it began, but ends now at the earliest: what comes next must not be dated back."""
    entered = position.entered_at
    match node:
        case WaitPlan() if entered:
            wake = wake_time(node, entered, facts)
            return position._replace(wake_at=max(wake, now) if wake else None)
        case WaitUntilPlan() if entered:
            return position._replace(wake_at=_wake_until(node, entered, facts, now))
        case _:
            return position


def _wake_until(node: WaitUntilPlan, entered: datetime, facts: Facts, now: datetime) -> datetime:
    if evaluate(node.until, facts, now, since=entered + TICK).result:
        return now
    return max(look_again(node, entered, facts, now), now)


def _onward(old: Plan, new: Plan, position: Position, facts: Facts, now: datetime) -> Outcome:
    known = new.definition.nodes
    below = downstream(old.definition, position.node) if position.node in old.definition.nodes else ()
    target = next((node for node in below if node in known), None)
    if target is None:
        return Outcome(None, facts, whys=_moved(position, now, None), ended="exit")
    return Outcome(_on_the_way(target, position, now), facts, whys=_moved(position, now, target))


def _on_the_way(node: str, position: Position, now: datetime) -> Position:
    """It enters the step when its wait at the old one would have been over."""
    return Position(node, position.started_at, None, position.wake_at or now, hop=position.hop)


def _moved(position: Position, now: datetime, target: str | None) -> tuple[Why, ...]:
    return (Why(position.node, "", now, "moved", None, {"to": target}),)
