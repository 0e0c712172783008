"""The sweeper: finds what the dead have left, and starts again what Temporal has lost."""

import asyncio
import os
import socket
from datetime import UTC, datetime, timedelta

import structlog

from core.db import scope_to, session
from engine.loops import Lock, Loop
from models import clocks, owners, processes

log = structlog.get_logger(__name__)


class Claimant:
    """This process as an owner of claims: a number, and the advisory lock that is held while the process lives."""

    def __init__(self) -> None:
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._started = datetime.now(UTC)
        self.number: int | None = None
        self._lock: Lock | None = None
        self._one_by_one = asyncio.Lock()  # several loops ask, and one process has one number

    async def hold(self) -> int:
        """The number. The lock is taken before the number is listed, or a sweep in between would take us for dead."""
        async with self._one_by_one:
            if self.number is None or self._lock is None:
                async with session() as db:
                    self.number = await owners.next_number(db)
                self._lock = Lock(owners.LOCKS, self.number)
            await self._lock.held()
            async with session() as db:
                await owners.present(db, self.number, self._name, self._started)
            return self.number

    async def let_go(self) -> None:
        if self._lock is not None:
            await self._lock.release()


class Sweeper(Loop):
    """Twice a second: what a dead process was sending becomes `unknown`; its death is known by its lock, without a clock."""

    name = "sweeper"
    every = 0.5

    def __init__(self, claimant: Claimant) -> None:
        super().__init__()
        self._claimant = claimant

    async def turn(self) -> bool:
        mine = await self._claimant.hold()
        async with session() as db:
            dead = await owners.dead(db, mine)
            if dead:
                await scope_to(db, await clocks.all_workspaces(db))
            for owner in dead:
                orphans = await owners.bury(db, owner)
                log.warning("a worker has stopped", owner=owner, unknown=orphans)
        return False

    async def close(self) -> None:
        await self._claimant.let_go()


class Reviver(Loop):
    """Every five seconds: processes of real workspaces that are past their time are woken, or started when they are gone.

    So a lost database of Temporal loses nobody who waits. Sandboxes are looked after by the mover of their clock.
    """

    name = "reviver"
    every = 5.0
    late = timedelta(seconds=15)
    silent = timedelta(seconds=60)

    async def turn(self) -> bool:
        wall = datetime.now(UTC)
        async with session() as db:
            await scope_to(db, await clocks.all_workspaces(db))
            overdue = await processes.overdue(
                db, due_before=wall - self.late, silent_since=wall - self.silent
            )
            if overdue:
                log.warning("processes are past their time", count=len(overdue))
                await processes.revive(db, overdue)
        return False
