"""The numbers of an automation, and the people behind each of them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from api import pagination
from api.deps import Db, needs
from api.pagination import Cursor, Limit, Page
from api.routes import Router
from models import automations, crowds, numbers

router = Router(prefix="/automations", tags=["Automations"])


class NodeNumbers(BaseModel):
    entered: int
    waiting: int
    left: int = Field(description="In any way, at the end of a path too.")
    left_early: int = Field(description="By the goal, an exit, a failure, or by being taken out.")
    failed: int
    dropped: int = Field(description="Messages that were not sent, for the reason that each gives.")
    sent: int
    opened: int
    clicked: int


class Numbers(BaseModel):
    entered: int
    inside: int
    goal: int
    left: int
    nodes: dict[str, NodeNumbers]
    edges: dict[str, int] = Field(description='By "from>to"; the entry and the way out are empty.')


class PersonInside(BaseModel):
    contact_id: UUID
    name: str
    email: str | None
    since: datetime | None
    wakes_at: datetime | None
    reason: str | None = Field(None, description="Why it failed, or was not sent.")


@router.get("/{automation_id}/numbers", dependencies=[needs("automations:read")])
async def count(automation_id: UUID, db: Db) -> Numbers:
    """Who came, waits, left, and what was sent, per step and per line."""
    await automations.get(db, automation_id)
    return Numbers.model_validate(await numbers.of_automation(db, automation_id), from_attributes=True)


@router.get("/{automation_id}/people", dependencies=[needs("automations:read", "contacts:read")])
async def people(
    automation_id: UUID,
    db: Db,
    node: Annotated[str | None, Query(max_length=64)] = None,
    state: crowds.State = "inside",
    edge: Annotated[
        str | None,
        Query(
            max_length=140,
            pattern="^[^>]*>[^>]*$",
            description='Who went along this line, as in the numbers: "from>to".',
        ),
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[PersonInside]:
    """Who is behind a number: of one step, of one line, or of the whole automation."""
    await automations.get(db, automation_id)
    source, _, target = edge.partition(">") if edge else ("", "", "")
    crowd = crowds.Crowd(state, node, (source, target) if edge else None)
    before = pagination.decode(cursor, _place)[0] if cursor else None
    rows = await crowds.people(db, automation_id, crowd, before=before, limit=limit + 1)
    return pagination.page(
        rows,
        limit,
        item=lambda row: PersonInside.model_validate(row, from_attributes=True),
        key=lambda row: row.place,
    )


def _place(parts: Any) -> crowds.Place:
    row, part, entry = parts
    return str(UUID(row)), str(UUID(part)) if part else "", int(entry)
