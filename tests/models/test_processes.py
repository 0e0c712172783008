"""The registry of processes: what is woken again counts as running, so that one that gets lost then is missed."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from core.db import Db
from domain.ids import new_id
from models import outbox, processes
from models.workspaces import Workspace

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=3)


async def test_what_had_ended_runs_again_when_it_is_woken(db: Db, workspace: Workspace) -> None:
    wake = outbox.wake(workspace.id, "import", new_id())
    await db.execute(
        text(
            "insert into processes (id, workspace_id, workflow_id, kind, title, rank, state, done, parked, started_at, updated_at)"
            " values (uuidv7(), :workspace, :name, 'import', '', 1, 'finished', true, true, :at, :at)"
        ),
        {"workspace": workspace.id, "name": wake.workflow_id, "at": LONG_AGO},
    )
    await processes.expect(db, [wake], {workspace.id: NOW}, set())
    row = (await db.execute(text("select state, done, updated_at from processes"))).one()
    assert tuple(row) == ("running", False, NOW)


async def test_one_that_is_lost_while_it_runs_again_is_missed(db: Db, workspace: Workspace) -> None:
    wake = outbox.wake(workspace.id, "import", new_id())
    await processes.expect(db, [wake], {workspace.id: LONG_AGO}, set())
    await db.execute(text("update processes set state = 'finished', done = true, parked = true"))
    await processes.expect(db, [wake], {workspace.id: LONG_AGO}, set())
    silent = await processes.overdue(db, due_before=NOW, silent_since=NOW)
    assert silent == [wake.workflow_id]


async def test_everybody_gets_a_turn_behind_more_hopeless_ones_than_a_turn_takes(
    db: Db, workspace: Workspace
) -> None:
    """Those that were woken last come last, whether or not it helped."""
    await db.execute(
        text(
            "insert into processes (id, workspace_id, workflow_id, kind, title, rank, state, parked, wakes_at, started_at,"
            " updated_at) select uuidv7(), :workspace, 'import/' || uuidv7(), 'import', '', 1, 'waiting', true, :at, :at, :at"
            " from generate_series(1, 1100)"
        ),
        {"workspace": workspace.id, "at": LONG_AGO},
    )
    seen: set[str] = set()
    for turn in range(3):
        late = await processes.overdue(db, due_before=NOW, silent_since=NOW)
        assert len(late) <= 500
        seen |= set(late)
        wakes = [outbox.wake(workspace.id, "import", UUID(one.removeprefix("import/"))) for one in late]
        await processes.expect(db, wakes, {workspace.id: NOW + timedelta(seconds=5 * turn)}, set())
    assert len(seen) == 1_100
