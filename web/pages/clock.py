"""The clock of a sandbox: the piece of the top bar, and moving it on."""

from datetime import datetime
from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import Response

from domain.calendars.durations import Duration
from domain.calendars.zones import after, instant, zone_named
from domain.errors import Conflict, Invalid, MainspringError
from models import clocks, outbox
from web.deps import Db, Now, Pages, View, Workspace, clock_face, needs, see_other

router = Pages()
Text = Annotated[str, Form(max_length=50)]


@router.get("/clock", dependencies=[needs("clock:read")])
async def show(db: Db, workspace: Workspace, now: Now, view: View) -> Response:
    return view(await clock_face(db, workspace, now))


@router.post("/clock/advance", dependencies=[needs("clock:write")])
async def advance(
    request: Request, db: Db, workspace: Workspace, view: View, by: Text = "", to: Text = ""
) -> Response:
    """Move on by a length of time, or to a time of the business's own zone."""
    if not workspace.sandbox:
        raise Conflict("This workspace lives in real time. Only the clock of a sandbox can be moved.")
    now = await clocks.take(db, workspace.id)
    fault = ""
    try:
        await clocks.aim(db, workspace.id, _target(now, by, to, workspace.time_zone))
        await outbox.put(db, [outbox.wake(workspace.id, "clock", workspace.id)])
    except MainspringError as error:
        fault = error.message
    if not request.headers.get("hx-request"):
        return see_other("/", toast=fault or "The clock is moving on.", tone="bad" if fault else "ok")
    return view(await clock_face(db, workspace, now, fault=fault), status=422 if fault else 200)


def _target(now: datetime, by: str, to: str, zone_name: str) -> datetime:
    zone = zone_named(zone_name)
    if by:
        return after(now, Duration.parse(by), zone)
    try:
        wanted = instant(datetime.fromisoformat(to), zone)
    except ValueError:
        raise Invalid("Choose a date and a time.") from None
    if wanted < now:
        raise Invalid("The clock cannot go back. Choose a later time.")
    return wanted
