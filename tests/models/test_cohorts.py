"""Cohorts: nobody who joins one waits for another transaction, and none closes under somebody who joins."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from core.db import Db
from models import automations, enrolments
from models.enrolments import Parked, Waiting
from models.workspaces import Workspace
from tests.conftest import Transaction

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SOON = 2.0  # seconds that something may take which waits for nobody


@pytest.fixture
async def automation(transaction: Transaction, workspace: Workspace) -> UUID:
    async with transaction() as db:
        return (await automations.create(db, workspace.id, name="Series", draft={}, now=NOON)).id


@pytest.fixture
def waiting(workspace: Workspace, automation: UUID):
    def make(bucket: str = "1:1", wakes_at: datetime = NOON) -> Waiting:
        return Waiting(workspace.id, automation, bucket, wakes_at)

    return make


async def park(db: Db, *waits: Waiting) -> list[Parked]:
    async with asyncio.timeout(SOON):
        return list((await enrolments.park(db, waits)).values())


async def test_who_waits_until_the_same_time_or_later_joins(transaction: Transaction, waiting):
    async with transaction() as db:
        [first] = await park(db, waiting())
    async with transaction() as db:
        [later] = await park(db, waiting(wakes_at=NOON + timedelta(seconds=1)))
    assert first.fresh
    assert (later.id, later.fresh) == (first.id, False)


async def test_who_wakes_before_all_others_does_not_sleep_as_long_as_they(transaction: Transaction, waiting):
    async with transaction() as db:
        [first] = await park(db, waiting())
        [earlier] = await park(db, waiting(wakes_at=NOON - timedelta(seconds=1)))
    assert earlier.fresh
    assert earlier.id != first.id


async def test_the_earliest_of_those_who_come_together_counts(transaction: Transaction, waiting):
    early, late = NOON - timedelta(seconds=1), NOON
    async with transaction() as db:
        [cohort] = await park(db, waiting(wakes_at=late), waiting(wakes_at=early))
        [joined] = await park(db, waiting(wakes_at=early))
        others = await park(db, waiting("1:2"), waiting())
    assert (joined.id, joined.fresh) == (cohort.id, False)
    assert {(one.bucket, one.fresh) for one in others} == {("1:1", False), ("1:2", True)}


async def test_two_that_open_the_same_at_once_do_not_wait_for_each_other(transaction: Transaction, waiting):
    async with transaction() as one, transaction() as other:
        [ours] = await park(one, waiting())
        [theirs] = await park(other, waiting())
    assert ours.id != theirs.id
    async with transaction() as db:
        [joined] = await park(db, waiting())
    assert joined.id in {ours.id, theirs.id}


async def test_two_join_the_same_at_once(transaction: Transaction, waiting):
    async with transaction() as db:
        [cohort] = await park(db, waiting())
    async with transaction() as one, transaction() as other:
        joined = [*await park(one, waiting()), *await park(other, waiting())]
    assert [one.id for one in joined] == [cohort.id] * 2


async def test_one_that_is_being_moved_is_not_waited_for(transaction: Transaction, waiting):
    async with transaction() as db:
        [cohort] = await park(db, waiting())
    async with transaction() as mover, transaction() as db:
        await enrolments.lock_cohort(mover, cohort.id)
        [another] = await park(db, waiting())
    assert another.fresh


async def test_one_that_has_closed_is_not_joined(transaction: Transaction, waiting):
    async with transaction() as db:
        [cohort] = await park(db, waiting())
        await enrolments.set_cohort(db, cohort.id, None)
        [another] = await park(db, waiting())
    assert another.fresh


async def test_none_closes_under_somebody_who_joins(transaction: Transaction, waiting):
    async with transaction() as db:
        [cohort] = await park(db, waiting())

    async def lock() -> None:
        async with transaction() as db:
            await enrolments.lock_cohort(db, cohort.id)

    async with transaction() as db:
        await park(db, waiting())
        mover = asyncio.create_task(lock())
        await asyncio.wait([mover], timeout=0.3)
        assert not mover.done()
    await asyncio.wait_for(mover, SOON)
