"""The outbox: what Temporal must be told, written with the change that causes it and kept until it has been told."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import BigInteger, Column, Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel, select

from core import telemetry
from core.db import Db, driver
from domain.processes import Time


class Outbox(SQLModel, table=True):
    """A start (no signal), a signal with start (both), or a signal (no start). No policy: the relay carries for everybody."""

    __tablename__ = "outbox"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("outbox_workspace", "workspace_id"), Index("outbox_workflow", "workflow_id"))

    id: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )
    workspace_id: UUID = Field(foreign_key="workspaces.id", ondelete="CASCADE")
    workflow: str
    subject_id: UUID
    workflow_id: str
    title: str = ""
    starts: bool = False
    signal: str | None = None
    number: int | None = None  # of the delivery, given once, so that a repeated one is recognised
    time: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    trace: str | None = None  # of the request that caused it, when requests are traced


def start(workspace_id: UUID, workflow: str, subject_id: UUID, *, title: str = "") -> Outbox:
    """Start the workflow of this name for its subject, under its natural key: starting twice starts once."""
    return Outbox(
        workspace_id=workspace_id,
        workflow=workflow,
        subject_id=subject_id,
        workflow_id=f"{workflow}/{subject_id}",
        title=title,
        starts=True,
    )


def signal(workspace_id: UUID, workflow: str, subject_id: UUID, name: str) -> Outbox:
    """Signal a process that runs; one that has ended has nothing left to be told. What it is about is in the rows."""
    row = start(workspace_id, workflow, subject_id)
    row.starts, row.signal = False, name
    return row


def wake(workspace_id: UUID, workflow: str, subject_id: UUID, *, title: str = "") -> Outbox:
    """Signal `wake`, starting the process when it is not there: whether it ended, was lost, or has yet to start."""
    row = start(workspace_id, workflow, subject_id, title=title)
    row.signal = "wake"
    return row


_PUT = """
insert into outbox (workspace_id, workflow, subject_id, workflow_id, title, starts, signal, trace)
select *, %s from unnest(%s::uuid[], %s::text[], %s::uuid[], %s::text[], %s::text[], %s::bool[], %s::text[])
"""


async def put(db: Db, rows: Sequence[Outbox]) -> None:
    """Have Temporal told, once this transaction has been committed."""
    if not rows:
        return
    connection = await driver(db)
    await connection.execute(
        _PUT,
        (
            telemetry.trace_of_now(),
            [r.workspace_id for r in rows],
            [r.workflow for r in rows],
            [r.subject_id for r in rows],
            [r.workflow_id for r in rows],
            [r.title for r in rows],
            [r.starts for r in rows],
            [r.signal for r in rows],
        ),
    )
    await connection.execute("select pg_notify('outbox', '')")


async def oldest(db: Db, limit: int) -> list[Outbox]:
    """What has waited longest; the relay is the only reader, by its advisory lock."""
    found = await db.execute(select(Outbox).order_by(Outbox.id).limit(limit))  # pyright: ignore[reportArgumentType]
    rows = list(found.scalars())
    if rows:
        telemetry.BATCH.labels("outbox").observe(len(rows))
    return rows


async def number(db: Db, rows: Sequence[Outbox], times: dict[str, Time]) -> None:
    """Keep what each delivery carries, so that its repetition after a crash carries the same."""
    connection = await driver(db)
    await connection.execute(
        "update outbox o set number = n.number, time = n.time"
        " from unnest(%s::bigint[], %s::int[], %s::jsonb[]) n(id, number, time) where o.id = n.id",
        (
            [r.id for r in rows],
            [r.number for r in rows],
            [Jsonb(times[r.workflow_id].model_dump(mode="json")) for r in rows],
        ),
    )


async def told(db: Db, ids: Sequence[int]) -> None:
    await db.execute(text("delete from outbox where id = any(:ids)"), {"ids": list(ids)})
