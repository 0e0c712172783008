"""On hold: all that stands still, making anything stand still, and letting it go on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Form as Field
from fastapi.responses import Response

from activities import holds as holding
from core.db import Db as Transaction
from domain.errors import Invalid
from models import automations, holds
from models.holds import Listed
from web import looks
from web.contexts.attention import HoldRow, Holds
from web.contexts.base import Choice
from web.deps import Caller, Db, Now, Pages, View, needs, see_other
from web.looks import Look
from web.pages.processes import KINDS
from web.waiting import tabs

router = Pages(prefix="/processes/holds")
Text = Annotated[str, Field(max_length=200)]
_HERE = "/processes/holds"
_MOST = 200  # automations that are offered
_CHANNELS: Mapping[str, str] = {"email": "All e-mail", "http": "All calls to web addresses"}
_EVERYTHING = "Everything"
_WHOLES: Mapping[str, Look] = {
    "workspace": Look(icon="player-pause", kind="wait"),
    "channel": Look(icon="send", kind="wait"),
}
_MEANS: Mapping[str, str] = {
    "workspace": "Nobody moves on in any automation, and nothing is sent.",
    "channel": "Whoever comes to one waits there; everything else goes on.",
    "automation": "Nobody in it moves on.",
    "process": "It stands still before its next step.",
}


@router.get("", dependencies=[needs("processes:read")])
async def index(db: Db, caller: Caller, now: Now, view: View) -> Response:
    listed = await holds.listed(db, caller.workspace_id)
    taken = {_what(one) for one in listed}
    live = await automations.page(db, caller.workspace_id, before=None, limit=_MOST, states=["live"])
    page = Holds(
        tabs=await tabs(db, caller.workspace_id),
        rows=tuple([await _row(db, one, now) for one in listed]),
        everything=tuple(choice for choice in _wholes() if choice.value not in taken),
        automations=tuple(
            Choice(value=f"automation:{one.row.id}", label=one.row.name) for one in live if not one.held
        ),
    )
    return view(page)


@router.post("", dependencies=[needs("automations:approve", "processes:write")])
async def place(db: Db, caller: Caller, now: Now, what: Text = "") -> Response:
    scope, _, subject = what.partition(":")
    if scope not in _MEANS:
        raise Invalid("Choose what to put on hold.")
    await holding.place(db, caller.workspace_id, scope, subject, by=caller.name, now=now)
    return see_other(_HERE, toast="On hold. It stands still until you release it.")


@router.post("/{hold_id}/release", dependencies=[needs("automations:approve", "processes:write")])
async def release(hold_id: UUID, db: Db, caller: Caller, now: Now, overdue: Text = "send") -> Response:
    row = await holds.get(db, hold_id)
    await holding.lift(db, row, overdue=holding.chosen(overdue), by=caller.name, now=now)
    return see_other(_HERE, toast="Released. It goes on now.")


def _wholes() -> list[Choice]:
    channels = [
        Choice(value=f"channel:{one}", label=_channel(one), detail=_MEANS["channel"])
        for one in holding.channels()
    ]
    return [*channels, Choice(value="workspace", label=_EVERYTHING, detail=_MEANS["workspace"])]


def _channel(name: str) -> str:
    return _CHANNELS.get(name, f"All messages over {name}")


def _what(one: Listed) -> str:
    return one.row.scope if one.row.scope == "workspace" else f"{one.row.scope}:{one.row.subject}"


async def _row(db: Transaction, one: Listed, now: datetime) -> HoldRow:
    row = one.row
    look = _WHOLES.get(row.scope) or looks.of_process(one.kind or row.scope)
    return HoldRow(
        id=row.id,
        title=_title(one),
        detail=_MEANS[row.scope],
        icon=look.icon,
        tile=look.kind,
        held_at=row.held_at,
        held_by=row.held_by,
        overdue=await holding.late(db, row, now),
        url={"automation": f"/automations/{row.subject}", "process": f"/processes/{row.subject}"}.get(
            row.scope
        ),
    )


def _title(one: Listed) -> str:
    match one.row.scope:
        case "workspace":
            return _EVERYTHING
        case "channel":
            return _channel(one.row.subject)
        case "process":
            kind = KINDS.get(one.kind, "Process")
            return f"{one.name}: {kind.lower()}" if one.name else kind
        case _:
            return one.name or "An automation that is gone"
