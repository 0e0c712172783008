"""Messages: what was sent, to whom, when, and what became of it, or why it was not; and what to do about those that failed."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field, model_validator

from activities import attention as deciding
from activities.attention import Outcome
from api import pagination
from api.deps import Caller, Db, Now, needs
from api.pagination import Cursor, Limit, Page
from api.routes import Body, Router
from domain.errors import Conflict
from models import attention, messages
from models.attention import State as NeedsWord
from models.attention import Which

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
    node: Annotated[str | None, Query(max_length=200)] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Message]:
    """The newest first."""
    before = pagination.decode(cursor, UUID)[0] if cursor else None
    sought = messages.Filter(
        contact_id=contact_id, automation_id=automation_id, channel=channel, state=state, node=node
    )
    rows = await messages.page(db, caller.workspace_id, sought, before=before, limit=limit + 1)
    return pagination.page(rows, limit, item=lambda row: Message(**_fields(row)), key=lambda row: row.id)


class Group(BaseModel):
    """Messages of one step that ended in the same way: one thing to decide."""

    state: NeedsWord = Field(description="failed: it was not sent; unknown: it may have been.")
    channel: str
    automation_id: UUID | None
    automation: str | None
    node: str | None
    reason: str = Field(description="What differs from one message to the next is written as …")
    count: int
    first_at: datetime
    last_at: datetime


class Chosen(Body):
    """Which of the messages that failed or are in doubt; what is left out does not count. Name at least one."""

    state: NeedsWord | None = None
    channel: str | None = Field(None, max_length=50)
    automation_id: UUID | None = None
    node: str | None = Field(None, max_length=200)
    reason: str | None = Field(None, max_length=4_000, description="As the list of groups says it.")

    @model_validator(mode="after")
    def _names_something(self) -> "Chosen":
        if all(
            value is None for value in (self.state, self.channel, self.automation_id, self.node, self.reason)
        ):
            raise ValueError(
                "Say which messages: name a state, a channel, an automation, a node or a reason."
            )
        return self

    def which(self) -> Which:
        return Which(
            state=self.state,
            channel=self.channel,
            automation_id=self.automation_id,
            node=self.node,
            reason=self.reason,
        )


class Resolution(Body):
    outcome: Outcome = Field(description="What you found out: it was sent, or it was not and shall not be.")


class ChosenResolution(Chosen):
    outcome: Outcome = Field(description="`sent` is for those in doubt; `not_sent` leaves them all unsent.")


class Done(BaseModel):
    count: int = Field(description="How many messages it was done for.")
    held: int = Field(description="How many a hold keeps back: release it and ask again.")


@router.get("/attention", dependencies=[needs("messages:read")])
async def needing_attention(db: Db, caller: Caller) -> Page[Group]:
    """Messages that failed or are in doubt, by step and reason; those in doubt first. At most 100 groups."""
    found = await attention.groups(db, caller.workspace_id)
    return Page(items=[Group.model_validate(one, from_attributes=True) for one in found], next=None)


@router.post("/retry", dependencies=[needs("messages:write")])
async def retry_many(chosen: Chosen, db: Db, caller: Caller) -> Done:
    """Send all of these once more, each under the send key it has."""
    done = await deciding.retry(db, caller.workspace_id, chosen.which())
    return Done(count=done.count, held=done.held)


@router.post("/resolve", dependencies=[needs("messages:write")])
async def resolve_many(chosen: ChosenResolution, db: Db, caller: Caller, now: Now) -> Done:
    """Say what became of all of these. People who wait for one of them go on."""
    done = await deciding.resolve(
        db, caller.workspace_id, chosen.which(), chosen.outcome, by=caller.name, now=now
    )
    return Done(count=done.count, held=done.held)


@router.get("/{message_id}", dependencies=[needs("messages:read")])
async def show(message_id: UUID, db: Db) -> MessageDetails:
    """One message with its body as it was sent and its headers."""
    row = await messages.get(db, message_id)
    return MessageDetails(
        **_fields(row), html=row.html, text=row.text, headers=row.headers or {}, result=row.result
    )


@router.post("/{message_id}/retry", dependencies=[needs("messages:write")])
async def retry(message_id: UUID, db: Db, caller: Caller) -> Message:
    """Send it once more, under the send key it has: one that failed, or one in doubt that you want to be sent in any case."""
    row = await messages.get(db, message_id, lock=True)
    done = await deciding.retry(db, caller.workspace_id, Which(message_id=message_id))
    if not done.count:
        raise Conflict("It is kept back by a hold. Release that first." if done.held else _settled(row.state))
    await db.refresh(row)
    return Message(**_fields(row))


@router.post("/{message_id}/resolve", dependencies=[needs("messages:write")])
async def resolve(message_id: UUID, said: Resolution, db: Db, caller: Caller, now: Now) -> Message:
    """Say what became of it. Whoever waits for it goes on."""
    row = await messages.get(db, message_id, lock=True)
    which = Which(message_id=message_id)
    done = await deciding.resolve(db, caller.workspace_id, which, said.outcome, by=caller.name, now=now)
    if not done.count:
        raise Conflict(_settled(row.state))
    await db.refresh(row)
    return Message(**_fields(row))


def _settled(state: str) -> str:
    if state == "failed":
        return "It is known that this message failed. It can be sent again, or left unsent (not_sent)."
    return f"This message is {state}: there is nothing to decide about it."


def _fields(row: messages.Message) -> dict[str, Any]:
    names = (
        "id", "channel", "subject", "state", "reason", "send_key", "contact_id", "automation_id", "node", "created_at",
        "sent_at", "opened_at", "clicked_at",
    )  # fmt: skip
    return {name: getattr(row, name) for name in names} | {"to": row.address}
