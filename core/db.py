"""The database: one pool a process, one transaction a unit of work, and the scope that row-level security reads.

Every connection takes the application role, which owns nothing and cannot bypass a policy. A transaction says for whom it
acts (`Scope`); what lies outside of that does not exist for it. Only this file commits.
"""

import asyncio
import select
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, LiteralString, cast
from uuid import UUID

import orjson
import psycopg
from psycopg.sql import Composed
from psycopg.types.json import set_json_dumps, set_json_loads
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from core import arrays
from core.cursors import QueueingCursor

APP_ROLE = "mainspring_app"
Db = AsyncSession

# Sequential scans are off because a plan made while a queue table was empty is kept by the prepared statement
# and turns a claim of 0.1 ms into 3 ms until autovacuum has looked at the table. Statements for batches look the same
# whatever is in the batch: planning each anew took as long as running it.
_KEEP_PLANS = "-c plan_cache_mode=force_generic_plan"
ENGINE_OPTIONS = f"-c enable_seqscan=off {_KEEP_PLANS}"

set_json_dumps(orjson.dumps)
set_json_loads(orjson.loads)
arrays.install()


@dataclass(frozen=True, slots=True)
class Actor:
    """The person or API client behind a change; what it does is written to the audit log by the database itself."""

    kind: str  # user | api_key
    id: UUID
    name: str
    ip: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """What one transaction may touch: these workspaces, this person's own rows, and what was presented to be recognised by."""

    workspaces: tuple[UUID, ...] = ()
    user: UUID | None = None
    presented: str | None = None
    actor: Actor | None = None

    def settings(self) -> dict[str, str]:
        actor = orjson.dumps(self.actor).decode() if self.actor else ""
        return {
            "workspaces": ",".join(map(str, self.workspaces)),
            "user": str(self.user or ""),
            "presented": self.presented or "",
            "actor": actor,
        }


_SCOPE = (
    "select set_config('app.workspaces', %(workspaces)s, true), set_config('app.user', %(user)s, true),"
    " set_config('app.presented', %(presented)s, true), set_config('app.actor', %(actor)s, true)"
)


def plain_url(url: str) -> str:
    """The address for psycopg itself, whichever scheme it was written with."""
    return url.replace("postgresql+psycopg://", "postgresql://").replace("postgres://", "postgresql://")


class Database:
    """The pool of this process. `options` are Postgres settings of its connections (the engine's loops have their own).

    After a restart of Postgres an unchecked pool hands out dead connections, once: a person should not see that, the loops
    of the engine do not mind and save the question.
    """

    def __init__(self, url: str, *, pool: int = 10, options: str = "", checked: bool = True) -> None:
        self.url = plain_url(url)
        self._options = f"-c role={APP_ROLE} {options}".strip()
        self.engine = self._engine(
            self._options, pool_size=pool, max_overflow=pool, pool_pre_ping=checked, pool_timeout=10
        )
        self.lines = self._engine(f"{self._options} {_KEEP_PLANS}", poolclass=NullPool)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    def _engine(self, options: str, **pool: Any) -> AsyncEngine:
        return create_async_engine(
            self.url.replace("postgresql://", "postgresql+psycopg://"),
            connect_args={
                "options": options,
                "connect_timeout": 2,
                "application_name": "mainspring",
                "cursor_factory": QueueingCursor,
            },
            **pool,
        )

    @asynccontextmanager
    async def session(self, scope: Scope | None = None) -> AsyncGenerator[Db]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        async with self._sessions() as db, db.begin():
            if scope:
                await execute(db, _SCOPE, scope.settings())
            yield db

    async def connect(self) -> psycopg.AsyncConnection[Any]:
        """A connection of its own, in autocommit: for LISTEN and for advisory locks."""
        return await psycopg.AsyncConnection.connect(
            self.url, autocommit=True, options=self._options, connect_timeout=2, application_name="mainspring"
        )

    async def close(self) -> None:
        await self.engine.dispose()
        await self.lines.dispose()


async def scope_to(db: Db, workspaces: Iterable[UUID]) -> None:
    """Narrow a transaction of the engine to the workspaces of its batch, as soon as the queue has told which they are."""
    await execute(db, "select set_config('app.workspaces', %s, true)", [",".join(map(str, workspaces))])


async def driver(db: Db) -> psycopg.AsyncConnection[Any]:
    """The psycopg connection of this very transaction, for arrays of a thousand rows and for pipelines."""
    known = db.info.get(_DRIVER)
    if known is None:
        raw = await (await db.connection()).get_raw_connection()
        known = db.info[_DRIVER] = raw.driver_connection
    return cast("psycopg.AsyncConnection[Any]", known)


_DRIVER = "mainspring.driver"
Query = LiteralString | Composed
Values = Sequence[Any] | Mapping[str, Any]


@asynccontextmanager
async def pipeline(db: Db) -> AsyncGenerator[None]:
    """Statements travel together, and only `fetch` waits: at 1,000 events a second, round trips are what costs.

    Inside of it use `fetch` and `execute` alone (and what is built of them), since the ORM needs each answer at once.
    """
    async with (await driver(db)).pipeline():
        yield


async def fetch(db: Db, query: Query, values: Values = ()) -> list[tuple[Any, ...]]:
    """The rows of one statement. Several of them in an `asyncio.gather` inside a pipeline take one round trip."""
    cursor = await (await driver(db)).execute(query, values)
    await asyncio.sleep(0)  # lets the others of the gather send theirs before the first one waits
    return await cursor.fetchall()


async def commit(db: Db) -> None:
    """The end of a transaction inside of a pipeline: it travels with the statements before it, and not after them."""
    await (await driver(db)).commit()


async def fetch_last(db: Db, query: Query, values: Values = ()) -> list[tuple[Any, ...]]:
    """The rows of a transaction's last statement, which is committed in the same round trip."""
    connection = await driver(db)
    async with connection.pipeline():
        cursor = await connection.execute(query, values)
        await connection.commit()
    return await cursor.fetchall()


async def execute(db: Db, query: Query, values: Values = ()) -> None:
    """One statement whose rows nobody needs."""
    await (await driver(db)).execute(query, values)


class Line:
    """The connection of one writer whose transactions follow each other by the hundred. Not for two at a time.

    For each transaction a pool asks whether the connection lives, and a session sets itself up: as much again as the
    statements of a small batch. Here the connection is kept, beside the pool and with the plans of its statements, and the
    ORM begins only where it is used.
    """

    def __init__(self) -> None:
        self._kept: tuple[AsyncConnection, psycopg.AsyncConnection[Any]] | None = None
        self._taken = False

    @asynccontextmanager
    async def session(self) -> AsyncGenerator[Db]:
        """One transaction: committed when the block ends. When it raises, the connection goes, and what it did with it."""
        if self._taken:
            raise RuntimeError("a line is for one writer at a time")
        self._taken = True
        try:
            connection, raw = await self._open()
            db = AsyncSession(connection, expire_on_commit=False, info={_DRIVER: raw})
            yield db
            if db.in_transaction():
                await db.commit()
                await db.close()
            else:
                await raw.commit()
        except BaseException:
            await self.close()
            raise
        finally:
            self._taken = False

    async def _open(self) -> tuple[AsyncConnection, psycopg.AsyncConnection[Any]]:
        if self._kept and _has_said_something(self._kept[1]):
            await self.close()
        if self._kept is None:
            connection = await database().lines.connect()
            raw = (await connection.get_raw_connection()).driver_connection
            self._kept = connection, cast("psycopg.AsyncConnection[Any]", raw)
        return self._kept

    async def close(self) -> None:
        kept, self._kept = self._kept, None
        if kept:
            await kept[0].invalidate()
            await kept[0].close()


def _has_said_something(connection: psycopg.AsyncConnection[Any]) -> bool:
    """A Postgres that nobody has asked anything speaks to say goodbye, and a closed socket can be read as well."""
    if connection.closed:
        return True
    ears = select.poll()
    ears.register(connection.fileno(), select.POLLIN)
    return bool(ears.poll(0))


_database: Database | None = None


def configure(database: Database) -> Database:
    """Name the database that `session()` uses from now on in this process."""
    global _database  # noqa: PLW0603 -- the one place where a process says which database is its own
    _database = database
    return database


def database() -> Database:
    if _database is None:
        raise RuntimeError("core.db.configure() has not been called in this process")
    return _database


def session(scope: Scope | None = None) -> AbstractAsyncContextManager[Db]:
    """`async with session(Scope(...)) as db:` on the configured database."""
    return database().session(scope)
