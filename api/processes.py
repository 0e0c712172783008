"""Processes: what runs, what it waits for, and holding one still."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from activities import holds as holding
from activities.holds import Overdue
from api import pagination
from api.deps import Caller, Db, Now, needs
from api.pagination import Cursor, Limit, Page
from api.routes import Body, Router
from models import processes

router = Router(prefix="/processes", tags=["Processes"])
State = Literal["running", "waiting", "finished", "failed"]


class Process(BaseModel):
    id: UUID
    kind: str
    subject_id: UUID
    subject: str = Field(description="What it is about, in words.")
    state: State
    waits_for: str | None
    wakes_at: datetime | None
    held: bool
    started_at: datetime


class Step(BaseModel):
    at: datetime
    text: str


class ProcessDetails(Process):
    record: list[Step] = Field(description="What it did, the latest first.")


class Releasing(Body):
    overdue: Overdue = Field(
        "send",
        description="send: now; ramp: one after the other over an hour; skip: those late by more than a day leave.",
    )


@router.get("", dependencies=[needs("processes:read")])
async def index(
    db: Db,
    caller: Caller,
    kind: Annotated[str | None, Query(max_length=50)] = None,
    subject_id: UUID | None = None,
    state: State | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Process]:
    """The newest first."""
    before = pagination.decode(cursor, UUID)[0] if cursor else None
    sought = processes.Filter(kind=kind, subject_id=subject_id, state=state)
    rows = await processes.page(db, caller.workspace_id, sought, before=before, limit=limit + 1)
    return pagination.page(rows, limit, item=shown, key=lambda row: row.id)


@router.get("/{process_id}", dependencies=[needs("processes:read")])
async def show(process_id: UUID, db: Db) -> ProcessDetails:
    """One process with its record, step by step."""
    row = await processes.get(db, process_id)
    steps = await processes.record(db, process_id)
    return ProcessDetails(**_fields(row), record=[Step(at=step.at, text=step.text) for step in steps])


@router.post("/{process_id}/hold", dependencies=[needs("processes:write")])
async def hold(process_id: UUID, db: Db, caller: Caller, now: Now) -> Process:
    """Have it stand still at its next step, until it is released."""
    return shown(await processes.hold(db, process_id, by=caller.name, now=now))


@router.post("/{process_id}/release", dependencies=[needs("processes:write")])
async def release(
    process_id: UUID, db: Db, caller: Caller, now: Now, asked: Releasing | None = None
) -> Process:
    """Let it go on, and say what happens with people in it who are overdue."""
    overdue = asked.overdue if asked else "send"
    return shown(await holding.release_process(db, process_id, overdue=overdue, by=caller.name, now=now))


def shown(row: processes.Process) -> Process:
    return Process(**_fields(row))


def _fields(row: processes.Process) -> dict[str, Any]:
    names = ("id", "kind", "subject_id", "state", "waits_for", "wakes_at", "held", "started_at")
    return {name: getattr(row, name) for name in names} | {"subject": row.title}
