"""The entrances of the kernel: somebody comes in, a wait is over, an event arrives, an answer is there.

Each is a function of its arguments alone and does nothing: it says where the contact stands afterwards, what shall be done,
and why. The live engine, the simulator, the rehearsal and the tests call the same ones.
"""

from datetime import datetime, timedelta

from domain.definitions.plans import EffectPlan, Plan, WaitPlan, WaitUntilPlan
from domain.facts import Facts, Happening
from domain.kernel.nodes import ENTER, WAKE
from domain.kernel.passages import MOST_STEPS, Halt, Passage, Way
from domain.kernel.values import Outcome, Position
from domain.sending import FREE, Limits
from domain.steps import Keep, Sent, Settled

AS_IF_ON_TIME = timedelta(days=1)
"""An event that is known this soon after it happened counts as known at once; an older one was brought in later."""


def begin(plan: Plan, now: datetime, happening: Happening | None = None) -> Position:
    """Before the first step. The enrolment begins when what let the contact in happened."""
    began = now
    if happening and now - AS_IF_ON_TIME <= happening.occurred_at < now:
        began = happening.occurred_at
    return Position(plan.start or "", started_at=began, wake_at=began)


def run(plan: Plan, position: Position, facts: Facts, now: datetime, *, limits: Limits = FREE) -> Outcome:
    """Go on, if anything has changed: into the first step, from a wait that is over, with a message that was deferred.

    To ask too early or twice changes nothing, so whoever is in doubt whether somebody may go on asks.
    """
    passage = Passage(plan, position, facts, now, limits)
    stopped = _stopped(passage)
    if stopped:
        return passage.outcome(stopped)
    way = None if position.awaits else _onward(passage)
    return passage.unchanged() if way is None else travel(passage, way)


def poke(
    plan: Plan,
    position: Position,
    facts: Facts,
    now: datetime,
    happening: Happening,
    *,
    limits: Limits = FREE,
) -> Outcome | None:
    """An event of the contact has arrived. None: it moves nothing. Else goal, exit, or the wait that it ends, at once."""
    if happening.name not in plan.reacts(position.node):
        return None
    passage = Passage(plan, position, facts.after(happening), now, limits)
    passage.arrived = happening
    passage.base = max(position.entered_at or position.started_at, min(happening.occurred_at, now))
    stopped = _stopped(passage)
    if stopped:
        return passage.outcome(stopped)
    node = plan.nodes[position.node]
    if position.entered_at is None or not isinstance(node, WaitPlan | WaitUntilPlan):
        return None
    way = WAKE[type(node)](passage, node)
    return None if way is None else travel(passage, way)


def resume(
    plan: Plan, position: Position, facts: Facts, now: datetime, answer: Settled, *, limits: Limits = FREE
) -> Outcome:
    """What the contact waited for at a step is known: it was done (and answered), or it was refused."""
    passage = Passage(plan, position, facts, now, limits)
    node = plan.nodes.get(position.node)
    stopped = _stopped(passage)
    if stopped:
        return passage.outcome(stopped)
    if position.awaits != "message" or not isinstance(node, EffectPlan):
        return passage.unchanged()
    if not isinstance(answer, Sent):
        return travel(passage, passage.to(node, node.on_failure, "refused", {"reason": answer.reason}))
    if node.save_as:
        passage.apply(node.id, [Keep(node.save_as, dict(answer.result))], first=1)
    return travel(passage, passage.ends(node.id) or passage.to(node, node.next, "answered"))


def travel(passage: Passage, way: Way) -> Outcome:
    """Step by step, until something stops it."""
    passage.arrived = None  # whatever it brought about, it has brought about
    nodes = passage.plan.nodes
    while not isinstance(way, Halt):
        if not passage.step():
            return passage.outcome(passage.fail(way, "endless", {"steps": MOST_STEPS}))
        node = nodes[way]
        way = ENTER[type(node)](passage, node)
    return passage.outcome(way)


def _stopped(passage: Passage) -> Halt | None:
    """The goal and the exits come before everything, from wherever the contact stands."""
    node = passage.start.node
    ended = passage.ends(node)
    if ended or node in passage.plan.nodes:
        return ended
    return passage.fail(node, "gone", {"message": "This version has no such step."})


def _onward(passage: Passage) -> Way | None:
    start = passage.start
    node = passage.plan.nodes[start.node]
    wake = WAKE.get(type(node))
    if wake and start.entered_at:
        return wake(passage, node)
    if start.wake_at and start.wake_at > passage.now:
        return None
    return _arrive(passage)  # on the way, or at a step that is no wait any more


def _arrive(passage: Passage) -> Way:
    if passage.start.hop == 0:
        passage.note("", "entered", passage.start.node)
    return passage.start.node
