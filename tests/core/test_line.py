"""The connection that one writer keeps: what it does is a transaction each time, and its end is noticed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import psycopg
import pytest

from core.db import Database, Db, Line, execute, fetch, scope_to
from models.custom_fields import CustomField
from models.workspaces import Workspace

NOW = datetime.now(UTC)


@pytest.fixture
async def line(database: Database) -> AsyncIterator[Line]:
    one = Line()
    yield one
    await one.close()


async def pid(line: Line) -> int:
    async with line.session() as db:
        [(number,)] = await fetch(db, "select pg_backend_pid()")
        return number


async def name(workspace: Workspace, db: Db) -> str:
    await scope_to(db, [workspace.id])
    [(found,)] = await fetch(db, "select name from workspaces where id = %s", [workspace.id])
    return found


async def rename(workspace: Workspace, db: Db, to: str) -> None:
    await scope_to(db, [workspace.id])
    await execute(db, "update workspaces set name = %s where id = %s", [to, workspace.id])


async def test_each_block_is_a_transaction_on_the_same_connection(
    database: Database, workspace: Workspace, line: Line
) -> None:
    first = await pid(line)
    async with line.session() as db:
        await rename(workspace, db, "Kept")
    async with database.session() as other:
        assert await name(workspace, other) == "Kept"
    assert await pid(line) == first


async def test_who_a_transaction_acts_for_ends_with_it(workspace: Workspace, line: Line) -> None:
    async with line.session() as db:
        assert await name(workspace, db)
    async with line.session() as db:
        assert await fetch(db, "select id from workspaces") == []


async def test_the_orm_and_the_driver_share_the_transaction(
    database: Database, workspace: Workspace, line: Line
) -> None:
    with pytest.raises(KeyError):
        await _both(line, workspace, "lost", KeyError())
    await _both(line, workspace, "kept")
    async with database.session() as other:
        await scope_to(other, [workspace.id])
        [row] = await fetch(other, "select name, currency from workspaces where id = %s", [workspace.id])
        assert row == ("kept", "CHF")


async def _both(line: Line, workspace: Workspace, to: str, error: Exception | None = None) -> None:
    async with line.session() as db:
        await rename(workspace, db, to)
        found = await db.get(Workspace, workspace.id)
        assert found is not None
        assert found.name == to
        found.currency = "CHF"
        if error:
            await db.flush()
            raise error


async def test_what_raises_leaves_nothing_and_the_next_one_goes_on(workspace: Workspace, line: Line) -> None:
    async def fail() -> None:
        async with line.session() as db:
            await rename(workspace, db, "Half done")
            await execute(db, "select 1 / 0")

    with pytest.raises(psycopg.errors.DivisionByZero):
        await fail()
    async with line.session() as db:
        assert await name(workspace, db) != "Half done"


async def test_what_is_cancelled_leaves_nothing(workspace: Workspace, line: Line) -> None:
    begun = asyncio.Event()

    async def wait() -> None:
        async with line.session() as db:
            await rename(workspace, db, "Half done")
            begun.set()
            await execute(db, "select pg_sleep(60)")

    waiting = asyncio.create_task(wait())
    await begun.wait()
    await asyncio.sleep(0.05)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    async with line.session() as db:
        assert await name(workspace, db) != "Half done"


async def test_a_connection_that_has_ended_meanwhile_is_replaced(database: Database, line: Line) -> None:
    """A restart of Postgres is nothing that whoever posts next should hear of."""
    ended = await pid(line)
    async with await psycopg.AsyncConnection.connect(database.url, autocommit=True) as owner:
        await owner.execute("select pg_terminate_backend(%s, 5000)", [ended])
    assert await pid(line) != ended


async def test_a_line_that_is_closed_can_be_used_again(line: Line) -> None:
    await pid(line)
    await line.close()
    await line.close()
    assert await pid(line)


async def test_an_orm_row_of_an_earlier_transaction_is_not_taken_for_the_one_of_now(
    database: Database, workspace: Workspace, line: Line
) -> None:
    async with line.session() as db:
        await scope_to(db, [workspace.id])
        held = await db.get(Workspace, workspace.id)
    async with database.session() as other:
        await rename(workspace, other, "Renamed elsewhere")
    async with line.session() as db:
        await scope_to(db, [workspace.id])
        again = await db.get(Workspace, workspace.id)
    assert held is not None
    assert again is not None
    assert again.name == "Renamed elsewhere"


async def test_it_is_for_one_at_a_time(workspace: Workspace, line: Line) -> None:
    """A second one is told so, and the first one is not disturbed."""
    async with line.session() as db:
        await rename(workspace, db, "Kept")
        with pytest.raises(RuntimeError, match="one writer"):
            await pid(line)
    async with line.session() as db:
        assert await name(workspace, db) == "Kept"


async def test_what_was_only_added_is_written_at_the_end(workspace: Workspace, line: Line) -> None:
    async with line.session() as db:
        await scope_to(db, [workspace.id])
        db.add(CustomField(workspace_id=workspace.id, name="size", label="Size", type="text", created_at=NOW))
    async with line.session() as db:
        await scope_to(db, [workspace.id])
        assert await fetch(db, "select name from custom_fields") == [("size",)]
