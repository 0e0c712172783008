"""Limits that hold for fifty at once, and let go by themselves."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from core.db import Database
from domain.errors import TooMany
from domain.ids import new_id
from models import rate_limits
from models.rate_limits import Brake, Limit

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


async def test_a_brake_refuses_nobody_and_slows_more_and_more(database: Database, subject: str) -> None:
    brake = Brake("brake", 2, timedelta(minutes=10), step=timedelta(seconds=1), longest=timedelta(seconds=3))

    async def pause(now: datetime) -> float:
        async with database.session() as db:
            return (await rate_limits.slow(db, brake, subject, now=now)).total_seconds()

    assert [await pause(NOW) for _ in range(7)] == [0, 0, 1, 2, 3, 3, 3]
    assert await pause(NOW + timedelta(minutes=10)) == 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("unknown", "unknown", True),
    ],
)
def test_the_addresses_of_one_line_are_one_place(one: str, other: str, same: bool) -> None:
    assert (rate_limits.place(one) == rate_limits.place(other)) is same


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
