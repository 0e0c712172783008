"""Passages: what the kernel decided about many contacts, written down in one transaction.

The router, the bulk enrolment and the cohorts all end here. What it takes to ask the kernel is read by `Ground`.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from activities.plans import Ready
from core.db import Db
from domain import cohorts
from domain.facts import Facts, Happening
from domain.kernel import Outcome, Position
from domain.kernel.values import Effect, Reserve
from domain.sending import ADDRESSES, FREE, Limits
from domain.steps import AddTag, RemoveTag, SetAttribute
from models import automations, clocks, contacts, enrolments, facts, holds, messages, outbox
from models.conditions import happenings
from models.contacts import AttributeSet, Tagged
from models.enrolments import Placed, Waiting
from models.facts import Known
from models.messages import Kept, NewMessage


@dataclass(frozen=True, slots=True)
class Ground:
    """What a batch stands on: the time in each workspace, what is held, and who its contacts are."""

    now: Mapping[UUID, datetime]
    held: holds.Held
    known: Mapping[UUID, Known]

    def limits(self, ready: Ready, known: Known) -> Limits:
        """What stands between this contact and a message of this automation."""
        if not self.held:  # as a rule, and asked for each of a crowd
            return Limits(suppressed=known.suppressed) if known.suppressed else FREE
        scopes = (
            ("workspace", str(ready.workspace_id), "workspace"),
            ("automation", str(ready.automation_id), "automation"),
        )
        held = {name for scope, subject, name in scopes if (ready.workspace_id, scope, subject) in self.held}
        held |= {
            f"channel:{subject}"
            for w, scope, subject in self.held
            if (w, scope) == (ready.workspace_id, "channel")
        }
        return Limits(held=frozenset(held), suppressed=known.suppressed)

    @staticmethod
    def channel_limits(known: Known) -> Limits:
        """The same, for a message that has been reserved already: a hold does not call it back."""
        return Limits(suppressed=known.suppressed)

    def stands_still(self, ready: Ready, cohort_id: UUID | None = None) -> bool:
        """Whether nobody moves in this automation, or nobody of those who wait together there."""
        return holds.stand_still(self.held, ready.workspace_id, ready.automation_id, cohort_id)


async def ground(db: Db, workspace_ids: Sequence[UUID], contact_ids: Iterable[UUID]) -> Ground:
    now, held, known = await asyncio.gather(
        clocks.times(db, workspace_ids),
        holds.in_force(db, workspace_ids),
        facts.load(db, contact_ids),
    )
    return Ground(now, held, known)


class Moved(NamedTuple):
    """One contact whom the kernel has moved at `at`. `row` is None for somebody who comes in, under `entry_key`."""

    ready: Ready
    facts: Facts
    outcome: Outcome
    at: datetime
    id: UUID
    row: Placed | None = None
    entry_key: str = ""

    @property
    def wake_at(self) -> datetime | None:
        return self.outcome.position.wake_at if self.outcome.position else None

    @property
    def bucket(self) -> str:
        return cohorts.bucket(self.wake_at, self.at) if self.wake_at else ""

    def send_key(self, effect: Effect) -> str:
        """Names an effect for ever: a step that is only tried again has the same one, a second lap another."""
        return f"{self.id}:{effect.node}:{effect.hop}:{effect.index}"


def position_of(row: Placed) -> Position:
    return Position(
        node=row.node or "",
        started_at=row.started_at,
        entered_at=row.entered_node_at,
        wake_at=row.wake_at,
        awaits="message" if row.awaits else None,
        hop=row.hop,
    )


def facts_of(known: Known, data: Mapping[str, Any], remembered: Mapping[str, tuple[Happening, ...]]) -> Facts:
    """The contact's facts with what this passage remembers: the event that let it in, and the answers it has kept."""
    event = data.get("event")
    trigger = (
        Happening(
            UUID(event["id"]),
            event["name"],
            datetime.fromisoformat(event["occurred_at"]),
            event["properties"],
        )
        if event
        else None
    )
    return known.facts.with_changes(happenings=remembered, trigger=trigger, data=data.get("kept", {}))


def _data(facts: Facts) -> dict[str, Any]:
    data: dict[str, Any] = {"kept": dict(facts.data)} if facts.data else {}
    if event := facts.trigger:
        data["event"] = {
            "id": str(event.id),
            "name": event.name,
            "occurred_at": event.occurred_at.isoformat(),
            "properties": dict(event.properties),
        }
    return data


Remembered = Mapping[UUID, Mapping[str, tuple[Happening, ...]]]


async def remember(db: Db, wanted: Iterable[tuple[Ready, UUID]]) -> Remembered:
    """The events of contacts that the conditions of these versions ask about."""
    names: set[str] = set()
    contact_ids: set[UUID] = set()
    for ready, contact_id in wanted:
        if ready.plan.remembers:
            names |= ready.plan.remembers
            contact_ids.add(contact_id)
    return await happenings(db, sorted(contact_ids), sorted(names)) if names else {}


async def settle(db: Db, moved: Sequence[Moved]) -> list[Kept]:
    """Write down where everybody stands and what shall be done for them; returns the messages that wait to be sent.

    Somebody who came in under a key that is taken is not let in, and nothing is done for them.
    """
    rows = {one.id: list(_rows(one)) for one in moved}
    cohort_of = await park(db, *_waits(moved))
    entered = await enrolments.insert(
        db, [_placed(one, cohort_of, _newly_awaited(rows[one.id])) for one in moved if one.row is None]
    )
    counted = [one for one in moved if one.row is not None or one.id in entered]
    kept = await messages.reserve(db, [row for one in counted for row in rows[one.id]])
    await enrolments.update(
        db, [_placed(one, cohort_of, _awaited(one.row, rows[one.id], kept)) for one in counted if one.row]
    )
    await _change(db, counted)
    await automations.tell(db, [_told(one) for one in counted if one.outcome.whys])
    # last: another page of the same automation waits for these rows until this one is committed
    await automations.tally(db, Counter(line for one in counted for line in _lines(one)))
    return [row for row in kept.values() if row.state == "reserved"]


def _waits(moved: Iterable[Moved]) -> tuple[list[Waiting], dict[UUID, str]]:
    """What those who wait share, and the names of their automations."""
    waits = [
        Waiting(one.ready.workspace_id, one.ready.automation_id, one.bucket, one.wake_at)
        for one in moved
        if one.wake_at
    ]
    return waits, {one.ready.automation_id: one.ready.name for one in moved}


async def park(db: Db, waits: Iterable[Waiting], names: Mapping[UUID, str]) -> dict[tuple[UUID, str], UUID]:
    """Join everybody who waits to a cohort, by (automation, bucket), and have those started that are new."""
    parked = await enrolments.park(db, waits)
    starts = [
        outbox.start(one.workspace_id, "cohort", one.id, title=names.get(one.automation_id, ""))
        for one in parked.values()
        if one.fresh
    ]
    await outbox.put(db, starts)
    return {key: one.id for key, one in parked.items()}


def _placed(one: Moved, cohort_of: Mapping[tuple[UUID, str], UUID], awaited: UUID | None) -> Placed:
    """`awaited`: the message whose outcome it would wait for, if it stands at a step that waits for one."""
    position, row, ready = one.outcome.position, one.row, one.ready
    trigger = one.facts.trigger
    return Placed(
        id=one.id,
        workspace_id=ready.workspace_id,
        automation_id=ready.automation_id,
        version_id=ready.version_id,
        contact_id=one.facts.contact.id,
        entry_key=row.entry_key if row else one.entry_key,
        trigger_event_id=row.trigger_event_id if row else trigger.id if trigger else None,
        node=one.outcome.node,
        entered_node_at=position.entered_at if position else None,
        wake_at=one.wake_at,
        cohort_id=cohort_of.get((ready.automation_id, one.bucket)),
        awaits=awaited if position and position.awaits else None,
        hop=position.hop if position else row.hop if row else 0,
        data=_data(one.outcome.facts),
        started_at=row.started_at if row else position.started_at if position else one.at,
        ended_at=None if position else one.at,
        outcome=one.outcome.ended,
    )


def _newly_awaited(reserved: Sequence[NewMessage]) -> UUID | None:
    """Whoever comes in waits for the last message of the run; nobody else can have reserved it."""
    return reserved[-1].id if reserved else None


def _awaited(row: Placed, reserved: Sequence[NewMessage], kept: Mapping[str, Kept]) -> UUID | None:
    """The last message of the run, which stops at one that is waited for; else the one it waited for before."""
    last = kept.get(reserved[-1].send_key) if reserved else None
    return last.id if last else row.awaits


def _rows(one: Moved) -> Iterator[NewMessage]:
    for effect in one.outcome.effects:
        act = effect.act
        if not isinstance(act, Reserve):
            continue
        address = ADDRESSES.get(act.channel)
        yield NewMessage(
            workspace_id=one.ready.workspace_id,
            channel=act.channel,
            contact_id=one.facts.contact.id,
            send_key=one.send_key(effect),
            created_at=one.at,
            automation_id=one.ready.automation_id,
            version_id=one.ready.version_id,
            enrolment_id=one.id,
            node=effect.node,
            state=act.state,
            reason=act.reason,
            address=address(one.facts.contact) if address else None,
        )


async def _change(db: Db, moved: Sequence[Moved]) -> None:
    """What data steps ask for, one statement for each kind of change."""
    asked = [(one, effect.act) for one in moved for effect in one.outcome.effects]
    await contacts.tag(db, [_tagged(one, act.tag) for one, act in asked if isinstance(act, AddTag)])
    await contacts.untag(db, [_tagged(one, act.tag) for one, act in asked if isinstance(act, RemoveTag)])
    await contacts.set_attributes(db, [_set(one, act) for one, act in asked if isinstance(act, SetAttribute)])


def _because(one: Moved) -> dict[str, Any]:
    return {"automation_id": str(one.ready.automation_id), "automation": one.ready.name}


def _tagged(one: Moved, tag: str) -> Tagged:
    return Tagged(one.ready.workspace_id, one.facts.contact.id, tag, one.at, _because(one))


def _set(one: Moved, act: SetAttribute) -> AttributeSet:
    return AttributeSet(
        one.ready.workspace_id, one.facts.contact.id, act.name, act.value, one.at, _because(one)
    )


def _lines(one: Moved) -> Iterator[automations.Passage]:
    """The lines of the drawing that were followed; an end that is no line is counted under its name."""
    ready = one.ready
    lines = list(one.outcome.lines())
    if one.outcome.ended not in (None, "finished"):
        lines.append((one.outcome.node, f"!{one.outcome.ended}"))
    for source, target in lines:
        yield ready.workspace_id, ready.automation_id, one.at.date(), source, target


def _told(one: Moved) -> automations.Told:
    return one.ready.workspace_id, one.id, one.at, [why.as_json() for why in one.outcome.whys]
