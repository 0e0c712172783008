"""Messages: what was sent, to whom, when, and what became of it, or why it was not sent."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from api import pagination
from api.deps import Caller, Db, needs
from api.pagination import Cursor, Limit, Page
from api.routes import Router
from models import messages

router = Router(prefix="/messages", tags=["Messages"])
State = Literal[
    "reserved", "deferred", "dropped", "sending", "sent", "delivered", "bounced", "failed", "unknown"
]


class Message(BaseModel):
    id: UUID
    channel: str
    to: str | None
    subject: str | None
    state: State
    reason: str | None = Field(description="Why it was dropped, failed or is not known, in words.")
    send_key: str = Field(description="Names this effect for ever; vendors get it as their idempotency key.")
    contact_id: UUID | None
    automation_id: UUID | None
    node: str | None
    created_at: datetime
    sent_at: datetime | None
    opened_at: datetime | None
    clicked_at: datetime | None


class MessageDetails(Message):
    html: str | None
    text: str | None
    headers: dict[str, Any]
    result: dict[str, Any] | None = Field(description="What the other side answered.")


@router.get("", dependencies=[needs("messages:read")])
async def index(
    db: Db,
    caller: Caller,
    contact_id: UUID | None = None,
    automation_id: UUID | None = None,
    channel: Annotated[str | None, Query(max_length=50)] = None,
    state: State | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Message]:
    """The newest first."""
    before = pagination.decode(cursor, UUID)[0] if cursor else None
    sought = messages.Filter(contact_id=contact_id, automation_id=automation_id, channel=channel, state=state)
    rows = await messages.page(db, caller.workspace_id, sought, before=before, limit=limit + 1)
    return pagination.page(rows, limit, item=lambda row: Message(**_fields(row)), key=lambda row: row.id)


@router.get("/{message_id}", dependencies=[needs("messages:read")])
async def show(message_id: UUID, db: Db) -> MessageDetails:
    """One message with its body as it was sent and its headers."""
    row = await messages.get(db, message_id)
    return MessageDetails(
        **_fields(row), html=row.html, text=row.text, headers=row.headers or {}, result=row.result
    )


def _fields(row: messages.Message) -> dict[str, Any]:
    names = (
        "id", "channel", "subject", "state", "reason", "send_key", "contact_id", "automation_id", "node", "created_at",
        "sent_at", "opened_at", "clicked_at",
    )  # fmt: skip
    return {name: getattr(row, name) for name in names} | {"to": row.address}
