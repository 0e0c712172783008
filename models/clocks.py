"""The business clock of each workspace: the wall for a real one, an instant that stands still for a sandbox."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Field, SQLModel, col, select

from core.db import Db, execute, fetch
from models.base import Instant, count, flag, instant
from models.queue import ASIDE


class Clock(SQLModel, table=True):
    """`now` is null in a real workspace. The table has no policy: it is how the engine knows which workspaces there are."""

    __tablename__ = "clocks"  # pyright: ignore[reportAssignmentType]

    workspace_id: UUID = Field(primary_key=True, foreign_key="workspaces.id", ondelete="CASCADE")
    sandbox: bool = flag()
    now: Instant | None = instant(default=None)
    target: Instant | None = instant(default=None)
    began: Instant | None = instant(default=None)  # where the move under way set out from
    steps: int = count()
    plans: int = Field(
        default=0, sa_column_kwargs={"server_default": "0"}
    )  # counts changes of the live automations


async def now(db: Db, workspace_id: UUID) -> datetime:
    """Business time of one workspace, held still until the transaction ends."""
    return (await times(db, [workspace_id]))[workspace_id]


async def times(db: Db, workspace_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """Business time of each workspace, sandbox or not."""
    ids = list(workspace_ids)
    standing = await standing_still(db, ids)
    wall = datetime.now(UTC)
    return {workspace_id: standing.get(workspace_id, wall) for workspace_id in ids}


async def standing_still(db: Db, workspace_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """Those of the workspaces that are sandboxes, with their instant; the share lock keeps the clock from stepping past
    what this transaction writes."""
    return dict(
        await fetch(
            db,
            "select workspace_id, now from clocks where workspace_id = any(%s) and sandbox for share",
            [list(workspace_ids)],
        )
    )


async def plans(db: Db, workspace_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Which state of its automations each workspace is at."""
    return dict(
        await fetch(
            db, "select workspace_id, plans from clocks where workspace_id = any(%s)", [list(workspace_ids)]
        )
    )


async def all_workspaces(db: Db) -> list[UUID]:
    """Every workspace of the instance, for the sweeps that look at all of them."""
    return [workspace_id for (workspace_id,) in await fetch(db, "select workspace_id from clocks")]


_BUSY = text(f"""
select exists (select from processes where workspace_id = :id and not rest)
    or exists (select from outbox where workspace_id = :id)
    or exists (select from event_queue where workspace_id = :id and shard <> {ASIDE})
    or exists (select from messages where workspace_id = :id and state in ('reserved', 'sending'))
""")
_NEXT = text("""
select wakes_at, rank from processes where workspace_id = :id and parked and not done and not held and wakes_at is not null
order by wakes_at, rank limit 1
""")
_RELEASE = text("""
update processes set parked = false, released = parks
where workspace_id = :id and parked and not done and not held and wakes_at <= :now and rank = :rank returning workflow_id
""")


@dataclass(frozen=True, slots=True)
class Step:
    """What one step of a sandbox clock came to: `busy` (try again), `rest` (target reached), `stepped` (these were woken)."""

    state: str
    now: datetime
    woken: tuple[str, ...] = ()


async def step(db: Db, workspace_id: UUID) -> Step:
    """Move a sandbox clock to its next wake-up, or to its target, if everything is at rest; one transaction."""
    locked = await db.execute(
        text("select now, target from clocks where workspace_id = :id and sandbox for update"),
        {"id": workspace_id},
    )
    now, target = locked.one()
    if target is None or target <= now:
        return Step("rest", now)
    if (await db.execute(_BUSY, {"id": workspace_id})).scalar_one():
        return Step("busy", now)
    due = (await db.execute(_NEXT, {"id": workspace_id})).first()
    if due is None or due.wakes_at > target:
        await _set(db, workspace_id, target)
        return Step("rest", target)
    now = max(now, due.wakes_at)
    woken = await db.execute(_RELEASE, {"id": workspace_id, "now": now, "rank": due.rank})
    await _set(db, workspace_id, now)
    return Step("stepped", now, tuple(woken.scalars()))


async def _set(db: Db, workspace_id: UUID, now: datetime) -> None:
    await db.execute(
        text("update clocks set now = :now, steps = steps + 1 where workspace_id = :id"),
        {"id": workspace_id, "now": now},
    )


async def unanswered(db: Db, workspace_id: UUID) -> Sequence[str]:
    """Processes that have not answered by parking: after a crash, or a silence, they are woken again."""
    rows = await db.execute(
        text("select workflow_id from processes where workspace_id = :id and not rest"),
        {"id": workspace_id},
    )
    return rows.scalars().all()


async def take(db: Db, workspace_id: UUID) -> datetime:
    """Business time of a sandbox, for whoever will set the clock: two that had only shared it would wait for each other."""
    row = await db.execute(
        text("select now from clocks where workspace_id = :id and sandbox for update"), {"id": workspace_id}
    )
    return row.scalar_one()


async def aim(db: Db, workspace_id: UUID, to: datetime) -> datetime:
    """Set how far a sandbox clock shall move; it never moves back. Returns the target in force."""
    row = await db.execute(
        text(
            "update clocks set target = greatest(coalesce(target, now), :to),"
            " began = case when coalesce(target, now) <= now then now else began end"
            " where workspace_id = :id and sandbox returning target"
        ),
        {"id": workspace_id, "to": to},
    )
    return row.scalar_one()


async def announce(db: Db, workspace_ids: Iterable[UUID]) -> None:
    """Tell the movers of sandbox clocks to look again. Sandboxes only: a NOTIFY serialises commits database-wide."""
    await execute(
        db,
        "select pg_notify('clock', '') from clocks where workspace_id = any(%s) and sandbox limit 1",
        [list(workspace_ids)],
    )


async def read(db: Db, workspace_id: UUID) -> Clock:
    return (await db.execute(select(Clock).where(col(Clock.workspace_id) == workspace_id))).scalar_one()


_WHO_IS_BUSY = text("""
select id as process_id, kind, updated_at as since, workflow_id from processes where workspace_id = :id and not rest
order by updated_at limit 20
""")
_WHAT_IS_QUEUED = text(f"""
select (select count(*) from event_queue where workspace_id = :id and shard <> {ASIDE}) as events,
       (select count(*) from outbox where workspace_id = :id) as deliveries,
       (select count(*) from messages where workspace_id = :id and state in ('reserved', 'sending')) as messages
""")


async def who_is_busy(db: Db, workspace_id: UUID) -> tuple[list[Any], Any]:
    """What keeps a sandbox clock from stepping: the processes that are not at rest, and the counts of what is queued."""
    processes = list(await db.execute(_WHO_IS_BUSY, {"id": workspace_id}))
    return processes, (await db.execute(_WHAT_IS_QUEUED, {"id": workspace_id})).one()
