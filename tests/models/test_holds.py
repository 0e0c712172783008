"""Holds: a release and those who move meanwhile do not miss each other."""

import asyncio
from datetime import UTC, datetime

import pytest

from models import holds
from models.workspaces import Workspace
from tests.conftest import Transaction

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
async def held(transaction: Transaction, workspace: Workspace) -> tuple[str, str]:
    async with transaction() as db:
        await holds.hold(db, workspace.id, "workspace", workspace.id, now=NOON, by="Maya")
    return "workspace", str(workspace.id)


async def test_a_release_waits_for_those_who_stand_because_of_it(
    transaction: Transaction, workspace: Workspace, held: tuple[str, str]
):
    """Whom they leave standing would else not be seen by it, and nothing would move them afterwards."""

    async def release() -> None:
        async with transaction() as db:
            await holds.release(db, workspace.id, *held, now=NOON)

    async with transaction() as one, transaction() as other:
        assert await holds.in_force(one, [workspace.id]) == {(workspace.id, *held)}
        assert await holds.in_force(other, [workspace.id]) == {(workspace.id, *held)}
        releasing = asyncio.create_task(release())
        await asyncio.wait([releasing], timeout=0.3)
        assert not releasing.done()
    await asyncio.wait_for(releasing, 5)
    async with transaction() as db:
        assert await holds.in_force(db, [workspace.id]) == frozenset()


async def test_what_is_being_released_stops_nobody(
    transaction: Transaction, workspace: Workspace, held: tuple[str, str]
):
    async with transaction() as releasing, transaction() as db:
        await holds.release(releasing, workspace.id, *held, now=NOON)
        async with asyncio.timeout(5):
            assert await holds.in_force(db, [workspace.id]) == frozenset()
