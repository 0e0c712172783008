"""The sandbox clock: everything happens in order and is dated to its due time, whatever is killed or comes twice."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from core.db import Scope, session
from domain.processes import Park, Wake
from models import clocks, outbox, processes
from models.workspaces import Workspace
from tests.engine.running import Engine
from tests.factories.workspaces import FRIDAY, make_workspace
from tests.workflows.conftest import Sandbox

DAY = timedelta(days=1)


async def test_every_wait_is_dated_to_the_instant_at_which_it_was_due(sandbox: Sandbox) -> None:
    await sandbox.start("steps")
    assert await sandbox.advance(by=30 * DAY) == FRIDAY + 30 * DAY
    record = await sandbox.record()
    assert [(said, at) for said, at, _ in record] == [(f"day {n}", FRIDAY + n * DAY) for n in (1, 2, 3)]
    assert [details["clock"] for _, _, details in record] == [str(FRIDAY + n * DAY) for n in (1, 2, 3)]


async def test_the_clock_stops_short_of_what_lies_behind_its_target(sandbox: Sandbox) -> None:
    await sandbox.start("steps")
    await sandbox.advance(by=1.5 * DAY)
    assert [said for said, _, _ in await sandbox.record()] == ["day 1"]
    await sandbox.advance(by=DAY)
    assert [said for said, _, _ in await sandbox.record()] == ["day 1", "day 2"]


async def test_a_parent_goes_on_at_the_instant_at_which_its_child_ended(sandbox: Sandbox) -> None:
    parent = await sandbox.start("parent")
    await sandbox.advance(by=30 * DAY)
    ended = [at for said, at, _ in await sandbox.record(parent) if said.startswith("child")]
    assert ended == [FRIDAY + 5 * DAY, FRIDAY + 10 * DAY]
    assert set((await sandbox.states()).values()) == {"finished"}


async def test_a_word_that_comes_between_two_steps_is_heard_before_the_next(sandbox: Sandbox) -> None:
    subject = await sandbox.start("reminded")
    await sandbox.advance(by=3 * DAY)
    await sandbox.put(outbox.signal(sandbox.id, "reminded", subject, "word"))
    await sandbox.advance(by=30 * DAY)
    assert [(said, at) for said, at, _ in await sandbox.record()] == [
        ("heard", FRIDAY + 3 * DAY),
        ("gave up", FRIDAY + 10 * DAY),
    ]


async def test_a_word_that_is_delivered_twice_is_heard_once(engine: Engine, sandbox: Sandbox) -> None:
    subject = await sandbox.start("reminded")
    await sandbox.advance(by=DAY)
    await sandbox.put(outbox.signal(sandbox.id, "reminded", subject, "word"))
    await sandbox.advance(by=DAY)
    handle = engine.client.get_workflow_handle(f"reminded/{subject}")
    await handle.signal(
        "word", Wake(number=1)
    )  # as the relay does that was killed before it noted the delivery
    await sandbox.advance(by=30 * DAY)
    assert [said for said, _, _ in await sandbox.record()] == ["heard", "gave up"]


async def test_a_process_that_fails_does_not_hold_the_clock(sandbox: Sandbox) -> None:
    await sandbox.start("failing")
    await sandbox.advance(by=DAY)
    assert list((await sandbox.states()).values()) == ["failed"]


async def test_a_process_that_never_parks_stands_in_the_way_until_it_is_held(sandbox: Sandbox) -> None:
    async with session(Scope(workspaces=(sandbox.id,))) as db:
        await db.execute(
            text(
                "insert into processes (id, workspace_id, workflow_id, kind, title, rank, started_at, updated_at)"
                " values (uuidv7(), :ws, 'steps/' || gen_random_uuid(), 'steps', '', 1, now(), now())"
            ),
            {"ws": sandbox.id},
        )
    target = await sandbox.aim(by=DAY)
    await asyncio.sleep(0.5)
    async with session(Scope(workspaces=(sandbox.id,))) as db:
        busy, _ = await clocks.who_is_busy(db, sandbox.id)
        assert [process.kind for process in busy] == ["steps"]
        await processes.hold(db, busy[0].process_id, by="Maya", now=FRIDAY)
    await sandbox.rest(target)


async def test_several_targets_at_once_lead_to_the_greatest(sandbox: Sandbox) -> None:
    await sandbox.start("steps")
    await asyncio.gather(*(sandbox.aim(by=n * DAY) for n in (1, 5, 2, 4, 3)))
    await sandbox.rest(FRIDAY + 5 * DAY)
    assert len(await sandbox.record()) == 3


async def test_a_worker_that_goes_away_in_the_middle_changes_nothing(
    engine: Engine, sandbox: Sandbox
) -> None:
    for _ in range(5):
        await sandbox.start("steps")
    target = await sandbox.aim(by=10 * DAY)
    await asyncio.sleep(0.1)
    await engine.pause()
    engine.resume()
    await sandbox.rest(target)
    dates = sorted(at for _, at, _ in await sandbox.record())
    assert dates == sorted(FRIDAY + n * DAY for n in (1, 2, 3) for _ in range(5))


async def test_a_process_that_temporal_has_lost_is_started_again(engine: Engine, sandbox: Sandbox) -> None:
    subject = await sandbox.start("steps")
    await sandbox.advance(by=1.5 * DAY)
    await engine.client.get_workflow_handle(f"steps/{subject}").terminate()
    await sandbox.advance(by=30 * DAY)
    assert (await sandbox.states()) == {f"steps/{subject}": "finished"}


async def test_twenty_sandboxes_move_side_by_side(engine: Engine) -> None:
    async def one() -> list[timedelta]:
        sandbox = Sandbox(await make_workspace(sandbox=True))
        await sandbox.start("steps")
        await sandbox.advance(by=10 * DAY)
        return [at - FRIDAY for _, at, _ in await sandbox.record()]

    assert await asyncio.gather(*(one() for _ in range(20))) == [[DAY, 2 * DAY, 3 * DAY]] * 20


async def test_a_real_workspace_waits_on_a_timer(engine: Engine, workspace: Workspace) -> None:
    async with session(Scope(workspaces=(workspace.id,))) as db:
        subject = workspace.id
        await outbox.put(db, [outbox.start(workspace.id, "blink", subject)])
    handle = engine.client.get_workflow_handle(f"blink/{subject}")
    async with asyncio.timeout(20):
        while not await _described(handle):  # noqa: ASYNC110 -- it is started by the relay, which tells nobody
            await asyncio.sleep(0.05)
        await handle.result()
    async with session(Scope(workspaces=(workspace.id,))) as db:
        states = await db.execute(text("select state, done from processes"))
        assert states.all() == [("finished", True)]


async def _described(handle: object) -> bool:
    from temporalio.client import WorkflowHandle
    from temporalio.service import RPCError

    assert isinstance(handle, WorkflowHandle)
    try:
        await handle.describe()
    except RPCError:
        return False
    return True


@pytest.mark.parametrize(
    ("parks", "seen", "counts"),
    [(3, 1, True), (3, 0, False), (2, 1, False), (2, 9, False), (1, 0, False), (4, 1, True)],
    ids=["the next", "older delivery", "released already", "stale", "long ago", "later"],
)
async def test_a_stale_park_changes_nothing(
    sandbox_workspace: Workspace, parks: int, seen: int, *, counts: bool
) -> None:
    """The row knows park 3 with delivery 1, of which number 2 was released: what a slow dead worker says is older."""
    workflow_id = f"steps/{sandbox_workspace.id}"
    async with session(Scope(workspaces=(sandbox_workspace.id,))) as db:
        await db.execute(
            text(
                "insert into processes (id, workspace_id, workflow_id, kind, title, rank, parks, released, seen, poked,"
                " started_at, updated_at) values (uuidv7(), :ws, :id, 'steps', '', 1, 3, 2, 1, 1, now(), now())"
            ),
            {"ws": sandbox_workspace.id, "id": workflow_id},
        )
        said = Park(
            workspace_id=sandbox_workspace.id,
            workflow_id=workflow_id,
            kind="steps",
            parks=parks,
            seen=seen,
            until=FRIDAY + DAY,
        )
        await processes.park(db, said, FRIDAY)
        parked = (await db.execute(text("select parked from processes"))).scalar_one()
    assert parked is counts
