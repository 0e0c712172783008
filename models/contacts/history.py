"""One contact's history, read from the events: the timeline, the latest event of each person, how lively they have been."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from core.db import Db
from models.contacts.lists import Place
from models.events import Event

_LATEST = text("""
select latest.* from unnest(cast(:ids as uuid[])) as c(id) join lateral (
    select e.* from events e where e.contact_id = c.id order by e.occurred_at desc, e.id desc limit 1
) latest on true
""")
# Weeks count back from `now`; `width_bucket` numbers the oldest 1.
_WEEKS = text("""
select contact_id, width_bucket(extract(epoch from occurred_at - cast(:now as timestamptz)), -604800 * cast(:weeks as int), 0, :weeks)
       as week, count(*) as n
from events where contact_id = any(:ids) and occurred_at <= :now
 and occurred_at > cast(:now as timestamptz) - :weeks * interval '168 hours'
group by 1, 2
""")


async def timeline(
    db: Db,
    contact_id: UUID,
    *,
    names: Sequence[str] = (),
    but: Sequence[str] = (),
    after: Place | None = None,
    limit: int = 50,
) -> Sequence[Event]:
    """What happened with one contact, the latest first; one more than asked for when there is more.

    Only events of these names `but` not of those; `email.*` are all events of e-mail.
    """
    statement = select(Event).where(col(Event.contact_id) == contact_id)
    if names:
        statement = statement.where(
            text("name like any(:names)").bindparams(names=[_pattern(n) for n in names])
        )
    if but:
        statement = statement.where(
            text("name not like all(:but)").bindparams(but=[_pattern(n) for n in but])
        )
    if after:
        place = text("(occurred_at, id) < (:after_key, :after_id)").bindparams(
            after_key=after.key, after_id=after.id
        )
        statement = statement.where(place)
    ordered = statement.order_by(col(Event.occurred_at).desc(), col(Event.id).desc()).limit(limit + 1)
    return (await db.execute(ordered)).scalars().all()


def _pattern(name: str) -> str:
    return name.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%").replace("*", "%")


async def latest(db: Db, contact_ids: Sequence[UUID]) -> dict[UUID, Event]:
    """What each of these people did last."""
    found = await db.execute(select(Event).from_statement(_LATEST), {"ids": list(contact_ids)})
    return {event.contact_id: event for event in found.scalars() if event.contact_id}


async def engagement(
    db: Db, contact_ids: Sequence[UUID], *, now: datetime, weeks: int = 8
) -> dict[UUID, tuple[int, ...]]:
    """How many events each of these people had in each of the last weeks, the oldest first."""
    rows = await db.execute(_WEEKS, {"ids": list(contact_ids), "now": now, "weeks": weeks})
    counts = {contact_id: [0] * weeks for contact_id in contact_ids}
    for contact_id, week, n in rows:
        counts[contact_id][min(week, weeks) - 1] += n
    return {contact_id: tuple(numbers) for contact_id, numbers in counts.items()}


_PASSAGES = text("""
select e.automation_id, a.name as automation, e.node, v.definition -> 'nodes' as steps, e.started_at, e.wake_at, e.ended_at, e.outcome,
       coalesce((select jsonb_agg(s.step order by t.id, s.n) from trails t, jsonb_array_elements(t.steps) with ordinality s(step, n)
                 where t.enrolment_id = e.id), '[]') as trail,
       coalesce((select jsonb_agg(jsonb_build_object('node', m.node, 'channel', m.channel, 'state', m.state, 'reason', m.reason,
                                                     'at', m.created_at) order by m.created_at, m.id)
                 from messages m where m.contact_id = e.contact_id and m.enrolment_id = e.id), '[]') as messages
from enrolments e join automations a on a.id = e.automation_id join automation_versions v on v.id = e.version_id
where e.contact_id = :id order by e.started_at desc, e.id desc limit :limit
""")


@dataclass(frozen=True, slots=True)
class Passage:
    """One way of a contact through an automation: its `steps` as the version says them, every decision, every message."""

    automation_id: UUID
    automation: str
    node: str | None
    steps: Mapping[str, Any]
    started_at: datetime
    wake_at: datetime | None
    ended_at: datetime | None
    outcome: str | None
    trail: Sequence[Mapping[str, Any]]
    messages: Sequence[Mapping[str, Any]]


async def passages(db: Db, contact_id: UUID, *, limit: int = 20) -> list[Passage]:
    """The latest first."""
    return [Passage(*row) for row in await db.execute(_PASSAGES, {"id": contact_id, "limit": limit})]
