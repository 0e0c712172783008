"""The people behind the numbers of an automation: each list is as long as the number that it belongs to.

A number counts passages and messages, so somebody who came through a step twice is in its list twice. Who was erased since
is in no list; what they received stays counted.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

from sqlalchemy import TextClause, text

from core.db import Db
from domain.sending import WORDS

Standing = Literal["inside", "left", "left_early", "goal"]
Mailing = Literal["sent", "opened", "clicked", "dropped"]
State = Literal[
    "entered", "inside", "left", "left_early", "goal", "failed", "sent", "opened", "clicked", "dropped"
]
Place = tuple[str, str, int]
"""Where a list goes on: row, part of the row (or ""), and which of its entries."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """Of one step, of one line ("from>to"), or, with neither, of the whole automation."""

    state: State
    node: str | None = None
    edge: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """One entry of a list. `since` is when it came about."""

    place: Place
    contact_id: UUID
    name: str
    email: str | None
    since: datetime | None
    wakes_at: datetime | None
    reason: str | None


_WHO = "c.id, coalesce(nullif(trim(concat_ws(' ', c.first_name, c.last_name)), ''), c.email, c.phone, '') as name, c.email"

_STANDING = text(f"""
select e.id, {_WHO}, coalesce(e.ended_at, e.entered_node_at, e.started_at) as since, e.wake_at, null as reason
from enrolments e join contacts c on c.id = e.contact_id
where e.automation_id = :id and (cast(:node as text) is null or e.node = :node)
  and case cast(:state as text) when 'inside' then e.ended_at is null when 'left' then e.ended_at is not null
      when 'left_early' then e.outcome <> 'finished' else e.outcome = cast(:state as text) end
  and (cast(:before as uuid) is null or e.id < :before)
order by e.id desc limit :limit
""")

_ENTERED = text(f"""
select e.id, {_WHO}, e.started_at as since, null as wake_at, null as reason
from enrolments e join contacts c on c.id = e.contact_id
where e.automation_id = :id and (cast(:before as uuid) is null or e.id < :before)
order by e.id desc limit :limit
""")

_MAILED = text(f"""
select m.id, {_WHO}, case cast(:state as text) when 'opened' then m.opened_at when 'clicked' then m.clicked_at
       else coalesce(m.sent_at, m.created_at) end as since, null as wake_at,
       case when m.state = 'dropped' then m.reason end as reason
from messages m join contacts c on c.id = m.contact_id
where m.automation_id = :id and m.node is not null and (cast(:node as text) is null or m.node = :node)
  and case cast(:state as text) when 'sent' then m.state in ('sent', 'delivered') when 'dropped' then m.state = 'dropped'
      when 'opened' then m.opened_at is not null else m.clicked_at is not null end
  and (cast(:before as uuid) is null or m.id < :before)
order by m.id desc limit :limit
""")

# What could not be sent, and what stopped somebody for good; the latter's reason is the last thing that was decided.
_FAILED = text(f"""
with failures as (
  select m.id, m.contact_id, coalesce(m.sent_at, m.created_at) as since, m.reason from messages m
  where m.automation_id = :id and m.node is not null and (cast(:node as text) is null or m.node = :node)
    and m.state in ('failed', 'bounced', 'unknown')
  union all
  select e.id, e.contact_id, e.ended_at, (
    select coalesce(t.steps -> -1 -> 'evidence' ->> 'message', t.steps -> -1 -> 'evidence' ->> 'error')
    from trails t where t.enrolment_id = e.id order by t.id desc limit 1)
  from enrolments e where e.automation_id = :id and e.outcome = 'failed' and (cast(:node as text) is null or e.node = :node))
select f.id, {_WHO}, f.since, null as wake_at, coalesce(f.reason, 'Something went wrong at this step.') as reason
from failures f join contacts c on c.id = f.contact_id
where cast(:before as uuid) is null or f.id < :before order by f.id desc limit :limit
""")

# Enrolment by enrolment, so that the first page reads only as many trails as it shows.
_PASSED = text(f"""
select e.id, p.trail, p.entry, {_WHO}, p.at as since, null as wake_at, null as reason
from (select id, contact_id from enrolments where automation_id = :id
        and (cast(:before as uuid) is null or id <= :before) order by id desc) e
join contacts c on c.id = e.contact_id
cross join lateral (
  select t.id as trail, s.entry, t.at from trails t, jsonb_array_elements(t.steps) with ordinality s(step, entry)
  where t.enrolment_id = e.id and s.step ->> 'to' = :target and (cast(:source as text) is null or s.step ->> 'node' = :source)
    and (cast(:before as uuid) is null or (e.id, t.id, s.entry) < (:before, cast(:trail as uuid), :entry))
  order by t.id desc, s.entry desc) p
order by e.id desc, p.trail desc, p.entry desc limit :limit
""")


async def people(
    db: Db, automation_id: UUID, crowd: Crowd, *, before: Place | None, limit: int
) -> list[Person]:
    """Who is behind a number, the latest first."""
    values = {"id": automation_id, "before": before and UUID(before[0]), "limit": limit}
    if crowd.edge or (crowd.state == "entered" and crowd.node is not None):
        source, target = crowd.edge or (None, crowd.node)
        trail, entry = (UUID(before[1]), before[2]) if before else (None, 0)
        return await _passed(
            db, values | {"source": source, "target": target, "trail": trail, "entry": entry}
        )
    rows = await db.execute(_query(crowd.state), values | {"node": crowd.node, "state": crowd.state})
    return [_person((str(row[0]), "", 0), row[1:]) for row in rows]


def _query(state: State) -> TextClause:
    if state == "entered":
        return _ENTERED
    if state == "failed":
        return _FAILED
    return _STANDING if state in get_args(Standing) else _MAILED


async def _passed(db: Db, values: dict[str, Any]) -> list[Person]:
    rows = await db.execute(_PASSED, values)
    return [_person((str(row[0]), str(row[1]), row[2]), row[3:]) for row in rows]


def _person(place: Place, row: Any) -> Person:
    *who, reason = row
    return Person(place, *who, reason=WORDS.get(reason, reason))
