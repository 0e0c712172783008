"""Statements that travel together arrive in order, answer each for itself, and fail as one."""

import asyncio
from typing import Any

import psycopg
import pytest

from core.db import Database, Scope, commit, execute, fetch, fetch_last, pipeline
from models.workspaces import Workspace

LARGE = "x" * 1_000_000  # more than the buffers of any socket


async def locked(database: Database, key: int) -> bool:
    """Whether somebody holds this advisory lock."""
    async with database.session() as other:
        [(count,)] = await fetch(
            other, "select count(*) from pg_locks where locktype = 'advisory' and objid = %s", [key]
        )
        return count > 0


async def test_a_statement_stays_here_until_somebody_waits(database: Database) -> None:
    async with database.session() as db, pipeline(db):
        await fetch(db, "select 1")  # the transaction has begun
        await execute(db, "select pg_advisory_xact_lock(%s)", [8_101])
        await asyncio.sleep(0.05)
        assert not await locked(database, 8_101)
        await fetch(db, "select 1")
        assert await locked(database, 8_101)


async def test_what_nobody_waited_for_is_done_at_the_commit(database: Database) -> None:
    async with database.session() as db:
        await execute(db, "create temp table kept (n int) on commit preserve rows")
        async with pipeline(db):
            for number in range(3):
                await execute(db, "insert into kept values (%s)", [number])
            await commit(db)
        assert await fetch(db, "select array_agg(n order by n) from kept") == [([0, 1, 2],)]
        await execute(db, "drop table kept")


async def test_everybody_gets_the_rows_of_their_own_statement(database: Database) -> None:
    async with database.session() as db, pipeline(db):
        for _ in range(8):  # so often that the statements are prepared in between
            answers = await asyncio.gather(
                *(fetch(db, "select %s::int, %s::text", [n, str(n)]) for n in range(20))
            )
            assert answers == [[(n, str(n))] for n in range(20)]


async def test_more_statements_than_are_kept_prepared(database: Database) -> None:
    async with database.session() as db, pipeline(db):
        for _ in range(7):
            queries: list[Any] = [f"select {n}, %s::int" for n in range(130)]
            answers = await asyncio.gather(*(fetch(db, query, [n]) for n, query in enumerate(queries)))
            assert answers == [[(n, n)] for n in range(130)]


async def test_large_questions_and_large_answers_do_not_wait_for_each_other(database: Database) -> None:
    async with asyncio.timeout(30), database.session() as db, pipeline(db):
        answers = await asyncio.gather(*(fetch(db, "select %s::text", [LARGE]) for _ in range(20)))
        assert all(answer == [(LARGE,)] for answer in answers)


@pytest.mark.parametrize("pieces", [1, 20])
async def test_a_large_statement_that_nobody_waits_for_is_sent_all_the_same(
    database: Database, pieces: int
) -> None:
    """A commit waits for answers only; what no buffer had room for must have gone before."""
    text = "x" * (40_000_000 // pieces)
    async with asyncio.timeout(60), database.session() as db, pipeline(db):
        await fetch(db, "select 1")
        for _ in range(pieces):
            await execute(db, "select %s::text is null", [text])
        await commit(db)


async def test_a_large_last_statement_is_sent_with_the_commit(database: Database) -> None:
    async with asyncio.timeout(60), database.session() as db:
        await fetch(db, "select 1")
        assert await fetch_last(db, "select length(%s::text)", ["x" * 40_000_000]) == [(40_000_000,)]


async def test_a_fault_shows_where_rows_are_read_and_undoes_everything(
    database: Database, workspace: Workspace
) -> None:
    async def fail() -> None:
        async with database.session(Scope(workspaces=(workspace.id,))) as db, pipeline(db):
            await execute(db, "update workspaces set name = 'Half done' where id = %s", [workspace.id])
            await execute(db, "select 1 / 0")
            await fetch(db, "select 1")

    with pytest.raises(psycopg.errors.DivisionByZero):
        await fail()
    async with database.session(Scope(workspaces=(workspace.id,))) as db:
        assert await fetch(db, "select name from workspaces") == [(workspace.name,)]


async def test_a_fault_that_nobody_reads_shows_at_the_commit(database: Database) -> None:
    async def fail() -> None:
        async with database.session() as db, pipeline(db):
            await fetch(db, "select 1")
            await execute(db, "select 1 / 0")
            await commit(db)

    with pytest.raises(psycopg.errors.DivisionByZero):
        await fail()
