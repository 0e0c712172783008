"""The clock of a sandbox workspace: what time it is there, and moving it forward."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, cast
from uuid import UUID

from fastapi import Request
from pydantic import AwareDatetime, BaseModel, Field

from api.deps import Db, Workspace, needs
from api.routes import Body, Router
from core.db import Db as Transaction
from core.temporal import Link
from domain.calendars.durations import Duration
from domain.calendars.zones import after, zone_named
from domain.errors import Conflict, Invalid
from models import clocks, outbox

router = Router(prefix="/clock", tags=["Clock"])

_ASKED = 3  # processes about which Temporal is asked


class Busy(BaseModel):
    """What the clock waits for before it can take its next step."""

    process_id: UUID | None = Field(description="The process; null for what is queued.")
    kind: str
    since: datetime
    activity: str | None = None
    attempt: int | None = None
    message: str | None = None


class ClockState(BaseModel):
    now: datetime
    target: datetime
    state: Literal["at_rest", "moving"]
    busy: list[Busy]


class Advance(Body):
    """How far to move on: to an instant, or by a length of time."""

    to: AwareDatetime | None = Field(None, description="An instant, such as 2026-12-01T09:00:00Z.")
    by: str | None = Field(None, max_length=50, description="An ISO 8601 duration, such as P30D or PT6H.")


@router.get("", dependencies=[needs("clock:read")])
async def read(request: Request, db: Db, workspace: Workspace) -> ClockState:
    """What time it is for this business. In a real workspace that is the time on the wall, always at rest."""
    return await state(db, workspace.id, cast("Link", request.app.state.temporal))


@router.post("/advance", status_code=202, dependencies=[needs("clock:write")])
async def advance(asked: Advance, db: Db, workspace: Workspace) -> ClockState:
    """Move the clock of a sandbox forward; everything that comes due on the way happens, in order.

    What each process is trying is said by `GET /clock`.
    """
    if not workspace.sandbox:
        raise Conflict("This workspace lives in real time. Only the clock of a sandbox can be moved.")
    now = await clocks.take(db, workspace.id)
    to = _target(asked, now, workspace.time_zone)
    if to < now:
        raise Invalid.at(
            "to", f"The clock stands at {now:%Y-%m-%d %H:%M} UTC and cannot go back. Name a later time."
        )
    await clocks.aim(db, workspace.id, to)
    await outbox.put(db, [outbox.wake(workspace.id, "clock", workspace.id)])
    return await state(
        db, workspace.id
    )  # without asking Temporal: until the commit nobody else can have the clock


def _target(asked: Advance, now: datetime, zone: str) -> datetime:
    match asked.to, asked.by:
        case datetime() as to, None:
            return to
        case None, str() as by:
            try:
                return after(now, Duration.parse(by), zone_named(zone))
            except Invalid as error:
                raise error.under("by") from None
        case _:
            raise Invalid("Say how far to move the clock: either `to` an instant or `by` a length of time.")


async def state(db: Transaction, workspace_id: UUID, temporal: Link | None = None) -> ClockState:
    clock = await clocks.read(db, workspace_id)
    now = clock.now or await clocks.now(db, workspace_id)
    target = max(clock.target or now, now)
    moving = target > now
    return ClockState(
        now=now,
        target=target,
        state="moving" if moving else "at_rest",
        busy=await _busy(db, workspace_id, now, temporal) if moving else [],
    )


async def _busy(db: Transaction, workspace_id: UUID, now: datetime, temporal: Link | None) -> list[Busy]:
    processes, queued = await clocks.who_is_busy(db, workspace_id)
    waiting = {"event": queued.events, "delivery": queued.deliveries, "message": queued.messages}
    return await _described(processes, temporal) + [
        Busy(process_id=None, kind=kind, since=now, message=f"{count} waiting")
        for kind, count in waiting.items()
        if count
    ]


async def _described(processes: Sequence[Any], temporal: Link | None) -> list[Busy]:
    found: list[Busy] = []
    for process in processes:
        trying = await temporal.pending(process.workflow_id) if temporal and len(found) < _ASKED else None
        found.append(
            Busy(
                process_id=process.process_id,
                kind=process.kind,
                since=process.since,
                activity=trying.activity if trying else None,
                attempt=trying.attempt if trying else None,
                message=trying.message if trying else None,
            )
        )
    return found
