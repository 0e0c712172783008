"""Housekeeping: once in a while, what has served its time is thrown away (answers kept for repeats, windows of limits), and
secrets are sealed under the key in force."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from core.db import Scope, session
from core.security import CannotOpen, Keyring
from models import clocks, idempotency, rate_limits, secrets

EVERY = timedelta(hours=1)
logger = structlog.get_logger(__name__)


async def tidy(now: datetime, keys: Keyring) -> None:
    """In every workspace, though one process does it: a second one finds nothing left."""
    async with session() as db:
        await rate_limits.purge(db, now=now)
        workspaces = await clocks.all_workspaces(db)
    for workspace_id in workspaces:
        async with session(Scope(workspaces=(workspace_id,))) as db:
            await idempotency.purge(db, now=now)
        await _reseal(workspace_id, keys)


async def _reseal(workspace_id: UUID, keys: Keyring) -> None:
    """After the instance got a new secret. What no key opens any more has to be entered again by whoever knows it."""
    try:
        async with session(Scope(workspaces=(workspace_id,))) as db:
            await secrets.reseal(db, keys)
    except CannotOpen as error:
        logger.warning("a secret cannot be opened", workspace_id=str(workspace_id), reason=str(error))


async def keep(
    keys: Keyring,
    *,
    every: timedelta = EVERY,
    task: Callable[[datetime, Keyring], Awaitable[None]] = tidy,
) -> None:
    """For as long as the process runs; while the database is away, later will do."""
    while True:
        await asyncio.sleep(every.total_seconds())
        try:
            await task(datetime.now(UTC), keys)
        except (SQLAlchemyError, psycopg.Error, OSError) as error:
            logger.warning("housekeeping is put off", reason=type(error).__name__)
