"""Readiness: whether everything that an answer needs is there: Postgres, Temporal, and a worker that is alive."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from sqlalchemy import text

from core.db import session
from core.temporal import Link

PATIENCE = 1.0  # seconds for each part, all at once
Check = Callable[[], Awaitable[None]]

# A worker holds the advisory lock of its number for as long as it lives, and the kernel lets go of it when it dies.
_WORKER = text("""
select 1 from owners o join pg_locks l on l.classid = 77 and l.objid = o.id
where l.locktype = 'advisory' and l.granted and l.database = (select oid from pg_database where datname = current_database())
limit 1
""")


class NoWorker(Exception):  # noqa: N818 -- an error is named as the sentence that it is
    """Nobody holds the lock of a worker."""


async def postgres() -> None:
    async with session() as db:
        await db.execute(text("select 1"))


async def worker() -> None:
    async with session() as db:
        if (await db.execute(_WORKER)).first() is None:
            raise NoWorker


def temporal(link: Link) -> Check:
    async def check() -> None:
        await (await link.client()).service_client.check_health()

    return check


async def parts(checks: Mapping[str, Check]) -> dict[str, str]:
    """What each part says: `ok`, or `away`. A part that does not answer in time is away."""
    states = await asyncio.gather(*map(partial(_state), checks.values()))
    return dict(zip(checks, states, strict=True))


async def _state(check: Check) -> str:
    try:
        await asyncio.wait_for(check(), PATIENCE)
    except Exception:  # noqa: BLE001 -- whatever is wrong with a part, the answer is that it cannot be relied on
        return "away"
    return "ok"
