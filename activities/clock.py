"""The sandbox clock's hands: processes park here, and the mover steps from wake-up to wake-up."""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import psycopg
from temporalio import activity
from temporalio.service import RPCError, RPCStatusCode

from core.db import Scope, database, session
from core.temporal import RPC_TIMEOUT
from domain.processes import Park, Start
from models import clocks, processes

_SILENCE = 5.0  # seconds after which a wake-up that nobody answered is sent again
_AT_ONCE = 64


@activity.defn(name="clock.park")
async def park(said: Park) -> datetime:
    """A process says that it waits or is done; returns business time, by which it notices that it was woken already."""
    async with session(Scope(workspaces=(said.workspace_id,))) as db:
        now = await clocks.now(db, said.workspace_id)
        await processes.park(db, said, now)
        await clocks.announce(db, [said.workspace_id])
    return now


@activity.defn(name="clock.read")
async def read(workspace_id: UUID) -> datetime:
    async with session(Scope(workspaces=(workspace_id,))) as db:
        return await clocks.now(db, workspace_id)


@activity.defn(name="clock.move")
async def move(asked: Start) -> None:
    """Step the clock until its target is reached; says every second that it is alive."""
    workspace_id = asked.subject_id
    listener = await database().connect()
    try:
        await listener.execute("listen clock")
        silent = 0.0
        while (step := await _step(workspace_id)).state != "rest":
            activity.heartbeat(step.now)
            if step.state == "stepped":
                silent = 0.0
                await _wake(workspace_id, step.woken, step.now)
            elif await _heard(listener):
                silent = 0.0
            elif (silent := silent + 1.0) >= _SILENCE:
                silent = 0.0
                await _wake(workspace_id, await _unanswered(workspace_id), step.now)
    finally:
        await listener.close()


async def _step(workspace_id: UUID) -> clocks.Step:
    async with session(Scope(workspaces=(workspace_id,))) as db:
        return await clocks.step(db, workspace_id)


async def _unanswered(workspace_id: UUID) -> list[str]:
    async with session(Scope(workspaces=(workspace_id,))) as db:
        return list(await clocks.unanswered(db, workspace_id))


async def _heard(listener: psycopg.AsyncConnection) -> bool:
    """Whether anything was announced within a second."""
    async for _ in listener.notifies(timeout=1.0, stop_after=1):
        return True
    return False


async def _wake(workspace_id: UUID, workflow_ids: Iterable[str], now: datetime) -> None:
    limit = asyncio.Semaphore(_AT_ONCE)
    lost: list[str] = []

    async def one(workflow_id: str) -> None:
        async with limit:
            try:
                handle = activity.client().get_workflow_handle(workflow_id)
                await handle.signal("clock.wake", now, rpc_timeout=RPC_TIMEOUT)
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
                lost.append(workflow_id)

    await asyncio.gather(*(one(workflow_id) for workflow_id in workflow_ids))
    if lost:
        async with session(Scope(workspaces=(workspace_id,))) as db:
            await processes.revive(db, lost)
