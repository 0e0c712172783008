"""T20: nothing that was kept in confidence can be read in the database, moved, or lost by a rotation."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from core import security
from core.db import Database, Scope
from core.security import CannotOpen, Keyring, new_token
from domain.ids import new_id
from models import secrets
from models.workspaces import Workspace
from tests.factories.clients import browser, signed_in
from tests.factories.people import make_person

NOW = datetime.now(UTC)


@pytest.fixture
def keys(tmp_path: Path) -> Keyring:
    return Keyring.of(tmp_path)


async def test_what_was_put_is_revealed_replaced_and_removed(
    database: Database, workspace: Workspace, keys: Keyring
) -> None:
    async with database.session(Scope(workspaces=(workspace.id,))) as db:
        first = await secrets.put(db, keys, workspace.id, "smtp", "one", now=NOW)
        assert await secrets.put(db, keys, workspace.id, "smtp", "two", now=NOW) == first
        assert await secrets.reveal(db, keys, workspace.id, "smtp") == "two"
        await secrets.remove(db, workspace.id, "smtp")
        assert await secrets.reveal(db, keys, workspace.id, "smtp") is None


async def test_another_workspace_finds_nothing(
    database: Database, workspace: Workspace, other_workspace: Workspace, keys: Keyring
) -> None:
    async with database.session(Scope(workspaces=(workspace.id,))) as db:
        await secrets.put(db, keys, workspace.id, "smtp", "one", now=NOW)
    async with database.session(Scope(workspaces=(other_workspace.id,))) as db:
        assert await secrets.reveal(db, keys, workspace.id, "smtp") is None


async def test_a_ciphertext_moved_to_another_row_does_not_open(
    database: Database, workspace: Workspace, other_workspace: Workspace, keys: Keyring
) -> None:
    """Somebody who can write to the database copies a token from one workspace into a row of their own."""
    async with database.session(Scope(workspaces=(workspace.id, other_workspace.id))) as db:
        await secrets.put(db, keys, workspace.id, "smtp", "theirs", now=NOW)
        await secrets.put(db, keys, other_workspace.id, "smtp", "mine", now=NOW)
        await db.execute(
            text(
                "update secrets m set ciphertext = t.ciphertext from secrets t"
                " where m.workspace_id = :mine and t.workspace_id = :theirs"
            ),
            {"mine": other_workspace.id, "theirs": workspace.id},
        )
        db.expire_all()
        with pytest.raises(CannotOpen):
            await secrets.reveal(db, keys, other_workspace.id, "smtp")
        await db.rollback()


async def test_the_key_is_rotated_while_everybody_goes_on(
    database: Database, workspace: Workspace, tmp_path: Path
) -> None:
    """Readers and writers with the keyring of before never fail, and in the end nothing is sealed with the old key."""
    running, scope = Keyring.of(tmp_path), Scope(workspaces=(workspace.id,))
    async with database.session(scope) as db:
        for number in range(30):
            await secrets.put(db, running, workspace.id, f"token {number}", str(number), now=NOW)
    stop = asyncio.Event()

    async def read_and_write() -> int:
        rounds = 0
        while not stop.is_set() or rounds < 30:
            number = rounds % 30
            async with database.session(scope) as db:
                assert await secrets.reveal(db, running, workspace.id, f"token {number}") == str(number)
                await secrets.put(db, running, workspace.id, f"token {number}", str(number), now=NOW)
            rounds += 1
        return rounds

    busy = asyncio.create_task(read_and_write())
    await asyncio.sleep(0.05)
    security.retire_instance_secret(tmp_path)
    rotating = Keyring.of(tmp_path)
    resealed = 0
    for _ in range(10):
        async with database.session(scope) as db:
            resealed += await secrets.reseal(db, rotating, limit=10)
        await asyncio.sleep(0.01)
    stop.set()
    assert await busy >= 30
    async with database.session(scope) as db:
        while await secrets.reseal(db, rotating):
            pass
        used = set(await db.scalars(text("select distinct key_id from secrets")))
    assert resealed > 0  # what was written meanwhile has the new key already
    assert used == {rotating.current}


async def test_no_canary_is_in_the_database(
    app: FastAPI, database: Database, database_url: str, workspace: Workspace, keys: Keyring
) -> None:
    """Forty secrets through every door; then every row of every table is searched for each."""
    canaries: list[str] = []

    def canary(kind: str) -> str:
        canaries.append(f"{kind}-canary-{new_id().hex}")
        return canaries[-1]

    async with database.session(Scope(workspaces=(workspace.id,))) as db:
        for number in range(20):
            await secrets.put(db, keys, workspace.id, f"connection {number}", canary("token"), now=NOW)
    for number in range(8):
        async with browser(app, address=f"2001:db8:9::{number}") as visitor:
            details = {"business_name": "Shop", "name": "Ada", "email": f"ada.{new_id().hex}@example.com"}
            answer = await visitor.post(
                "/sign-up", data={**details, "password": canary("password"), "time_zone": "UTC"}
            )
            assert answer.status_code == 303
            canaries.append(visitor.cookies["session"])
    async with signed_in(app, await make_person(workspace)) as person:
        for _ in range(4):
            made = await person.post(
                "/api/v1/api-keys",
                json={"name": "Shop", "scopes": ["events:write"]},
                headers={"Idempotency-Key": new_token()},
            )
            invited = await person.post(
                "/api/v1/team/invitations", json={"email": f"a{new_id().hex}@example.com", "role": "viewer"}
            )
            canaries += [made.json()["key"], invited.json()["url"].rsplit("/", 1)[1]]
    assert len(canaries) >= 40
    dump = await _dump(database_url)
    assert "Corner Shop" in dump, "the search finds what is there"
    assert [one for one in canaries if one in dump] == []


async def _dump(url: str) -> str:
    async with await psycopg.AsyncConnection.connect(url) as owner:
        tables = await owner.execute("select tablename from pg_tables where schemaname = 'public'")
        rows: list[Any] = []
        for (table,) in await tables.fetchall():
            found = await owner.execute(
                f"select encode(convert_to(t::text, 'UTF8'), 'escape') from {table} t"
            )  # type: ignore[arg-type]
            rows += [row[0] for row in await found.fetchall()]
            if table == "idempotency_keys":
                bodies = await owner.execute("select encode(body, 'escape') from idempotency_keys")
                rows += [row[0] for row in await bodies.fetchall()]
    return "\n".join(rows)
