"""Processes as people read them: the waits of one automation are one line, with how many people wait there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from core.db import Db


@dataclass(frozen=True, slots=True)
class Sought:
    """Which processes; what is None does not count."""

    kind: str | None = None
    state: str | None = None
    title: str | None = None  # a part of it


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
  from processes p left join cohorts c on p.kind = 'cohort' and c.id = p.subject_id left join automations a on a.id = c.automation_id
  where p.workspace_id = :workspace
    and (cast(:kind as text) is null or p.kind = :kind)
    and (cast(:state as text) is null or p.state = :state)
    and (cast(:title as text) is null or position(lower(:title) in lower(coalesce(a.name, p.title))) > 0)
"""
_PEOPLE = "(select count(*) from enrolments e where e.cohort_id = any(s.subjects) and e.ended_at is null)"
_COLUMNS = f"""
select s.id, s.kind, s.title, s.state, s.held, s.done, s.waits_for, s.wakes_at, s.started_at, s.automation_id, s.count,
       {_PEOPLE} as people
"""
_ONE = """
  select p.id, p.kind, coalesce(a.name, p.title) as title, p.state, p.held, p.done, p.waits_for, p.wakes_at, p.started_at,
         c.automation_id, cast(1 as bigint) as count, array[p.subject_id] as subjects
"""
# Only what goes on is grouped: what is over is never counted through, however much of it there is.
_LINES = text(f"""
with waits as (
  select (max(p.id::text))::uuid as id, 'cohort' as kind, min(coalesce(a.name, p.title)) as title, p.state, p.held, p.done,
         case when min(p.waits_for) = max(p.waits_for) then min(p.waits_for) end as waits_for, min(p.wakes_at) as wakes_at,
         max(p.started_at) as started_at, c.automation_id, count(*) as count, array_agg(p.subject_id) as subjects
  {_SEEN} and p.kind = 'cohort' and not p.done group by coalesce(c.automation_id, p.id), c.automation_id, p.state, p.held, p.done
), others as (
  {_ONE} {_SEEN} and (p.kind <> 'cohort' or p.done and cast(:state as text) is not null)
    and (cast(:after as uuid) is null or p.id < :after) order by p.id desc limit :limit
)
{_COLUMNS} from (
  select * from waits where cast(:after as uuid) is null or id < :after union all select * from others
) s order by s.id desc limit :limit
""")
# Who goes on next stands first; what goes on at no time of its own comes last.
_APART = text(f"""
{_COLUMNS} from (
  {_ONE} {_SEEN} and p.kind = 'cohort' and c.automation_id = :automation_id and (not p.done or cast(:state as text) is not null)
  order by coalesce(p.wakes_at, 'infinity'), p.id limit :limit offset :skip
) s
""")


async def lines(db: Db, workspace_id: UUID, sought: Sought, *, after: UUID | None, limit: int) -> list[Line]:
    """The newest first, the open waits of each automation as one line; waits that are over only where a state is sought.
    `after` is where the last page ended."""
    values = {"workspace": workspace_id, **_sought(sought), "after": after, "limit": limit}
    return [Line(*row) for row in await db.execute(_LINES, values)]


async def apart(
    db: Db, workspace_id: UUID, automation_id: UUID, sought: Sought, *, skip: int, limit: int
) -> list[Line]:
    """Each wait of one automation. They are counted, not remembered by the last one: that may have gone on meanwhile."""
    values = {"workspace": workspace_id, **_sought(sought), "automation_id": automation_id}
    return [Line(*row) for row in await db.execute(_APART, values | {"skip": skip, "limit": limit})]


def _sought(sought: Sought) -> dict[str, str | None]:
    return {"kind": sought.kind, "state": sought.state, "title": sought.title}


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
