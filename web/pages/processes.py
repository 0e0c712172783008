"""Processes: what runs, what it waits for, its record step by step, and holding one still."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Form as Field
from fastapi import Query, Request
from fastapi.responses import Response

from activities import holds as holding
from core.db import Db as Transaction
from models import automations, holds, processes, waits
from models.processes import Filter, Process, ProcessStep
from models.waits import Cohort, Line, Sought
from web import formats, looks
from web.contexts.base import Choice, Listing, Paging
from web.contexts.processes import ProcessesIndex, ProcessRow, ProcessShow, RecordLine, WaitingPerson
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
    automation: UUID | None = None,
    after: UUID | None = None,
    skip: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    sought = Sought(kind or None, state or None, q.strip() or None)
    sent = {"q": q, "kind": kind, "state": state, "automation": automation, "after": after, "skip": skip}
    listing = Listing(path="/processes", params={name: str(value or "") for name, value in sent.items()})
    if automation:
        rows = await waits.apart(db, caller.workspace_id, automation, sought, skip=skip, limit=_PAGE + 1)
        newer, next_ = listing.url(skip=str(max(0, skip - _PAGE))), {"skip": str(skip + _PAGE)}
    else:
        rows = await waits.lines(db, caller.workspace_id, sought, after=after, limit=_PAGE + 1)
        newer, next_ = (
            listing.url(after=None),
            {"after": str(rows[_PAGE - 1].id) if len(rows) > _PAGE else ""},
        )
    older = listing.url(**next_) if len(rows) > _PAGE else None
    page = ProcessesIndex(
        listing=listing,
        rows=tuple(_line(row) for row in rows[:_PAGE]),
        states=tuple(Choice(value=value, label=label) for value, label in STATES.items()),
        kinds=tuple(Choice(value=value, label=words) for value, words in KINDS.items()),
        total=await processes.total(db, caller.workspace_id, Filter()),
        automation=(await automations.get(db, automation)).name if automation else "",
        tabs=await tabs(db, caller.workspace_id),
        paging=Paging(newer=newer if after or skip else None, older=older),
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
    cohort = await waits.cohort(db, row.subject_id, limit=_PAGE) if row.kind == "cohort" else None
    return ProcessShow(
        process=_row(row, cohort),
        record=tuple(_recorded(step) for step in record),
        workflow_id=row.workflow_id,
        subject_url=f"/automations/{cohort.automation_id}" if cohort else None,
        subject="Open the automation",
        waiting=cohort.count if cohort else None,
        people=_people(cohort) if cohort else (),
        overdue=await holding.late_in(db, row, now) if row.held else 0,
        held_by=hold.held_by if hold else "",
        held_at=hold.held_at if hold else None,
    )


def _people(cohort: Cohort) -> tuple[WaitingPerson, ...]:
    return tuple(
        WaitingPerson(contact_id=one.contact_id, name=one.name, email=one.email or "", wakes_at=one.wakes_at)
        for one in cohort.people
    )


def _row(row: Process, cohort: Cohort | None) -> ProcessRow:
    count, title = (cohort.count, cohort.automation) if cohort else (0, row.title)
    return _line(
        Line(
            id=row.id,
            kind=row.kind,
            title=title,
            state=row.state,
            held=row.held,
            done=row.done,
            waits_for=row.waits_for,
            wakes_at=row.wakes_at,
            started_at=row.started_at,
            automation_id=cohort.automation_id if cohort else None,
            count=1,
            people=count,
        )
    )


def _line(line: Line) -> ProcessRow:
    look, words = looks.of_process(line.kind), _kind(line)
    return ProcessRow(
        id=line.id,
        url=_url(line),
        kind=words,
        icon=look.icon,
        tile=look.kind,
        title=line.title or KINDS.get(line.kind, "Process"),
        state=line.state,  # pyright: ignore[reportArgumentType] -- the column holds these four
        held=line.held,
        waits_for=_capitalised(line.waits_for or "") if not line.done else "",
        wakes_at=line.wakes_at if not line.done else None,
        more=line.count - 1,
        started_at=line.started_at,
    )


def _url(line: Line) -> str:
    """A line that stands for several leads to each of them."""
    if line.count == 1:
        return f"/processes/{line.id}"
    return f"/processes?kind={line.kind}&state={line.state}&automation={line.automation_id}"


def _kind(line: Line) -> str:
    if line.kind != "cohort":
        return KINDS.get(line.kind, "Process")
    if line.done or not line.people:
        return "Nobody waits here any more"
    return f"{formats.plural(line.people, 'person', 'people')} waiting"


def _recorded(step: ProcessStep) -> RecordLine:
    details = tuple((name.replace("_", " "), str(value)) for name, value in (step.details or {}).items())
    return RecordLine(at=step.at, text=step.text, details=details)


def _capitalised(words: str) -> str:
    """It begins a line here; inside of a sentence it does not."""
    return words[:1].upper() + words[1:]
