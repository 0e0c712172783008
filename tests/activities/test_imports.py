"""Imports survive: killed at any moment they go on where they stood, and nothing is lost or doubled."""

import asyncio
import sys
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from activities.imports import advance
from core.db import Db
from domain.imports import TakePages, make_plan
from domain.spreadsheets import read_sheet
from models import contacts, imports, processes
from models.contacts import Tagged
from models.workspaces import Workspace
from tests.conftest import Transaction
from tests.factories.contacts import make_contact
from tests.factories.imports import make_csv, run_import
from tests.factories.workspaces import FRIDAY

ROOT = Path(__file__).resolve().parent.parent.parent
# What a worker does, in a process that can be killed.
WORKER = """
import asyncio, sys, uuid
from core.db import Database, configure
from tests.factories.imports import run_import
configure(Database(sys.argv[1]))
asyncio.run(run_import(uuid.UUID(sys.argv[2]), sys.argv[3]))
"""


async def upload(db: Db, workspace: Workspace, data: bytes) -> UUID:
    sheet = read_sheet(data)
    row = await imports.upload(db, workspace.id, sheet, file="c.csv", by="Ada", at=FRIDAY)
    await imports.begin(db, row, make_plan(sheet, {}), sheet, dry_run=False, at=FRIDAY)
    return row.id


async def the_import(transaction: Transaction, workspace: Workspace, import_id: UUID) -> imports.Import:
    async with transaction() as db:
        return await imports.get(db, workspace.id, import_id)


async def counted(transaction: Transaction) -> dict[str, int]:
    async with transaction() as db:
        rows = await db.execute(
            text(
                "select 'contacts' as what, count(*) as n from contacts union all select name, count(*) from events group by name"
            )
        )
        return {row.what: row.n for row in rows}


async def killed(
    database_url: str, transaction: Transaction, workspace: Workspace, import_id: UUID, after: float
) -> None:
    """Run a worker until it has taken a page, and kill it a moment later."""
    before = await pages_taken(transaction, import_id)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WORKER, database_url, str(workspace.id), str(import_id), cwd=ROOT
    )
    while process.returncode is None and await pages_taken(transaction, import_id) == before:  # noqa: ASYNC110 -- another process
        await asyncio.sleep(0.01)
    await asyncio.sleep(after)
    assert process.returncode is None, "it had finished before it could be killed"
    process.kill()
    await process.wait()


async def pages_taken(transaction: Transaction, import_id: UUID) -> str:
    async with transaction() as db:
        states = text("select string_agg(state, ' ' order by number) from import_pages where import_id = :id")
        return await db.scalar(states, {"id": import_id}) or ""


async def test_killed_again_and_again_every_row_is_imported_and_undone_once(
    transaction: Transaction, workspace: Workspace, database_url: str
) -> None:
    async with transaction() as db:
        import_id = await upload(db, workspace, make_csv(*(f"p{n}@example.com,P{n}" for n in range(6_000))))
    for after in (0.0, 0.07, 0.13):
        await killed(database_url, transaction, workspace, import_id, after)
    await run_import(workspace.id, import_id)
    row = await the_import(transaction, workspace, import_id)
    assert (row.state, row.done, row.created, row.failed) == ("finished", 6_000, 6_000, 0)
    assert await counted(transaction) == {"contacts": 6_000, "contact.created": 6_000}
    async with transaction() as db:
        await imports.undo(db, await imports.get(db, workspace.id, import_id, lock=True))
    for after in (0.0, 0.05):
        await killed(database_url, transaction, workspace, import_id, after)
    await run_import(workspace.id, import_id)
    row = await the_import(transaction, workspace, import_id)
    assert (row.undo, row.removed, row.kept) == ("finished", 6_000, 0)
    assert await counted(transaction) == {"contacts": 0}


async def test_two_workers_on_one_import_do_its_pages_once(
    transaction: Transaction, workspace: Workspace
) -> None:
    async with transaction() as db:
        import_id = await upload(db, workspace, make_csv(*(f"p{n}@example.com,P{n}" for n in range(3_000))))
    await asyncio.gather(run_import(workspace.id, import_id), run_import(workspace.id, import_id))
    row = await the_import(transaction, workspace, import_id)
    assert (row.state, row.created) == ("finished", 3_000)
    assert await counted(transaction) == {"contacts": 3_000, "contact.created": 3_000}


async def test_a_held_import_stands_still(transaction: Transaction, workspace: Workspace) -> None:
    async with transaction() as db:
        import_id = await upload(db, workspace, make_csv("ada@example.com,Ada"))
        asked = TakePages(workspace_id=workspace.id, import_id=import_id)
        await db.execute(
            text(
                "insert into processes (id, workspace_id, workflow_id, kind, title, rank, held, started_at, updated_at)"
                " values (uuidv7(), :workspace, :id, 'import', '', 1, true, :at, :at)"
            ),
            {"workspace": workspace.id, "id": f"import/{import_id}", "at": FRIDAY},
        )
    turn = await advance(asked)
    assert (turn.held, turn.over) == (True, False)
    assert (await the_import(transaction, workspace, import_id)).state == "queued"
    async with transaction() as db:
        [shown] = await processes.page(db, workspace.id, processes.Filter(), before=None, limit=1)
        assert (shown.state, shown.waits_for) == ("waiting", "the release of its hold")
    async with transaction() as db:
        await db.execute(
            text("update processes set held = false where workflow_id = :id"), {"id": f"import/{import_id}"}
        )
    assert (await advance(asked)).over
    async with transaction() as db:
        record = list((await db.execute(text("select text from process_steps order by id"))).scalars())
    assert record == ["1 of 1 rows done", "Imported: 1 created, 0 updated, 0 failed"]


async def test_one_that_cannot_go_on_says_so_and_can_be_undone(
    transaction: Transaction, workspace: Workspace
) -> None:
    async with transaction() as db:
        import_id = await upload(db, workspace, make_csv(*(f"p{n}@example.com,P{n}" for n in range(1_500))))
    asked = TakePages(workspace_id=workspace.id, import_id=import_id)
    async with transaction() as db:
        row = await imports.get(db, workspace.id, import_id, lock=True)
        assert await imports.take(db, row)
        await db.execute(text("update workspaces set time_zone = 'Nowhere/Land'"))
    assert (await advance(asked)).over
    row = await the_import(transaction, workspace, import_id)
    assert (row.state, row.done) == ("failed", 1_000)
    assert "Nowhere/Land" in (row.fault or "")
    async with transaction() as db:
        await imports.undo(db, await imports.get(db, workspace.id, import_id, lock=True))
    await run_import(workspace.id, import_id)
    assert await counted(transaction) == {"contacts": 0}


async def test_one_that_is_gone_is_over(transaction: Transaction, workspace: Workspace) -> None:
    async with transaction() as db:
        import_id = await upload(db, workspace, make_csv("ada@example.com,Ada"))
        await db.execute(text("delete from imports where id = :id"), {"id": import_id})
    assert (await advance(TakePages(workspace_id=workspace.id, import_id=import_id))).over


async def test_what_passes_is_tried_again(
    transaction: Transaction, workspace: Workspace, database_url: str
) -> None:
    """A connection that is lost is an error of the moment: nothing is marked as failed."""
    async with transaction() as db:
        import_id = await upload(db, workspace, make_csv("ada@example.com,Ada"))
    async with transaction() as db:
        await imports.get(db, workspace.id, import_id, lock=True)
        waiting = asyncio.create_task(advance(TakePages(workspace_id=workspace.id, import_id=import_id)))
        await asyncio.sleep(0.3)
        await lose_those_that_wait(database_url)
        with pytest.raises(DBAPIError):
            await waiting
    assert (await the_import(transaction, workspace, import_id)).state == "queued"
    await run_import(workspace.id, import_id)
    assert (await the_import(transaction, workspace, import_id)).state == "finished"


async def lose_those_that_wait(database_url: str) -> None:
    waiting = "from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as admin:
        lost = await admin.execute(f"select pg_terminate_backend(pid) {waiting}")
        assert await lost.fetchall()


async def test_undoing_leaves_alone_whom_automations_have_met(
    transaction: Transaction, workspace: Workspace
) -> None:
    async with transaction() as db:
        ada = await make_contact(db, workspace.id, email="ada@example.com")
        import_id = await upload(db, workspace, make_csv("ada@example.com,Ada", "bob@example.com,Bob"))
    await run_import(workspace.id, import_id)
    async with transaction() as db:
        bob = next(c for c in (await contacts.find(db, workspace.id)).contacts if c.id != ada.id)
        await contacts.tag(db, [Tagged(workspace.id, bob.id, "welcomed", FRIDAY)])
        await imports.undo(db, await imports.get(db, workspace.id, import_id, lock=True))
    await run_import(workspace.id, import_id)
    row = await the_import(transaction, workspace, import_id)
    assert (row.restored, row.removed, row.kept) == (1, 0, 1)
    async with transaction() as db:
        assert await imports.kept(db, import_id, limit=10) == [
            {"row": 3, "message": "This contact has been active since, so it stays."}
        ]
