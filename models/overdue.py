"""Overdue: people who should have moved on while something stood still, and the messages that a hold keeps back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import text

from core.db import Db


@dataclass(frozen=True, slots=True)
class Whose:
    """The people of these automations, or of these cohorts."""

    by: Literal["automation_id", "cohort_id"]
    ids: Sequence[UUID]

    def sql(self, query: str) -> Any:
        return text(query.replace("$whose", f"e.{self.by} = any(:ids) and e.ended_at is null"))

    def values(self, **more: Any) -> dict[str, Any]:
        return {"ids": list(self.ids), **more}


async def count(db: Db, whose: Whose, now: datetime) -> int:
    """How many should have moved on by now."""
    query = whose.sql("select count(*) from enrolments e where $whose and e.wake_at <= :now")
    return (await db.execute(query, whose.values(now=now))).scalar_one()


# Who is taken out is counted like everybody who leaves (`models/numbers.py`).
_END = """
with ended as (update enrolments e set ended_at = :now, outcome = 'removed', wake_at = null, cohort_id = null
  where $whose and e.wake_at <= :before returning e.workspace_id, e.automation_id, e.node)
insert into tallies (workspace_id, automation_id, day, source, target, n)
select workspace_id, automation_id, cast(:day as date), coalesce(node, ''), '!removed', count(*) from ended group by 1, 2, 4
order by 2, 4
on conflict (automation_id, day, source, target) do update set n = tallies.n + excluded.n
"""


async def take_out(db: Db, whose: Whose, *, before: datetime, now: datetime) -> None:
    """Whoever should have moved on before then leaves."""
    await db.execute(whose.sql(_END), whose.values(before=before, now=now, day=now.date()))


_SPREAD = """
update enrolments e set wake_at = :now + :over * (o.n / o.total)
from (select e.id, (row_number() over (order by e.wake_at, e.id))::float8 as n, count(*) over () as total
      from enrolments e where $whose and e.wake_at <= :now) o
where o.id = e.id returning e.id
"""


async def spread(db: Db, whose: Whose, *, now: datetime, over: timedelta) -> set[UUID]:
    """Have those who are overdue wake one after the other, later than they were to; each stays in the cohort that it has."""
    return set((await db.execute(whose.sql(_SPREAD), whose.values(now=now, over=over))).scalars())


async def people(db: Db, whose: Whose) -> list[UUID]:
    query = whose.sql("select e.id from enrolments e where $whose order by e.id")
    return list((await db.execute(query, whose.values())).scalars())


@dataclass(frozen=True, slots=True)
class Kept:
    """Somebody who stands at a step whose message a hold keeps back; they have no time at which they wake."""

    enrolment_id: UUID
    message_id: UUID
    automation_id: UUID
    since: datetime


_KEPT = text("""
select e.id, m.id as message_id, e.automation_id, coalesce(e.entered_node_at, m.created_at) as since
from messages m join enrolments e on e.id = m.enrolment_id and e.node = m.node
where m.workspace_id = :workspace and m.state = 'deferred' and m.reason = 'held' and (cast(:channel as text) is null or m.channel = :channel)
  and e.ended_at is null and e.wake_at is null and e.awaits is null and e.automation_id <> all(:but)
  and (cast(:only as uuid) is null or e.automation_id = :only)
order by since, e.id for update of e
""")


async def kept_back(
    db: Db,
    workspace_id: UUID,
    *,
    channel: str | None = None,
    only: UUID | None = None,
    but: Sequence[UUID] = (),
) -> list[Kept]:
    """Whom holds keep at a message, longest first: over one channel, in `only` one automation, in all `but` some."""
    values = {"workspace": workspace_id, "channel": channel, "only": only, "but": list(but)}
    return [Kept(*row) for row in await db.execute(_KEPT, values)]


async def count_kept(db: Db, workspace_id: UUID, *, channel: str | None = None) -> int:
    """How many people holds keep at a message."""
    query = text(
        "select count(*) from messages where workspace_id = :workspace and state = 'deferred' and reason = 'held'"
        " and (cast(:channel as text) is null or channel = :channel)"
    )
    return (await db.execute(query, {"workspace": workspace_id, "channel": channel})).scalar_one()


async def drop(db: Db, kept: Sequence[Kept], *, reason: str) -> None:
    """Their messages are not sent any more; each waits for the answer that this is."""
    messages, enrolments = [one.message_id for one in kept], [one.enrolment_id for one in kept]
    await db.execute(
        text("update messages set state = 'dropped', reason = :reason where id = any(:ids)"),
        {"reason": reason, "ids": messages},
    )
    await db.execute(
        text(
            "update enrolments e set awaits = k.message from unnest(cast(:ids as uuid[]), cast(:messages as uuid[])) k(id, message)"
            " where e.id = k.id"
        ),
        {"ids": enrolments, "messages": messages},
    )


@dataclass(frozen=True, slots=True)
class Appointment:
    """When somebody who had no time to wake wakes, and in which cohort."""

    enrolment_id: UUID
    wake_at: datetime
    cohort_id: UUID


async def appoint(db: Db, appointments: Sequence[Appointment]) -> None:
    await db.execute(
        text(
            "update enrolments e set wake_at = a.at, cohort_id = a.cohort"
            " from unnest(cast(:ids as uuid[]), cast(:at as timestamptz[]), cast(:cohorts as uuid[])) a(id, at, cohort)"
            " where e.id = a.id"
        ),
        {
            "ids": [one.enrolment_id for one in appointments],
            "at": [one.wake_at for one in appointments],
            "cohorts": [one.cohort_id for one in appointments],
        },
    )


async def automations_of(db: Db, workspace_id: UUID, *, but: Sequence[UUID] = ()) -> dict[UUID, str]:
    """Those that may have people inside, with their names."""
    rows = await db.execute(
        text(
            "select id, name from automations where workspace_id = :workspace and version_id is not null and id <> all(:but)"
        ),
        {"workspace": workspace_id, "but": list(but)},
    )
    return {row.id: row.name for row in rows}


async def open_cohorts(db: Db, automation_ids: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    """(automation, cohort)."""
    rows = await db.execute(
        text("select automation_id, id from cohorts where automation_id = any(:ids) and open"),
        {"ids": list(automation_ids)},
    )
    return [(row.automation_id, row.id) for row in rows]
