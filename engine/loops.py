"""What every loop of the engine shares: it sleeps until it is told, drains what is queued, and outlives Postgres.

A loop is not a Temporal activity: as one it would be cancelled nine seconds into an outage of Temporal, and it has no need
to be durable, because what it works on is (docs/adr/0003-loops-not-activities.md).
"""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence

import psycopg
import sqlalchemy.exc
import structlog
from psycopg import sql

from core import telemetry
from core.db import database

log = structlog.get_logger(__name__)

# InterfaceError: psycopg found its connection closed. Anything else is a fault of ours and ends the process: a loop that
# died silently is worse than a restart.
AWAY = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    sqlalchemy.exc.OperationalError,
    sqlalchemy.exc.InterfaceError,
    sqlalchemy.exc.TimeoutError,
)
GATHER = 0.008  # seconds that a busy loop lets pass: batches grow, and the cost of each item is halved
_LOCK_SEEN_FOR = 0.25  # seconds
_NET = 1.0  # seconds: a poll catches what a lost notification did not tell


class Loop(ABC):
    """One queue of work. `channel` is the Postgres channel on which it is told of new work."""

    name: str
    channel: str | None = None
    every: float = _NET

    def __init__(self) -> None:
        self.told = asyncio.Event()
        self._turned = time.monotonic()

    @property
    def silent_for(self) -> float:
        """Seconds since it last began a turn; many of them mean that it hangs."""
        return time.monotonic() - self._turned

    @abstractmethod
    async def turn(self) -> bool:
        """Do one batch; whether there may be more right now."""

    async def close(self) -> None:  # noqa: B027 -- most loops hold nothing
        """Give back what it holds."""

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                self.told.clear()
                while await self._turn() and not stop.is_set():
                    pass
            except AWAY as error:
                log.warning("the database is away", loop=self.name, error=type(error).__name__)
                await asyncio.sleep(0.05)
                continue
            await self._rest(stop)
        await self.close()

    async def _turn(self) -> bool:
        self._turned = time.monotonic()
        with telemetry.TURN.labels(self.name).time():
            return await self.turn()

    async def _rest(self, stop: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(self.every):
                await first(self.told, stop)
        except TimeoutError:
            return


async def first(*events: asyncio.Event) -> None:
    """Until one of them is set."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()


class Lock:
    """A session advisory lock on a connection of its own: held while this process lives, free the moment it does not."""

    def __init__(self, space: int, key: int = 0) -> None:
        self._space, self._key = space, key
        self._connection: psycopg.AsyncConnection | None = None
        self._seen = 0.0

    async def held(self) -> bool:
        """Hold the lock, taking it if it is free. Asked many times a second, Postgres is asked a few times."""
        if self._connection is not None:
            if time.monotonic() < self._seen + _LOCK_SEEN_FOR:
                return True
            try:
                await self._connection.execute("select 1")
            except AWAY:
                await self.release()
            else:
                self._seen = time.monotonic()
                return True
        connection = await database().connect()
        cursor = await connection.execute("select pg_try_advisory_lock(%s, %s)", (self._space, self._key))
        row = await cursor.fetchone()
        if row and row[0]:
            self._connection, self._seen = connection, time.monotonic()
            return True
        await connection.close()
        return False

    async def release(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None


class Ears:
    """One connection that listens for all loops of this process."""

    def __init__(self, loops: Sequence[Loop]) -> None:
        self._loops = loops

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self._listen(stop)
            except AWAY:
                await asyncio.sleep(0.05)

    async def _listen(self, stop: asyncio.Event) -> None:
        async with await database().connect() as connection:
            for channel in {loop.channel for loop in self._loops if loop.channel}:
                await connection.execute(sql.SQL("listen {}").format(sql.Identifier(channel)))
            tell(self._loops)  # whatever was said while nobody listened is lost: every loop looks once
            while not stop.is_set():
                async for said in connection.notifies(timeout=1.0):
                    tell(loop for loop in self._loops if loop.channel == said.channel)


def tell(loops: Iterable[Loop]) -> None:
    for loop in loops:
        loop.told.set()
