"""Housekeeping: what has served its time goes, secrets come under the key in force, and an outage ends nothing."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from api import housekeeping
from core import security
from core.db import Database, Scope
from core.security import Keyring
from models import secrets
from models.workspaces import Workspace

NOW = datetime.now(UTC)


async def test_secrets_come_under_the_key_in_force(
    database: Database, workspace: Workspace, other_workspace: Workspace, tmp_path: Path
) -> None:
    """One that cannot be opened any more stands in nobody's way."""
    keys = Keyring.of(tmp_path)
    for one in (workspace, other_workspace):
        async with database.session(Scope(workspaces=(one.id,))) as db:
            await secrets.put(db, keys, one.id, "token", "s3cret", now=NOW)
    async with database.session(Scope(workspaces=(workspace.id,))) as db:
        await db.execute(text("update secrets set key_id = 'gone'"))
    security.retire_instance_secret(tmp_path)
    await housekeeping.tidy(NOW, keys)
    async with database.session(Scope(workspaces=(other_workspace.id,))) as db:
        assert await db.scalar(text("select key_id from secrets")) == Keyring.of(tmp_path).current
        assert await secrets.reveal(db, keys, other_workspace.id, "token") == "s3cret"


async def test_it_goes_on_after_an_outage(tmp_path: Path) -> None:
    tried = asyncio.Event()
    times: list[datetime] = []

    async def away(now: datetime, _: Keyring) -> None:
        times.append(now)
        if len(times) > 1:
            tried.set()
        raise psycopg.OperationalError("the server closed the connection")

    keeping = asyncio.create_task(
        housekeeping.keep(Keyring.of(tmp_path), every=timedelta(milliseconds=1), task=away)
    )
    try:
        await asyncio.wait_for(tried.wait(), timeout=5)
    finally:
        keeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await keeping
