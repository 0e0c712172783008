"""Housekeeping: once in a while, what has served its time is thrown away: answers kept for repeats, windows of limits."""

import asyncio
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from core.db import Scope, session
from models import clocks, idempotency, rate_limits

EVERY = timedelta(hours=1)
logger = structlog.get_logger(__name__)


async def tidy(now: datetime) -> None:
    """In every workspace, though one process does it: a second one finds nothing left."""
    async with session() as db:
        await rate_limits.purge(db, now=now)
        workspaces = await clocks.all_workspaces(db)
    for workspace_id in workspaces:
        async with session(Scope(workspaces=(workspace_id,))) as db:
            await idempotency.purge(db, now=now)


async def keep() -> None:
    """For as long as the process runs; while the database is away, later will do."""
    while True:
        await asyncio.sleep(EVERY.total_seconds())
        try:
            await tidy(datetime.now(UTC))
        except (SQLAlchemyError, OSError) as error:
            logger.warning("housekeeping is put off", reason=type(error).__name__)
