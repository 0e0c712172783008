"""The router's queue: events that somebody listens to, people to let in, answers that somebody waits for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import BigInteger, Column, Identity, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from core import telemetry
from core.db import Db, driver, execute, fetch


class Listener(SQLModel, table=True):
    """An event name that some automation of the workspace reacts to; other events are not queued at all."""

    __tablename__ = "listeners"  # pyright: ignore[reportAssignmentType]

    workspace_id: UUID = Field(primary_key=True, foreign_key="workspaces.id", ondelete="CASCADE")
    event: str = Field(primary_key=True)


class Queued(SQLModel, table=True):
    """Work for the router: deleting the row in the transaction is the claim. No policy: batches cross workspaces."""

    __tablename__ = "event_queue"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("event_queue_shard", "shard", "id"),)

    id: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )
    workspace_id: UUID = Field(foreign_key="workspaces.id", ondelete="CASCADE")
    shard: int = 0
    kind: str = "event"
    subject_id: UUID  # the event, the automation or the enrolment
    payload: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))


ENROL_PAGE = 1_000  # contacts a row: one row is one transaction of the router
# The shards. Those of pages are apart so that whoever places an order does not wait for ten thousand others.
EVENTS = 0  # and answers
PAGES = -1
MORE_PAGES = (
    -3
)  # every other page of those who are let in: one is decided while Postgres writes the one before
ASIDE = -2  # what cannot be done


@dataclass(frozen=True, slots=True)
class Job:
    """`event`: an event (subject) of a contact; `enrol`: an automation and `contacts`; `resume`: an enrolment;
    `move`: a version and `enrolments`."""

    workspace_id: UUID
    kind: str
    subject_id: UUID
    payload: dict[str, Any]


_CLAIM = """
delete from event_queue where id = any(array(
    select id from event_queue where shard = %s order by id limit %s for update skip locked
)) returning id, workspace_id, kind, subject_id, payload
"""


async def claim(db: Db, shard: int, limit: int) -> list[Job]:
    """The oldest jobs. Deleting them in this transaction is the claim: a crash leaves them where they were."""
    rows = sorted(await fetch(db, _CLAIM, (shard, limit)))
    if rows:
        telemetry.BATCH.labels("events").observe(len(rows))
    return [
        Job(workspace_id, kind, subject_id, payload or {})
        for _, workspace_id, kind, subject_id, payload in rows
    ]


async def set_aside(db: Db, shard: int, why: str) -> None:
    """Keep the oldest job of a shard where it stops nobody, with what went wrong."""
    await execute(
        db,
        "update event_queue set shard = %s, payload = coalesce(payload, '{}') || jsonb_build_object('error', %s::text)"
        " where id = (select min(id) from event_queue where shard = %s)",
        (ASIDE, why[:2_000], shard),
    )


async def put(db: Db, jobs: Sequence[Job], *, shards: Sequence[int] = (PAGES,)) -> None:
    """Queue pages of people, dealt out to the shards; those of one shard are done in order."""
    connection = await driver(db)
    await connection.execute(
        "insert into event_queue (workspace_id, shard, kind, subject_id, payload)"
        " select * from unnest(%s::uuid[], %s::int[], %s::text[], %s::uuid[], %s::jsonb[])",
        (
            [j.workspace_id for j in jobs],
            [shards[number % len(shards)] for number in range(len(jobs))],
            [j.kind for j in jobs],
            [j.subject_id for j in jobs],
            [Jsonb(j.payload) for j in jobs],
        ),
    )
    await connection.execute("select pg_notify('queue', '')")


async def enrol(
    db: Db,
    workspace_id: UUID,
    automation_id: UUID,
    contact_ids: Sequence[UUID],
    *,
    occurrence: str | None = None,
) -> None:
    """Let these contacts in, in pages. `occurrence` names the occasion: the same one lets nobody in twice."""
    pages = [contact_ids[n : n + ENROL_PAGE] for n in range(0, len(contact_ids), ENROL_PAGE)]
    payloads = [{"contacts": [str(c) for c in page], "occurrence": occurrence} for page in pages]
    if payloads:
        jobs = [Job(workspace_id, "enrol", automation_id, payload) for payload in payloads]
        await put(db, jobs, shards=(PAGES, MORE_PAGES))


_RESUME = """
with waiting as (
    select e.workspace_id, e.id, e.contact_id, w.message_id
    from unnest(%s::uuid[], %s::uuid[], %s::uuid[]) w(workspace_id, enrolment_id, message_id)
    join enrolments e on e.id = w.enrolment_id and e.awaits = w.message_id and e.ended_at is null
), queued as (
    insert into event_queue (workspace_id, shard, kind, subject_id)
    select workspace_id, 0, 'resume', id from waiting returning 1
)
select (select pg_notify('queue', '') from queued limit 1)
"""


async def resume(db: Db, answered: Sequence[tuple[UUID, UUID, UUID]]) -> None:
    """Have those go on who wait for one of these messages, given as (workspace, enrolment, message)."""
    if answered:
        columns = [list(column) for column in zip(*answered, strict=True)]
        await execute(db, _RESUME, columns)
