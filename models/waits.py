"""Processes as people read them: the waits of one automation are one line, with how many people wait there."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from core.db import Db


@dataclass(frozen=True, slots=True)
class Sought:
    """Which processes; what is None does not count. Of one automation, each of its waits is a line of its own."""

    kind: str | None = None
    state: str | None = None
    title: str | None = None  # a part of it
    automation_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One process, or the `count` waits of an automation that are in the same state; `id` is then the newest of them."""

    id: UUID
    kind: str
    title: str
    state: str
    held: bool
    done: bool
    waits_for: str | None
    wakes_at: datetime | None
    started_at: datetime
    automation_id: UUID | None
    count: int
    people: int


_SEEN = """
with seen as (
  select p.id, p.kind, coalesce(a.name, p.title) as title, p.state, p.held, p.done, p.waits_for, p.wakes_at, p.started_at,
         a.id as automation_id, p.subject_id
  from processes p left join cohorts c on p.kind = 'cohort' and c.id = p.subject_id left join automations a on a.id = c.automation_id
  where p.workspace_id = :workspace
    and (cast(:kind as text) is null or p.kind = :kind)
    and (cast(:state as text) is null or p.state = :state)
    and (cast(:automation_id as uuid) is null or a.id = :automation_id)
    and (cast(:title as text) is null or position(lower(:title) in lower(coalesce(a.name, p.title))) > 0)
)
"""
_PEOPLE = "(select count(*) from enrolments e where e.cohort_id = s.subject_id and e.ended_at is null)"
_LINES = text(f"""{_SEEN}
select g.id, s.kind, s.title, s.state, s.held, s.done, g.waits_for, g.wakes_at, s.started_at, s.automation_id, g.count, g.people
from (
  select (max(s.id::text))::uuid as id, count(*) as count, min(s.wakes_at) as wakes_at,
         case when min(s.waits_for) = max(s.waits_for) then min(s.waits_for) end as waits_for,
         cast(sum(case when s.automation_id is null or s.done then 0 else {_PEOPLE} end) as bigint) as people
  from seen s group by coalesce(s.automation_id, s.id), s.state, s.held
) g join seen s on s.id = g.id
where cast(:after as uuid) is null or g.id < :after order by g.id desc limit :limit
""")
# Who wakes next stands first; what wakes at no time of its own comes last.
_APART = text(f"""{_SEEN}
select s.id, s.kind, s.title, s.state, s.held, s.done, s.waits_for, s.wakes_at, s.started_at, s.automation_id, 1 as count,
       {_PEOPLE} as people
from seen s where cast(:after as uuid) is null or (coalesce(s.wakes_at, 'infinity'), s.id) > (
  select coalesce(l.wakes_at, 'infinity'), l.id from seen l where l.id = :after)
order by coalesce(s.wakes_at, 'infinity'), s.id limit :limit
""")


async def lines(db: Db, workspace_id: UUID, sought: Sought, *, after: UUID | None, limit: int) -> list[Line]:
    """The newest first; of one automation, who wakes next first. `after` is where the last page ended."""
    values = {"workspace": workspace_id, **asdict(sought), "after": after, "limit": limit}
    return [Line(*row) for row in await db.execute(_APART if sought.automation_id else _LINES, values)]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who waits, and until when."""

    contact_id: UUID
    name: str
    email: str | None
    wakes_at: datetime | None


@dataclass(frozen=True, slots=True)
class Cohort:
    """The wait behind a process: whose it is, how many people are in it, and the first of them."""

    automation_id: UUID
    automation: str
    count: int
    people: Sequence[Waiting]


_COHORT = text("""
select a.id, a.name, (select count(*) from enrolments e where e.cohort_id = c.id and e.ended_at is null)
from cohorts c join automations a on a.id = c.automation_id where c.id = :id
""")
_WHO = text("""
select e.contact_id, coalesce(nullif(trim(concat_ws(' ', c.first_name, c.last_name)), ''), c.email, c.phone, '') as name, c.email, e.wake_at
from enrolments e join contacts c on c.id = e.contact_id
where e.cohort_id = :id and e.ended_at is null order by e.wake_at, e.id limit :limit
""")


async def cohort(db: Db, cohort_id: UUID, *, limit: int) -> Cohort | None:
    """None when it is gone with its automation. Who wakes next stands first."""
    found = (await db.execute(_COHORT, {"id": cohort_id})).one_or_none()
    if found is None:
        return None
    who = await db.execute(_WHO, {"id": cohort_id, "limit": limit})
    return Cohort(*found, people=[Waiting(*row) for row in who])
