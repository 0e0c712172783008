"""Processes: what runs, what it waits for, its record step by step, and holding one still."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Form as Field
from fastapi import Request
from fastapi.responses import Response

from activities import holds as holding
from core.db import Db as Transaction
from models import holds, processes
from models.processes import Filter, Process, ProcessStep
from web import looks
from web.contexts.base import Choice, Listing, Paging
from web.contexts.processes import ProcessesIndex, ProcessRow, ProcessShow, RecordLine
from web.deps import Caller, Db, Now, Pages, View, into, needs, see_other
from web.waiting import tabs

router = Pages()
_PAGE = 50
STATES = {"running": "Working", "waiting": "Waiting", "finished": "Finished", "failed": "Failed"}
_RELEASED = {
    "send": "Released. It goes on now.",
    "ramp": "Released. Those who are overdue go on one after the other, within an hour.",
    "skip": "Released. What was too old is left out.",
}
KINDS = {"cohort": "People waiting", "import": "Import", "schedule": "Schedule"}


@router.get("/processes", dependencies=[needs("processes:read")])
async def index(
    request: Request,
    db: Db,
    caller: Caller,
    view: View,
    kind: str = "",
    state: str = "",
    q: str = "",
    after: UUID | None = None,
) -> Response:
    sought = Filter(kind=kind or None, state=state or None, title=q.strip() or None)
    rows = await processes.page(db, caller.workspace_id, sought, before=after, limit=_PAGE + 1)
    listing = Listing(
        path="/processes", params={"q": q, "kind": kind, "state": state, "after": str(after or "")}
    )
    older = listing.url(after=str(rows[_PAGE - 1].id)) if len(rows) > _PAGE else None
    page = ProcessesIndex(
        listing=listing,
        rows=tuple(_row(row) for row in rows[:_PAGE]),
        states=tuple(Choice(value=value, label=label) for value, label in STATES.items()),
        kinds=tuple(Choice(value=value, label=words) for value, words in KINDS.items()),
        total=await processes.total(db, caller.workspace_id, Filter()),
        tabs=await tabs(db, caller.workspace_id),
        paging=Paging(newer=listing.url(after=None) if after else None, older=older),
    )
    return view(page, fragment="rows" if into(request, "processes") else None)


@router.get("/processes/{process_id}", dependencies=[needs("processes:read")])
async def show(process_id: UUID, db: Db, now: Now, view: View) -> Response:
    return view(await _page(db, process_id, now))


@router.get("/processes/{process_id}/live", dependencies=[needs("processes:read")])
async def live(process_id: UUID, db: Db, now: Now, view: View) -> Response:
    return view(await _page(db, process_id, now), fragment="live")


@router.post("/processes/{process_id}/hold", dependencies=[needs("processes:write")])
async def hold(process_id: UUID, db: Db, caller: Caller, now: Now) -> Response:
    await processes.hold(db, process_id, by=caller.name, now=now)
    return see_other(f"/processes/{process_id}", toast="It stands still until you release it.")


@router.post("/processes/{process_id}/release", dependencies=[needs("processes:write")])
async def release(
    process_id: UUID,
    db: Db,
    caller: Caller,
    now: Now,
    overdue: Annotated[str, Field(max_length=20)] = "send",
) -> Response:
    how = holding.chosen(overdue)
    await holding.release_process(db, process_id, overdue=how, by=caller.name, now=now)
    return see_other(f"/processes/{process_id}", toast=_RELEASED[how])


async def _page(db: Transaction, process_id: UUID, now: datetime) -> ProcessShow:
    row = await processes.get(db, process_id)
    record = await processes.record(db, process_id)
    hold = await holds.of(db, row.workspace_id, "process", row.id) if row.held else None
    return ProcessShow(
        process=_row(row),
        record=tuple(_line(step) for step in record),
        workflow_id=row.workflow_id,
        overdue=await holding.late_in(db, row, now) if row.held else 0,
        held_by=hold.held_by if hold else "",
        held_at=hold.held_at if hold else None,
    )


def _row(row: Process) -> ProcessRow:
    words, look = KINDS.get(row.kind, "Process"), looks.of_process(row.kind)
    return ProcessRow(
        id=row.id,
        kind=words,
        icon=look.icon,
        tile=look.kind,
        title=row.title or words,
        state=row.state,  # pyright: ignore[reportArgumentType] -- the column holds these four
        held=row.held,
        waits_for=_capitalised(row.waits_for or ""),
        wakes_at=row.wakes_at if not row.done else None,
        started_at=row.started_at,
    )


def _line(step: ProcessStep) -> RecordLine:
    details = tuple((name.replace("_", " "), str(value)) for name, value in (step.details or {}).items())
    return RecordLine(at=step.at, text=step.text, details=details)


def _capitalised(words: str) -> str:
    """It begins a line here; inside of a sentence it does not."""
    return words[:1].upper() + words[1:]
