"""The ledger: one row for every outside effect, reserved before it happens, committed once, observed until it is known."""

from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.base import Instant, Owned, belongs_to, instant, json_or_null


class Message(Owned, table=True):
    """States: reserved, deferred, dropped, sending, sent, delivered, bounced, failed, unknown."""

    __table_args__ = (
        UniqueConstraint("workspace_id", "send_key"),
        Index("messages_contact", "contact_id", "id"),
        Index("messages_node", "automation_id", "node", "state"),
        Index("messages_recent", "workspace_id", "id"),
        Index("messages_waiting", "channel", "id", postgresql_where=text("state = 'reserved'")),
        Index("messages_sending", "owner", postgresql_where=text("state = 'sending'")),
        Index("messages_unknown", "id", postgresql_where=text("state = 'unknown'")),
    )

    channel: str  # email | http | …
    contact_id: UUID | None = belongs_to("contacts", null=True, on_delete="SET NULL")
    automation_id: UUID | None = None
    version_id: UUID | None = None
    enrolment_id: UUID | None = None
    node: str | None = None
    send_key: str
    state: str = "reserved"
    reason: str | None = None
    address: str | None = None
    subject: str | None = None
    html: str | None = None
    text: str | None = None
    headers: dict[str, Any] | None = json_or_null()
    result: dict[str, Any] | None = json_or_null()
    created_at: Instant = instant()
    not_before: Instant | None = instant(default=None)  # wall time: a channel that is down is tried again
    attempts: int = 0
    owner: int | None = None
    sent_at: Instant | None = instant(default=None)
    opened_at: Instant | None = instant(default=None)
    clicked_at: Instant | None = instant(default=None)


class Captured(Owned, table=True):
    """Mail that went to the captured inbox instead of to the world; once per message, by its key."""

    __table_args__ = (UniqueConstraint("message_id"), Index("captured_recent", "workspace_id", "id"))

    message_id: UUID = belongs_to("messages")
    seen: bool = False
    at: Instant = instant()


class Owner(SQLModel, table=True):
    """A worker process that may hold claims; alive while it holds its advisory lock."""

    __tablename__ = "owners"  # pyright: ignore[reportAssignmentType]

    id: int | None = Field(default=None, primary_key=True)
    process: str
    started_at: Instant = instant()
