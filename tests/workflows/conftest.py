"""A running engine for the tests of processes, and a sandbox whose clock a test moves."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from core.db import Database, Scope, session
from core.settings import Settings
from domain.ids import new_id
from models import clocks, outbox
from models.workspaces import Workspace
from tests.engine.running import Engine, running
from tests.temporal import address, make_namespace

_PATIENCE = 25.0  # seconds without a step; Temporal notices a dead worker after ten


@pytest.fixture(scope="module")
async def engine(database: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Engine]:
    """Relay, worker and mover, in a namespace of their own. They stop with the last test of the module: the tests of the
    demo name another database for this process, and an engine that still ran would work on that one."""
    namespace = f"test-{new_id().hex[-12:]}"
    await make_namespace(address(), namespace)
    config = Settings(
        temporal_address=address(),
        temporal_namespace=namespace,
        mainspring_home=tmp_path_factory.mktemp("home"),
        allow_private_urls=True,
    )
    async with running(config) as engine:
        yield engine


class Sandbox:
    """A sandbox workspace: start processes in it, move its clock, read what they wrote."""

    def __init__(self, workspace: Workspace) -> None:
        self.id: UUID = workspace.id

    async def put(self, *rows: outbox.Outbox) -> None:
        async with session(Scope(workspaces=(self.id,))) as db:
            await outbox.put(db, rows)

    async def start(self, kind: str) -> UUID:
        subject = new_id()
        await self.put(outbox.start(self.id, kind, subject))
        return subject

    async def aim(self, *, by: timedelta) -> datetime:
        async with session(Scope(workspaces=(self.id,))) as db:
            now = await clocks.take(db, self.id)
            target = await clocks.aim(db, self.id, now + by)
            await outbox.put(db, [outbox.wake(self.id, "clock", self.id)])
        return target

    async def advance(self, *, by: timedelta) -> datetime:
        """Move the clock and wait until it has come to rest; a clock that takes no step for long is stuck."""
        target = await self.aim(by=by)
        await self.rest(target)
        return target

    async def rest(self, target: datetime) -> None:
        loop = asyncio.get_running_loop()
        steps, since = -1, loop.time()
        while True:
            async with session(Scope(workspaces=(self.id,))) as db:
                clock = await clocks.read(db, self.id)
                if clock.now == target:
                    return
                busy = await clocks.who_is_busy(db, self.id)
            if clock.steps != steps:
                steps, since = clock.steps, loop.time()
            if loop.time() - since > _PATIENCE:
                raise AssertionError(f"the clock stands at {clock.now}: {busy}")
            await asyncio.sleep(0.02)

    async def record(self, subject: UUID | None = None) -> list[tuple[str, datetime, dict[str, Any]]]:
        """What processes wrote, in order: text, when by their own clock, details."""
        async with session(Scope(workspaces=(self.id,))) as db:
            rows = await db.execute(
                text(
                    "select s.text, s.at, s.details from process_steps s join processes p on p.id = s.process_id"
                    " where cast(:subject as uuid) is null or p.subject_id = :subject order by s.id"
                ),
                {"subject": subject},
            )
            return [tuple(row) for row in rows]  # pyright: ignore[reportReturnType]

    async def states(self) -> dict[str, str]:
        async with session(Scope(workspaces=(self.id,))) as db:
            rows = await db.execute(text("select workflow_id, state from processes"))
            return {row.workflow_id: row.state for row in rows}


@pytest.fixture
async def sandbox(engine: Engine, sandbox_workspace: Workspace) -> Sandbox:
    return Sandbox(sandbox_workspace)
