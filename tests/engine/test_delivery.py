"""Trying again: at the time that the other side names, and long enough also for what is old already."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog
from sqlalchemy import text

from activities import attention as deciding
from core.db import Database, Db, Scope, configure, session
from domain.ids import new_id
from domain.steps import Later, Performed
from engine.delivery import Delivery
from engine.sweeper import Claimant
from models import messages
from models.attention import Which
from models.messages import Claim, NewMessage
from models.workspaces import Workspace
from tests import servers

HOUR = timedelta(hours=1)


class Refusing(Delivery):
    """A channel of this test alone, whose other side is away."""

    name = "refusing"

    def __init__(self, claimant: Claimant, channel: str, later: Later) -> None:
        super().__init__(claimant)
        self.channels = [channel]
        self._later = later

    async def prepare(self, db: Db, claims: Sequence[Claim]) -> Sequence[Any]:
        return ["it"] * len(claims)

    async def perform(self, effect: Any) -> Performed:
        return self._later


@pytest.fixture
async def claimant(database: Database) -> AsyncIterator[Claimant]:
    one = Claimant()
    yield one
    await one.let_go()


async def tried(workspace: Workspace, loop: Refusing) -> Any:
    """The row of the message after it was claimed, tried and settled."""
    await loop.turn()
    await asyncio.sleep(0.01)
    await loop.turn()
    async with session(Scope(workspaces=(workspace.id,))) as db:
        return (await db.execute(text("select * from messages"))).one()


async def reserve(workspace: Workspace, channel: str, *, age: timedelta) -> None:
    async with session(Scope(workspaces=(workspace.id,))) as db:
        at = datetime.now(UTC) - age
        await messages.reserve(db, [NewMessage(workspace.id, channel, None, f"test:{new_id()}", at)])


@pytest.mark.parametrize(("after", "least"), [(2 * HOUR, 2 * HOUR), (None, timedelta(seconds=2))])
async def test_the_other_side_says_when(
    claimant: Claimant, workspace: Workspace, after: timedelta | None, least: timedelta
) -> None:
    channel = f"c{new_id().hex}"
    await reserve(workspace, channel, age=timedelta())
    begun = datetime.now(UTC)
    row = await tried(workspace, Refusing(claimant, channel, Later("Too many.", after)))
    assert row.state == "reserved"
    assert least <= row.not_before - begun < least + timedelta(seconds=30)


async def test_in_a_sandbox_nobody_waits_for_hours(claimant: Claimant, sandbox_workspace: Workspace) -> None:
    channel = f"c{new_id().hex}"
    await reserve(sandbox_workspace, channel, age=timedelta())
    row = await tried(sandbox_workspace, Refusing(claimant, channel, Later("Too many.", 2 * HOUR)))
    assert row.not_before - datetime.now(UTC) < timedelta(seconds=61)


async def test_what_is_old_is_tried_for_a_while_before_it_is_given_up(
    claimant: Claimant, workspace: Workspace
) -> None:
    """Somebody who sends again what failed last week means more than one attempt."""
    channel = f"c{new_id().hex}"
    await reserve(workspace, channel, age=timedelta(days=7))
    loop = Refusing(claimant, channel, Later("Away."))
    states: list[str] = []
    for _ in range(10):
        states.append((await tried(workspace, loop)).state)
        async with session(Scope(workspaces=(workspace.id,))) as db:
            await db.execute(text("update messages set not_before = null"))
    assert states == ["reserved"] * 9 + ["failed"]
    async with session(Scope(workspaces=(workspace.id,))) as db:
        assert (await deciding.retry(db, workspace.id, Which(state="failed"))).count == 1
    assert (await tried(workspace, loop)).state == "reserved"


async def test_it_stops_in_peace_while_postgres_is_away(
    database: Database, claimant: Claimant, workspace: Workspace
) -> None:
    """What it has begun is left for the sweeper, which finds it by the claim."""
    channel = f"c{new_id().hex}"
    await reserve(workspace, channel, age=timedelta())
    loop = Refusing(claimant, channel, Later("Away."))
    await loop.turn()
    configure(Database(f"postgresql://nobody@127.0.0.1:{servers.free_port()}/none"))
    try:
        with structlog.testing.capture_logs() as logs:
            await loop.close()
    finally:
        configure(database)
    assert [(line["log_level"], line["messages"]) for line in logs] == [("warning", 1)]
    async with session(Scope(workspaces=(workspace.id,))) as db:
        row = (await db.execute(text("select state, owner from messages"))).one()
    assert row == ("sending", claimant.number)
