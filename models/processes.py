"""Processes: every running workflow of ours, what it waits for, and whether it is at rest."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, Computed, Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.base import Instant, Owned, instant, json_or_null

_REST = "held or (done and not unreaped) or (parked and not done and poked <= seen)"


class Process(Owned, table=True):
    """`parks`, `released`, `poked` and `seen` are the numbers by which a sandbox clock knows that everything is at rest."""

    __table_args__ = (
        Index("processes_busy", "workspace_id", postgresql_where=text("not rest")),
        Index(
            "processes_due",
            "workspace_id",
            "wakes_at",
            "rank",
            postgresql_where=text("parked and not done and not held"),
        ),
        Index("processes_recent", "workspace_id", "id"),
        Index("processes_subject", "subject_id"),
    )

    workflow_id: str = Field(unique=True)
    kind: str
    subject_id: UUID | None = None
    title: str = ""
    state: str = "running"  # running | waiting | finished | failed
    waits_for: str | None = None
    wakes_at: Instant | None = instant(default=None)
    rank: int = 1
    parks: int = 0
    released: int = 0
    poked: int = 0
    seen: int = 0
    parked: bool = False
    done: bool = False
    unreaped: bool = False
    held: bool = False
    rest: bool = Field(default=False, sa_column=Column(Boolean, Computed(_REST, persisted=True)))
    started_at: Instant = instant()
    updated_at: Instant = instant()


class ProcessStep(Owned, table=True):
    """The record of a process, line by line, in words."""

    __table_args__ = (Index("process_steps_process", "process_id", "id"),)

    process_id: UUID = Field(foreign_key="processes.id", ondelete="CASCADE")
    at: Instant = instant()
    text: str
    details: dict[str, Any] | None = json_or_null()


class Outbox(SQLModel, table=True):
    """What Temporal must be told; kept until it has been. No policy: the relay carries for all workspaces."""

    __tablename__ = "outbox"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("outbox_workspace", "workspace_id"),)

    id: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )
    workspace_id: UUID = Field(foreign_key="workspaces.id", ondelete="CASCADE")
    kind: str  # start | signal | revive
    workflow: str
    workflow_id: str
    signal: str | None = None
    number: int | None = None
    payload: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))


class Hold(Owned, table=True):
    """Something that must stand still: a workspace, a channel, an automation, a process. Read in the reservation."""

    __table_args__ = (
        Index(
            "holds_in_force",
            "workspace_id",
            "scope",
            "subject",
            unique=True,
            postgresql_where=text("released_at is null"),
        ),
    )

    scope: str  # workspace | channel | automation | process
    subject: str
    held_at: Instant = instant()
    held_by: str = ""
    released_at: Instant | None = instant(default=None)
