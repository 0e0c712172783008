"""Events: immutable facts, written in the transaction of the change that they announce, and queued for whoever listens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import Index, text
from sqlmodel import col, select

from core.db import Db, execute, fetch, fetch_last
from domain.ids import new_id
from models.base import Instant, Owned, belongs_to, instant, json


class Event(Owned, table=True):
    """`occurred_at`: when it happened; `recorded_at`: when it was known here (both business time)."""

    __table_args__ = (
        Index("events_contact", "contact_id", "occurred_at", "id"),
        Index("events_name", "workspace_id", "name", "occurred_at"),
        Index("events_recent", "workspace_id", "id"),
        Index(
            "events_idempotency",
            "workspace_id",
            "idempotency_key",
            unique=True,
            postgresql_where=text("idempotency_key is not null"),
        ),
    )

    contact_id: UUID | None = belongs_to("contacts", null=True)
    name: str
    properties: dict[str, Any] = json(default_factory=dict)
    occurred_at: Instant = instant()
    recorded_at: Instant = instant()
    source: str = "api"  # api | person | automation | import | system
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class NewEvent:
    """A fact about to be written. `source`: api | person | automation | import | system."""

    workspace_id: UUID
    name: str
    contact_id: UUID | None
    occurred_at: datetime
    properties: Mapping[str, Any] = field(default_factory=dict[str, Any])
    source: str = "system"
    idempotency_key: str | None = None
    id: UUID = field(default_factory=new_id)


# A NOTIFY a statement, not a row: it takes a cluster-wide lock at commit.
_APPEND = """
with stored as (
    insert into events (id, workspace_id, contact_id, name, properties, occurred_at, recorded_at, source, idempotency_key)
    select * from unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::jsonb[], %s::timestamptz[], %s::timestamptz[],
                         %s::text[], %s::text[])
    on conflict (workspace_id, idempotency_key) where idempotency_key is not null do nothing
    returning id, workspace_id, contact_id, name
), queued as (
    insert into event_queue (workspace_id, shard, kind, subject_id)
    select s.workspace_id, 0, 'event', s.id
    from stored s join listeners l on l.workspace_id = s.workspace_id and l.event = s.name
    order by s.id returning 1
)
select (select array_agg(id) from stored), (select pg_notify('queue', '') from queued limit 1)
"""


async def append(
    db: Db,
    happened: Sequence[NewEvent],
    *,
    recorded_at: datetime | Mapping[UUID, datetime],
    last: bool = False,
) -> set[UUID]:
    """Write facts in the transaction of the change that they announce; the ids that were new (a repeated key is dropped).

    `recorded_at`: business time, of each workspace when there are several. `last`: this ends the transaction.
    """
    if not happened:
        return set()
    [(stored, _)] = await (fetch_last if last else fetch)(
        db,
        _APPEND,
        (
            [e.id for e in happened],
            [e.workspace_id for e in happened],
            [e.contact_id for e in happened],
            [e.name for e in happened],
            [Jsonb(dict(e.properties)) for e in happened],
            [e.occurred_at for e in happened],
            [
                recorded_at if isinstance(recorded_at, datetime) else recorded_at[e.workspace_id]
                for e in happened
            ],
            [e.source for e in happened],
            [e.idempotency_key for e in happened],
        ),
    )
    return set(stored or ())


# One document for all rows: an array of JSON texts costs more to quote than everything else together.
_BACKFILL = """
insert into events (id, workspace_id, contact_id, name, properties, occurred_at, recorded_at, source, idempotency_key)
select id, workspace_id, contact_id, name, properties, at, at, source, key
from jsonb_to_recordset(%s) as e(id uuid, workspace_id uuid, contact_id uuid, name text, properties jsonb, at timestamptz,
                                 source text, key text)
on conflict (workspace_id, idempotency_key) where idempotency_key is not null do nothing
"""


async def backfill(db: Db, happened: Sequence[NewEvent]) -> None:
    """Write facts of the past as if each had been known when it happened. Nobody is told: what is over moves nobody today."""
    rows = [
        {
            "id": e.id,
            "workspace_id": e.workspace_id,
            "contact_id": e.contact_id,
            "name": e.name,
            "properties": e.properties,
            "at": e.occurred_at,
            "source": e.source,
            "key": e.idempotency_key,
        }
        for e in happened
    ]
    await execute(db, _BACKFILL, (Jsonb(rows),))


@dataclass(frozen=True, slots=True)
class Happened:
    """A fact about a contact."""

    workspace_id: UUID
    contact_id: UUID
    id: UUID
    name: str
    occurred_at: datetime
    properties: dict[str, Any]


async def of_contacts(db: Db, event_ids: Sequence[UUID]) -> dict[UUID, Happened]:
    """Those of these events that are about a contact, by id."""
    rows = await fetch(
        db,
        "select workspace_id, contact_id, id, name, occurred_at, properties from events"
        " where id = any(%s) and contact_id is not null",
        [event_ids],
    )
    return {row[2]: Happened(*row) for row in rows}


async def between(
    db: Db, workspace_id: UUID, names: Sequence[str], since: datetime, until: datetime, *, limit: int
) -> list[Event]:
    """The newest events of these names in a stretch of time, oldest first."""
    query = select(Event).where(
        col(Event.workspace_id) == workspace_id,
        col(Event.name).in_(names),
        col(Event.occurred_at) >= since,
        col(Event.occurred_at) < until,
    )
    rows = await db.execute(query.order_by(col(Event.occurred_at).desc()).limit(limit))
    return list(rows.scalars())[::-1]


async def names(db: Db, workspace_id: UUID, limit: int = 200) -> list[str]:
    """The names of events that this workspace has seen; each costs one look into the index."""
    rows = await db.execute(
        text(
            "with recursive seen as ((select name from events where workspace_id = :id order by name limit 1) union all"
            " select (select e.name from events e where e.workspace_id = :id and e.name > s.name order by e.name limit 1)"
            " from seen s where s.name is not null) select name from seen where name is not null limit :limit"
        ),
        {"id": workspace_id, "limit": limit},
    )
    return list(rows.scalars())
