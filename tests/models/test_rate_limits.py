"""Limits that hold for fifty at once, and let go by themselves."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from core.db import Database
from domain.errors import TooMany
from domain.ids import new_id
from models import rate_limits
from models.rate_limits import Limit

NOW = datetime.now(UTC)
THREE = Limit("test", 3, timedelta(minutes=10), "Too many.")


@pytest.fixture
def subject() -> str:
    return f"somebody {new_id()}"


async def hit(database: Database, subject: str, now: datetime = NOW) -> float | None:
    """None when it was let in, else how long to wait."""
    try:
        async with database.session() as db:
            await rate_limits.hit(db, THREE, subject, now=now)
    except TooMany as refusal:
        return refusal.retry_after
    return None


async def test_the_one_too_many_waits_until_the_window_closes(database: Database, subject: str) -> None:
    assert [await hit(database, subject) for _ in range(3)] == [None, None, None]
    assert await hit(database, subject, NOW + timedelta(minutes=4)) == 360
    assert await hit(database, subject, NOW + timedelta(minutes=10)) is None


async def test_fifty_at_once_are_counted_one_by_one(database: Database, subject: str) -> None:
    answers = await asyncio.gather(*(hit(database, subject) for _ in range(50)))
    assert answers.count(None) == 3


async def test_one_person_is_not_another(database: Database, subject: str) -> None:
    for _ in range(4):
        await hit(database, subject)
    assert await hit(database, subject + "'s neighbour") is None


async def test_what_turned_out_right_does_not_count(database: Database, subject: str) -> None:
    for _ in range(10):
        assert await hit(database, subject) is None
        async with database.session() as db:
            await rate_limits.forgive(db, THREE, subject)


async def test_nothing_about_anybody_is_kept_and_nothing_for_ever(database: Database, subject: str) -> None:
    await hit(database, subject)
    async with database.session() as db:
        rows = (await db.execute(text("select key from rate_limits"))).scalars().all()
        assert not [key for key in rows if subject in key]
        await rate_limits.purge(db, now=NOW + timedelta(minutes=11))
        left = (
            await db.execute(
                text("select key from rate_limits where key = :key"), {"key": THREE.key(subject)}
            )
        ).all()
    assert left == []
