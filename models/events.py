"""Events: immutable facts, written in the transaction of the change that they announce, and queued for whoever listens."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

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


class Listener(SQLModel, table=True):
    """An event name that some automation of the workspace reacts to; other events are not queued at all."""

    __tablename__ = "listeners"  # pyright: ignore[reportAssignmentType]

    workspace_id: UUID = Field(primary_key=True, foreign_key="workspaces.id", ondelete="CASCADE")
    event: str = Field(primary_key=True)


class Queued(SQLModel, table=True):
    """Work for the router: deleting the row in the transaction is the claim. No policy: batches cross workspaces."""

    __tablename__ = "event_queue"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("event_queue_shard", "shard", "id"),)

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    workspace_id: UUID = Field(foreign_key="workspaces.id", ondelete="CASCADE")
    shard: int = 0
    kind: str = "event"  # event | enrol | resume | move
    subject_id: UUID  # the event, the automation or the enrolment
    payload: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
