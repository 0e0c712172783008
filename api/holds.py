"""Holds: what stands still, making anything stand still, and letting it go on."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from activities import holds as holding
from activities.holds import Overdue
from api.deps import Caller, Db, Now, needs
from api.pagination import Page
from api.routes import Body, Router
from models import holds
from models.holds import Listed

router = Router(prefix="/holds", tags=["Holds"])
Scope = Literal["workspace", "channel", "automation", "process"]


class Hold(BaseModel):
    """Something that stands still until it is released."""

    id: UUID
    scope: Scope
    subject: str = Field(description="The channel (`email`), or the id of what is held.")
    name: str = Field(description="What the automation or the process is called.")
    held_at: datetime
    held_by: str
    overdue: int = Field(description="How many people it keeps from what they should have done by now.")


class NewHold(Body):
    scope: Scope
    subject: str = Field(
        "",
        max_length=100,
        description="The channel, or the id of the automation or process.",
        examples=["email"],
    )


class Releasing(Body):
    overdue: Overdue = Field(
        "send",
        description="send: now; ramp: one after the other over an hour; skip: what is late by more than a day is left out.",
    )


@router.get("", dependencies=[needs("processes:read")])
async def index(db: Db, caller: Caller, now: Now) -> Page[Hold]:
    """All that stands still, the latest first."""
    found = await holds.listed(db, caller.workspace_id)
    return Page(items=[await _shown(db, one, now) for one in found], next=None)


@router.post("", status_code=201, dependencies=[needs("automations:approve", "processes:write")])
async def place(wanted: NewHold, db: Db, caller: Caller, now: Now) -> Hold:
    """Make everything, a channel, an automation or a process stand still. What stands already goes on standing."""
    row = await holding.place(db, caller.workspace_id, wanted.scope, wanted.subject, by=caller.name, now=now)
    found = await holds.listed(db, caller.workspace_id)
    return await _shown(db, next(one for one in found if one.row.id == row.id), now)


@router.post(
    "/{hold_id}/release", status_code=204, dependencies=[needs("automations:approve", "processes:write")]
)
async def release(hold_id: UUID, db: Db, caller: Caller, now: Now, asked: Releasing | None = None) -> None:
    """Let it go on, and say what becomes of what is overdue."""
    row = await holds.get(db, hold_id)
    await holding.lift(db, row, overdue=asked.overdue if asked else "send", by=caller.name, now=now)


async def _shown(db: Db, one: Listed, now: datetime) -> Hold:
    row = one.row
    return Hold(
        id=row.id,
        scope=row.scope,  # pyright: ignore[reportArgumentType] -- the column holds these four
        subject=row.subject,
        name=one.name,
        held_at=row.held_at,
        held_by=row.held_by,
        overdue=await holding.late(db, row, now),
    )
