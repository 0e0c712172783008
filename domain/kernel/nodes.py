"""What each kind of step does to somebody who enters it, and to somebody who is woken at it."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from domain.calendars.zones import after, local_days_then, next_local, on_date, read_moment
from domain.conditions import evaluate, lookup
from domain.conditions.timing import next_change
from domain.definitions.compiling import LOTS
from domain.definitions.plans import (
    AbsentPlan,
    BranchPlan,
    DataPlan,
    EffectPlan,
    LeavePlan,
    SplitPlan,
    WaitPlan,
    WaitUntilPlan,
)
from domain.facts import Facts
from domain.kernel.passages import TICK, Halt, Passage, Way
from domain.kernel.values import Reserve
from domain.sending import Allow, Defer, Drop, Ruling, Send, gate

LOOK_AGAIN = timedelta(hours=1)
"""How often somebody looks whether a step that was missing is installed again."""
MOST_EVIDENCE = 5


# Waits


def wake_time(node: WaitPlan, since: datetime, facts: Facts) -> datetime | None:
    """When a wait that was entered at `since` is over; None while the date it goes by is not known."""
    if node.date:
        moment = read_moment(lookup(node.date, facts))
        return on_date(moment, node.offset, facts.zone, node.time) if moment else None
    if node.lasts is None:
        return next_local(since, facts.zone, node.time, node.weekdays) if node.time else since
    if node.time is None:
        return after(since, node.lasts, facts.zone)
    return local_days_then(since, node.lasts, node.time, facts.zone, weekdays=node.weekdays)


def _enter_wait(passage: Passage, node: WaitPlan) -> Way:
    since = _since(passage, node)
    wake = wake_time(node, since, passage.facts)
    if wake is not None and wake <= passage.now:
        passage.base = max(passage.base, wake)
        return passage.to(node, node.next, "past", {"until": wake})
    evidence = {"until": wake, "zone": passage.facts.zone.key, "zone_of": passage.facts.zone_source}
    where = passage.here(node.id, wake, entered_at=since)
    return passage.park(node, "waits", evidence if wake else {"missing": node.date}, where)


def _since(passage: Passage, node: WaitPlan) -> datetime:
    """Nine o'clock that has just been used, by a message or by this very wait, is tomorrow's nine o'clock."""
    only_time = node.lasts is None and node.date is None
    used = passage.sent or node.id in passage.passed
    passage.passed.add(node.id)
    return passage.base + TICK if only_time and used else passage.base


def _wake_wait(passage: Passage, node: WaitPlan) -> Way | None:
    """The contact may have moved to another zone, or its date may have been changed, since it went to sleep."""
    start = passage.start
    wake = start.wake_at
    if node.reacts and start.entered_at:
        wake = wake_time(node, start.entered_at, passage.facts)
    if wake is not None and wake <= passage.now:
        passage.base = max(wake, start.entered_at or wake)
        passage.passed.add(node.id)
        return passage.to(node, node.next, "waited", {"until": wake})
    if wake == start.wake_at:
        return None
    return passage.park(
        node, "rescheduled", {"until": wake, "before": start.wake_at}, start._replace(wake_at=wake)
    )


def look_again(node: WaitUntilPlan, entered: datetime, facts: Facts, now: datetime) -> datetime:
    """When the time is up, or before that if time alone may make the condition true."""
    deadline = after(entered, node.timeout, facts.zone)
    change = next_change(node.until, facts, now, since=entered + TICK)
    return min(change, deadline) if change else deadline


def _enter_wait_until(passage: Passage, node: WaitUntilPlan) -> Way:
    """What is true already need not be waited for."""
    verdict = passage.judge(node.until, passage.base)
    if verdict.result:
        return passage.to(node, node.next, "already", verdict.evidence)
    deadline = after(passage.base, node.timeout, passage.facts.zone)
    if deadline <= passage.now:
        return _time_is_up(passage, node, deadline)
    wake = look_again(node, passage.base, passage.facts, passage.now)
    return passage.park(node, "waits", {"until": deadline}, passage.here(node.id, wake))


def _wake_wait_until(passage: Passage, node: WaitUntilPlan) -> Way | None:
    """Who did it at the last moment has done it: the condition comes before the time-out."""
    start = passage.start
    entered = start.entered_at or passage.now
    verdict = passage.judge(node.until, entered)
    if verdict.result:
        return passage.to(node, node.next, "happened", verdict.evidence)
    deadline = after(entered, node.timeout, passage.facts.zone)
    if deadline <= passage.now:
        return _time_is_up(passage, node, deadline)
    wake = look_again(node, entered, passage.facts, passage.now)
    return None if wake == start.wake_at else Halt(start._replace(wake_at=wake))


def _time_is_up(passage: Passage, node: WaitUntilPlan, deadline: datetime) -> Way:
    passage.base = max(passage.base, deadline)
    return passage.to(node, node.on_timeout, "timed_out", {"until": deadline})


# Ways that part


def _enter_branch(passage: Passage, node: BranchPlan) -> Way:
    refused: list[Any] = []
    for index, path in enumerate(node.paths):
        verdict = evaluate(path.when, passage.facts, passage.now)
        if verdict.result:
            evidence = {"path": index, "label": path.label, "because": verdict.evidence}
            return passage.to(node, path.next, "path", evidence)
        refused.append(verdict.evidence)
    return passage.to(node, node.otherwise, "else", {"because": refused[:MOST_EVIDENCE]})


def lot(contact: object, automation: object, node: str) -> int:
    """The ticket that a contact has at a split: always the same one, whatever the version."""
    drawn = blake2b(f"{contact}:{automation}:{node}".encode(), digest_size=8).digest()
    return int.from_bytes(drawn) % LOTS


def _enter_split(passage: Passage, node: SplitPlan) -> Way:
    ticket = lot(passage.facts.contact.id, passage.plan.automation, node.id)
    index = next((index for index, path in enumerate(node.paths) if ticket < path.below), len(node.paths) - 1)
    path = node.paths[index]
    return passage.to(node, path.next, "share", {"path": index, "label": path.label, "ticket": ticket})


def _enter_leave(passage: Passage, node: LeavePlan) -> Way:
    return passage.to(node, None, "left")


# Steps of the catalogue


def _enter_data(passage: Passage, node: DataPlan) -> Way:
    try:
        changes = node.change(node.params, passage.facts)
    except Exception as error:  # noqa: BLE001 -- a fault in one step must not hold up the others of the batch
        return passage.fail(node.id, "broken", {"error": f"{type(error).__name__}: {error}"})
    passage.apply(node.id, changes)
    return passage.ends(node.id) or passage.to(node, node.next, "done")


def _enter_effect(passage: Passage, node: EffectPlan) -> Way:
    due = passage.base
    ruling = _ruling(passage, node, due)
    return _obey(passage, node, ruling, due)


def _wake_effect(passage: Passage, node: EffectPlan) -> Way | None:
    """A deferred message comes up again; nothing is said about it if it is still held."""
    start = passage.start
    due = start.entered_at or passage.now
    ruling = _ruling(passage, node, due)
    if isinstance(ruling, Defer) and ruling.until == start.wake_at:
        return None
    return _obey(passage, node, ruling, due)


def _ruling(passage: Passage, node: EffectPlan, due: datetime) -> Ruling:
    send = Send(node.channel, due, node.topic, node.not_after)
    ruling = gate(send, passage.facts, passage.now, passage.limits)
    if isinstance(ruling, Allow):
        passage.limits = passage.limits.having_sent(send, passage.now)
    return ruling


def _obey(passage: Passage, node: EffectPlan, ruling: Ruling, due: datetime) -> Way:
    match ruling:
        case Allow():
            return _reserve(passage, node)
        case Defer(until, reason, detail):
            passage.reserve(node.id, Reserve(node.channel, node.kind, "deferred", node.topic, reason, until))
            where = passage.here(node.id, until, entered_at=due)
            return passage.park(node, "deferred", {"reason": reason, "until": until, "detail": detail}, where)
        case Drop(reason, detail):
            passage.reserve(node.id, Reserve(node.channel, node.kind, "dropped", node.topic, reason))
            evidence = {"reason": reason, "detail": detail}
            return passage.to(node, node.on_failure, "dropped", evidence)


def _reserve(passage: Passage, node: EffectPlan) -> Way:
    passage.sent = True
    passage.base = passage.now
    row = Reserve(node.channel, node.kind, "reserved", node.topic, awaits=node.awaits)
    passage.reserve(node.id, row)
    if not node.awaits:
        return passage.to(node, node.next, "reserved")
    where = passage.here(node.id, None)._replace(awaits="message")
    return passage.park(node, "asked", None, where)


def _stay_absent(passage: Passage, node: AbsentPlan) -> Way:
    where = passage.here(node.id, passage.now + LOOK_AGAIN)
    return passage.park(node, "absent", {"message": node.message}, where)


def _wake_absent(passage: Passage, node: AbsentPlan) -> Way | None:
    due = passage.start.wake_at is None or passage.start.wake_at <= passage.now
    return _stay_absent(passage, node) if due else None


ENTER: Mapping[type, Callable[[Passage, Any], Way]] = {
    WaitPlan: _enter_wait,
    WaitUntilPlan: _enter_wait_until,
    BranchPlan: _enter_branch,
    SplitPlan: _enter_split,
    LeavePlan: _enter_leave,
    DataPlan: _enter_data,
    EffectPlan: _enter_effect,
    AbsentPlan: _stay_absent,
}

WAKE: Mapping[type, Callable[[Passage, Any], Way | None]] = {
    WaitPlan: _wake_wait,
    WaitUntilPlan: _wake_wait_until,
    EffectPlan: _wake_effect,
    AbsentPlan: _wake_absent,
}
"""None: nothing has changed, and it stays as it is."""
