"""Trying again: at the time that the other side names, and long enough also for what is old already."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import pytest
import structlog
from sqlalchemy import text

from activities import attention as deciding
from core.db import Database, Db, Scope, configure, session
from domain.ids import new_id
from domain.steps import Later, Performed, Refused, Sent
from engine.delivery import Delivery, Flight
from engine.sweeper import Claimant
from models import messages
from models.attention import Which
from models.messages import Claim, NewMessage
from models.workspaces import Workspace
from tests import servers

HOUR = timedelta(hours=1)
Kept = TypeVar("Kept", bound=Delivery)


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


class Faulty(Delivery):
    """A channel with faults of its own; the key of a message says which of them it meets."""

    name = "faulty"

    def __init__(self, claimant: Claimant, channel: str) -> None:
        super().__init__(claimant)
        self.channels = [channel]

    async def prepare(self, db: Db, claims: Sequence[Claim]) -> Sequence[Any]:
        keys = {claim.send_key for claim in claims}
        if "unpreparable" in keys:
            raise KeyError("unpreparable")
        if "short of files" in keys:
            raise OSError(24, "Too many open files")
        return [claim.send_key for claim in claims]

    async def perform(self, effect: Any) -> Performed:
        match effect:
            case "unstorable":
                return Sent({"answer": "\x00"})
            case "unstorable refusal":
                return Refused("No\x00")
            case _:
                return Sent()

    async def announce(self, db: Db, settled: Sequence[Flight], now: Mapping[UUID, datetime]) -> None:
        if any(flight.effect == "untellable" for flight in settled):
            raise KeyError("untellable")


@pytest.fixture
async def claimant(database: Database) -> AsyncIterator[Claimant]:
    one = Claimant()
    yield one
    await one.let_go()


@asynccontextmanager
async def ending(loop: Kept) -> AsyncGenerator[Kept]:
    try:
        yield loop
    finally:
        await loop.close()


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
    async with ending(Refusing(claimant, channel, Later("Too many.", after))) as loop:
        row = await tried(workspace, loop)
    assert row.state == "reserved"
    assert least <= row.not_before - begun < least + timedelta(seconds=30)


async def test_in_a_sandbox_nobody_waits_for_hours(claimant: Claimant, sandbox_workspace: Workspace) -> None:
    channel = f"c{new_id().hex}"
    await reserve(sandbox_workspace, channel, age=timedelta())
    async with ending(Refusing(claimant, channel, Later("Too many.", 2 * HOUR))) as loop:
        row = await tried(sandbox_workspace, loop)
    assert row.not_before - datetime.now(UTC) < timedelta(seconds=61)


async def test_what_is_old_is_tried_for_a_while_before_it_is_given_up(
    claimant: Claimant, workspace: Workspace
) -> None:
    """Somebody who sends again what failed last week means more than one attempt."""
    channel = f"c{new_id().hex}"
    await reserve(workspace, channel, age=timedelta(days=7))
    states: list[str] = []
    async with ending(Refusing(claimant, channel, Later("Away."))) as loop:
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
    await loop._line.close()
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


async def outcomes(workspace: Workspace, loop: Delivery, *keys: str) -> dict[str, tuple[str, str]]:
    """State and reason of each of these messages, after the loop has had them together."""
    async with session(Scope(workspaces=(workspace.id,))) as db:
        at = datetime.now(UTC)
        await messages.reserve(
            db, [NewMessage(workspace.id, loop.channels[0], None, key, at) for key in keys]
        )
    while await loop.turn():  # noqa: ASYNC110 -- what it performs here takes no time
        await asyncio.sleep(0.01)
    async with session(Scope(workspaces=(workspace.id,))) as db:
        rows = await db.execute(text("select send_key, state, coalesce(reason, '') from messages"))
        return {key: (state, reason) for key, state, reason in rows}


@pytest.mark.parametrize(
    ("bad", "state", "said"),
    [
        ("unpreparable", "failed", "nothing was sent"),
        ("unstorable", "unknown", "Look on the other side"),
        ("untellable", "unknown", "Look on the other side"),
        ("unstorable refusal", "failed", "This was not done"),
    ],
)
async def test_a_message_that_cannot_be_done_stops_no_other(
    claimant: Claimant, workspace: Workspace, bad: str, state: str, said: str
) -> None:
    """What was not sent has failed; what may have been sent is never called failed, since that may be sent again."""
    async with ending(Faulty(claimant, f"c{new_id().hex}")) as loop:
        found = await outcomes(workspace, loop, "first", bad, "last")
        assert found["first"] == found["last"] == ("sent", "")
        assert found[bad][0] == state
        assert said in found[bad][1]
        assert await outcomes(workspace, loop, "next") == {**found, "next": ("sent", "")}


async def test_a_machine_that_is_short_of_something_fails_no_message(
    claimant: Claimant, workspace: Workspace
) -> None:
    loop = Faulty(claimant, f"c{new_id().hex}")
    with pytest.raises(OSError, match="Too many open files"):
        await outcomes(workspace, loop, "short of files")
    async with session(Scope(workspaces=(workspace.id,))) as db:
        assert (await db.execute(text("select state from messages"))).scalars().all() == ["reserved"]
