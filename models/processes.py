"""Processes: every running workflow of ours, what it waits for, and whether it is at rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import Boolean, Column, ColumnElement, Computed, Index, Uuid, func, text
from sqlmodel import Field, col, select

from core.db import Db, driver
from domain.errors import Conflict, NotFound
from domain.processes import DEFAULT_RANK, RANKS, Park, Time
from models import holds, outbox
from models.base import Instant, Owned, count, flag, instant, json_or_null
from models.outbox import Outbox

_REST = "held or (done and not unreaped) or (parked and not done and poked <= seen)"


class Process(Owned, table=True):
    """`parks`, `released`, `poked` and `seen` are the numbers by which a sandbox clock knows that everything is at rest."""

    __table_args__ = (
        Index("processes_busy", "workspace_id", postgresql_where=text("not rest")),
        Index(
            "processes_due",
            "workspace_id",
            "wakes_at",
            "rank",
            postgresql_where=text("parked and not done and not held"),
        ),
        Index("processes_going_on", "workspace_id", postgresql_where=text("not done")),
        Index("processes_recent", "workspace_id", "id"),
        Index("processes_subject", "subject_id"),
    )

    workflow_id: str = Field(unique=True)
    kind: str
    subject_id: UUID = Field(
        sa_column=Column(Uuid, Computed("split_part(workflow_id, '/', 2)::uuid", persisted=True))
    )
    title: str = ""
    state: str = Field(
        default="running", sa_column_kwargs={"server_default": "running"}
    )  # running | waiting | finished | failed
    waits_for: str | None = None
    wakes_at: Instant | None = instant(default=None)
    rank: int = 1
    parks: int = count()
    released: int = count()
    poked: int = count()
    seen: int = count()
    parked: bool = flag()
    done: bool = flag()
    unreaped: bool = flag()
    held: bool = flag()
    rest: bool = Field(default=False, sa_column=Column(Boolean, Computed(_REST, persisted=True)))
    started_at: Instant = instant()
    updated_at: Instant = instant()


class ProcessStep(Owned, table=True):
    """The record of a process, line by line, in words."""

    __table_args__ = (Index("process_steps_process", "process_id", "id"),)

    process_id: UUID = Field(foreign_key="processes.id", ondelete="CASCADE")
    at: Instant = instant()
    text: str
    details: dict[str, Any] | None = json_or_null()


# A park repeated by a dead worker's successor, or older than what the row knows, changes nothing.
_PARK = text("""
insert into processes as p (id, workspace_id, workflow_id, kind, title, rank, parks, seen, parked, done, state, waits_for,
                            wakes_at, started_at, updated_at)
values (uuidv7(), :workspace, :workflow, :kind, '', :rank, :parks, :seen, :parked, :done, :state, :waits_for, :until, :now, :now)
on conflict (workflow_id) do update set parks = excluded.parks, seen = excluded.seen, parked = excluded.parked, done = excluded.done,
    state = excluded.state, waits_for = excluded.waits_for, wakes_at = excluded.wakes_at, updated_at = excluded.updated_at
where not p.done and excluded.parks > p.released and (excluded.parks, excluded.seen) >= (p.parks, p.seen)
""")
_CHILDREN = text("""
insert into processes (id, workspace_id, workflow_id, kind, title, rank, unreaped, started_at, updated_at)
select uuidv7(), :workspace, c.workflow_id, c.kind, '', c.rank, true, :now, :now
from unnest(cast(:ids as text[]), cast(:kinds as text[]), cast(:ranks as int[])) c(workflow_id, kind, rank)
on conflict (workflow_id) do update set unreaped = true
""")


async def park(db: Db, said: Park, now: datetime) -> None:
    """A process says that it waits, or that it is done; its new children are busy from this moment on."""
    due = said.until is not None and said.until <= now
    state = "failed" if said.failed else "finished" if said.done else "waiting"
    await db.execute(
        _PARK,
        {
            "workspace": said.workspace_id,
            "workflow": said.workflow_id,
            "kind": said.kind,
            "rank": RANKS.get(said.kind, DEFAULT_RANK),
            "parks": said.parks,
            "seen": said.seen,
            "done": said.done,
            "state": state,
            "waits_for": said.waits_for,
            "parked": not due,
            "until": said.until,
            "now": now,
        },
    )
    if said.spawned:
        await db.execute(
            _CHILDREN,
            {
                "workspace": said.workspace_id,
                "now": now,
                "ids": [c.workflow_id for c in said.spawned],
                "kinds": [c.kind for c in said.spawned],
                "ranks": [RANKS.get(c.kind, DEFAULT_RANK) for c in said.spawned],
            },
        )
    if said.reaped:
        await db.execute(
            text("update processes set unreaped = false where workflow_id = any(:ids)"),
            {"ids": list(said.reaped)},
        )


_EXPECT = """
insert into processes (id, workspace_id, workflow_id, kind, title, rank, started_at, updated_at)
select uuidv7(), e.workspace_id, e.workflow_id, e.kind, e.title, e.rank, e.now, e.now
from unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::int[], %s::timestamptz[])
     e(workspace_id, workflow_id, kind, title, rank, now)
on conflict (workflow_id) do nothing
"""
_POKE = """
update processes p set poked = d.poked, done = p.done and not d.revives, parked = p.parked and not d.revives,
    state = case when d.revives then 'running' else p.state end, updated_at = d.now
from unnest(%s::text[], %s::int[], %s::bool[], %s::timestamptz[]) d(workflow_id, poked, revives, now)
where p.workflow_id = d.workflow_id
"""


async def expect(
    db: Db, rows: Sequence[Outbox], now: Mapping[UUID, datetime], sandboxes: set[UUID]
) -> dict[str, Time]:
    """Count the deliveries that the relay is about to make, and give each its number: from here on their targets are busy.

    Returns what each target must know of time should the delivery start it: a run that starts anew continues the count of
    the one that was lost, or its parks would look old.
    """
    connection = await driver(db)
    # the mover of a clock is what looks whether others are at rest; it does not count itself
    starts = list({r.workflow_id: r for r in rows if r.starts and r.workflow != "clock"}.values())
    await connection.execute(
        _EXPECT,
        (
            [r.workspace_id for r in starts],
            [r.workflow_id for r in starts],
            [r.workflow for r in starts],
            [r.title for r in starts],
            [RANKS.get(r.workflow, DEFAULT_RANK) for r in starts],
            [now[r.workspace_id] for r in starts],
        ),
    )
    cursor = await connection.execute(
        "select workflow_id, parks, poked from processes where workflow_id = any(%s) order by workflow_id for update",
        ([r.workflow_id for r in rows],),
    )
    counts: dict[str, tuple[int, int]] = {
        workflow_id: (parks, poked) for workflow_id, parks, poked in await cursor.fetchall()
    }
    times: dict[str, Time] = {}
    poked: dict[str, int] = {}
    for row in rows:
        parks, before = counts.get(row.workflow_id, (0, 0))
        standing = now[row.workspace_id] if row.workspace_id in sandboxes else None
        times[row.workflow_id] = Time(workspace_id=row.workspace_id, now=standing, parks=parks, seen=before)
        if row.signal:
            poked[row.workflow_id] = poked.get(row.workflow_id, before) + 1
            row.number = poked[row.workflow_id]
    revived = {r.workflow_id for r in rows if r.signal and r.starts}
    whose = {r.workflow_id: r.workspace_id for r in rows}
    await connection.execute(
        _POKE,
        (
            list(poked),
            list(poked.values()),
            [workflow_id in revived for workflow_id in poked],
            [now[whose[workflow_id]] for workflow_id in poked],
        ),
    )
    return times


async def gone(db: Db, workflow_ids: Sequence[str]) -> None:
    """Temporal says that these are no longer there: they have nothing left to do."""
    await db.execute(
        text(
            "update processes set done = true, parked = true, state = 'finished' where workflow_id = any(:ids)"
        ),
        {"ids": list(workflow_ids)},
    )


async def _revival(db: Db, workflow_ids: Sequence[str]) -> list[Outbox]:
    """What makes Temporal run these again, should it have lost them; for one that runs it is a signal too many."""
    rows = await db.execute(
        text(
            "select workspace_id, kind, subject_id, title from processes p where workflow_id = any(:ids)"
            " and not exists (select from outbox o where o.workflow_id = p.workflow_id)"
        ),
        {"ids": list(workflow_ids)},
    )
    return [outbox.wake(row.workspace_id, row.kind, row.subject_id, title=row.title) for row in rows]


async def revive(db: Db, workflow_ids: Sequence[str]) -> None:
    await outbox.put(db, await _revival(db, workflow_ids))


# Being woken counts as news of a process (`expect`), so the one that was tried last is the last to be tried again.
_OVERDUE = text("""
select p.workflow_id from processes p join clocks c using (workspace_id)
where not c.sandbox and not p.done and not p.held
  and coalesce(p.wakes_at < :due, p.state = 'running' and p.updated_at < :silent)
order by p.updated_at, p.id limit 500
""")


async def overdue(db: Db, *, due_before: datetime, silent_since: datetime) -> Sequence[str]:
    """Processes of real workspaces that should have moved on: past their wake-up, or silent in the middle of their work.

    No more than a turn of the reviver takes: those of which nothing was heard for longest.
    """
    rows = await db.execute(_OVERDUE, {"due": due_before, "silent": silent_since})
    return rows.scalars().all()


async def note(db: Db, workspace_id: UUID, workflow_id: str, at: datetime, said: str, **details: Any) -> None:
    """One line of a process's record."""
    await db.execute(
        text(
            "insert into process_steps (id, workspace_id, process_id, at, text, details)"
            " select uuidv7(), :workspace, id, :at, :said, :details from processes where workflow_id = :workflow"
        ),
        {
            "workspace": workspace_id,
            "workflow": workflow_id,
            "at": at,
            "said": said,
            "details": Jsonb(details),
        },
    )


async def is_held(db: Db, workflow_id: str) -> bool:
    """Whether this very process was put on hold; one that is not listed yet was not."""
    held = text("select held from processes where workflow_id = :workflow")
    return bool(await db.scalar(held, {"workflow": workflow_id}))


async def wakes_at(db: Db, workflow_id: str) -> datetime | None:
    """When a process meant to go on, also where Temporal has forgotten it."""
    return await db.scalar(
        text("select wakes_at from processes where workflow_id = :workflow"), {"workflow": workflow_id}
    )


async def waits(db: Db, workflow_id: str, *, until: datetime | None, what: str, now: datetime) -> None:
    """What a process of a real workspace waits for, written by the activity before the wait (a sandbox parks instead)."""
    await db.execute(
        text(
            "update processes set state = 'waiting', waits_for = :what, wakes_at = :until, updated_at = :now"
            " where workflow_id = :workflow"
        ),
        {"workflow": workflow_id, "until": until, "what": what, "now": now},
    )


@dataclass(frozen=True, slots=True)
class Filter:
    """Which processes a list shows; what is None does not count."""

    kind: str | None = None
    subject_id: UUID | None = None
    state: str | None = None
    title: str | None = None  # a part of it


async def page(
    db: Db, workspace_id: UUID, sought: Filter, *, before: UUID | None, limit: int
) -> list[Process]:
    """The newest first; `before` is the id after which the last page ended."""
    query = select(Process).where(*_clauses(workspace_id, sought))
    if before is not None:
        query = query.where(col(Process.id) < before)
    return list((await db.execute(query.order_by(col(Process.id).desc()).limit(limit))).scalars())


async def total(db: Db, workspace_id: UUID, sought: Filter) -> int:
    return (
        await db.execute(select(func.count()).select_from(Process).where(*_clauses(workspace_id, sought)))
    ).scalar_one()


def _clauses(workspace_id: UUID, sought: Filter) -> list[ColumnElement[bool]]:
    clauses = [col(Process.workspace_id) == workspace_id]
    for column, value in (
        (Process.kind, sought.kind),
        (Process.subject_id, sought.subject_id),
        (Process.state, sought.state),
    ):
        if value is not None:
            clauses.append(col(column) == value)
    if sought.title:
        clauses.append(col(Process.title).icontains(sought.title, autoescape=True))
    return clauses


async def get(db: Db, process_id: UUID, *, lock: bool = False) -> Process:
    query = select(Process).where(col(Process.id) == process_id)
    row = (await db.execute(query.with_for_update() if lock else query)).scalar_one_or_none()
    if row is None:
        raise NotFound("There is no such process.")
    return row


async def record(db: Db, process_id: UUID, limit: int = 200) -> list[ProcessStep]:
    """The latest lines of what a process did, newest first."""
    query = select(ProcessStep).where(col(ProcessStep.process_id) == process_id)
    return list((await db.execute(query.order_by(col(ProcessStep.id).desc()).limit(limit))).scalars())


async def hold(db: Db, process_id: UUID, *, by: str, now: datetime) -> Process:
    """Have a process stand still at its next step. Holding what is held changes nothing."""
    row = await get(db, process_id, lock=True)
    if row.done:
        raise Conflict("This process has ended, so there is nothing to hold.")
    if not row.held:
        row.held = True
        await db.flush()
        await db.refresh(
            row
        )  # what Postgres computes from `held` is read again now, since later there is no awaiting
        await holds.hold(db, row.workspace_id, "process", row.id, now=now, by=by)
        await note(db, row.workspace_id, row.workflow_id, now, f"Put on hold by {by}.")
    return row


async def release(db: Db, process_id: UUID, *, by: str, now: datetime) -> Process:
    """Let it go on; it is told, since it may be waiting for nothing else."""
    row = await get(db, process_id, lock=True)
    if row.held:
        row.held = False
        await db.flush()
        await db.refresh(row)
        await holds.release(db, row.workspace_id, "process", row.id, now=now)
        await note(db, row.workspace_id, row.workflow_id, now, f"Released by {by}.")
        await outbox.put(db, [outbox.wake(row.workspace_id, row.kind, row.subject_id, title=row.title)])
    return row
