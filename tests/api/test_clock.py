"""The clock over the API: moving it on, one after the other, whoever else is slow to answer."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import text

from core.db import Scope, session
from core.settings import settings
from core.temporal import Link, Pending
from models.workspaces import Workspace
from tests.factories.clients import browser
from tests.factories.people import make_key
from tests.factories.workspaces import FRIDAY


class Silent(Link):
    """Temporal, when it takes its time: it answers once it is told to."""

    def __init__(self) -> None:
        super().__init__(settings())
        self.told = asyncio.Event()

    async def pending(self, workflow_id: str) -> Pending | None:
        await self.told.wait()
        return Pending("imports.advance", 3, "The file is away.")


@pytest.fixture
async def silent(app: FastAPI) -> AsyncIterator[Silent]:
    known, app.state.temporal = app.state.temporal, Silent()
    yield app.state.temporal
    app.state.temporal = known


@pytest.fixture
async def program(app: FastAPI, sandbox_workspace: Workspace) -> AsyncIterator[AsyncClient]:
    async with browser(app, headers={"Authorization": f"Bearer {await make_key(sandbox_workspace)}"}) as one:
        yield one


async def be_busy(workspace_id: UUID) -> None:
    async with session(Scope(workspaces=(workspace_id,))) as db:
        await db.execute(
            text(
                "insert into processes (id, workspace_id, workflow_id, kind, title, rank, started_at, updated_at)"
                " values (uuidv7(), :workspace, 'import/' || uuidv7(), 'import', '', 1, :at, :at)"
            ),
            {"workspace": workspace_id, "at": FRIDAY},
        )


async def test_two_move_it_on_at_once_while_temporal_is_slow_to_answer(
    program: AsyncClient, silent: Silent, sandbox_workspace: Workspace
) -> None:
    """Nobody has to wait with the clock in hand; the farther target holds."""
    await be_busy(sandbox_workspace.id)
    async with asyncio.timeout(10):
        answers = await asyncio.gather(
            *(program.post("/api/v1/clock/advance", json={"by": by}) for by in ("P3D", "P1D"))
        )
    assert [answer.status_code for answer in answers] == [202, 202]
    assert [answer.json()["busy"][0]["kind"] for answer in answers] == ["import"] * 2
    async with session(Scope(workspaces=(sandbox_workspace.id,))) as db:
        target = await db.scalar(
            text("select target from clocks where workspace_id = :id"), {"id": sandbox_workspace.id}
        )
    assert target == FRIDAY + timedelta(days=3)


async def test_what_each_process_is_trying_is_told_to_whoever_asks(
    program: AsyncClient, silent: Silent, sandbox_workspace: Workspace
) -> None:
    await be_busy(sandbox_workspace.id)
    assert (await program.post("/api/v1/clock/advance", json={"by": "P1D"})).json()["state"] == "moving"
    silent.told.set()
    (busy, *_) = (await program.get("/api/v1/clock")).json()["busy"]
    assert (busy["activity"], busy["attempt"], busy["message"]) == ("imports.advance", 3, "The file is away.")
