"""A cohort of a real workspace: its people are moved at their instant, and those of a second together."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

import activities.steps
import domain.triggers
from activities import cohorts
from activities import holds as holding
from core.plugins import load
from domain.processes import Advance, Rest
from engine.router import route
from models.queue import Job
from models.workspaces import Workspace
from tests.conftest import Transaction
from tests.engine.test_passages import contact, publish
from tests.factories.passages import tag, wait
from tests.workflows.conftest import Sandbox

SECOND = timedelta(seconds=1)
WAITS = {
    "entry": {"trigger": {"kind": "event", "event": "started"}, "again": "never"},
    "start": "pause",
    "nodes": {"pause": wait("PT10S", "greeted"), "greeted": tag("greeted")},
}


class Waiting:
    """People of one cohort, and when each is to wake."""

    def __init__(self, workspace: Workspace, transaction: Transaction) -> None:
        self._workspace, self._transaction = workspace, transaction

    async def come(self, *spans: timedelta) -> Sequence[datetime]:
        shop = Sandbox(self._workspace)
        automation = await publish(shop, WAITS)
        people = [await contact(shop, email=f"p{n}@example.com") for n in range(len(spans))]
        async with self._transaction() as db:
            await route(
                db, [Job(self._workspace.id, "enrol", automation, {"contacts": list(map(str, people))})]
            )
            wakes = [datetime.now(UTC) + span for span in spans]
            for person, at in zip(people, wakes, strict=True):
                await db.execute(
                    text("update enrolments set wake_at = :at where contact_id = :person"),
                    {"at": at, "person": person},
                )
            await db.execute(text("update cohorts set wakes_at = :at"), {"at": min(wakes)})
        return wakes

    async def advance(self) -> Rest:
        async with self._transaction() as db:
            cohort: UUID = (await db.execute(text("select id from cohorts"))).scalar_one()
        return await cohorts.advance(
            Advance(workspace_id=self._workspace.id, cohort_id=cohort, now=datetime.now(UTC))
        )

    async def hold(self) -> None:
        async with self._transaction() as db:
            now = datetime.now(UTC)
            await holding.place(db, self._workspace.id, "workspace", "", by="Maya", now=now)

    async def greeted(self) -> int:
        async with self._transaction() as db:
            return (
                await db.execute(text("select count(*) from contacts where 'greeted' = any(tags)"))
            ).scalar_one()


@pytest.fixture
def waiting(workspace: Workspace, transaction: Transaction) -> Waiting:
    load(activities.steps)
    load(domain.triggers)
    return Waiting(workspace, transaction)


async def test_what_is_less_than_a_second_away_is_waited_for_to_the_instant(waiting: Waiting):
    """Timers of Temporal would be up to a second late."""
    [due] = await waiting.come(0.8 * SECOND)
    assert (await waiting.advance()).over
    assert await waiting.greeted() == 1
    assert datetime.now(UTC) >= due


async def test_what_is_further_away_is_left_to_a_timer(waiting: Waiting):
    [due] = await waiting.come(60 * SECOND)
    assert (await waiting.advance()).until == due
    assert await waiting.greeted() == 0


async def test_where_one_is_due_after_the_other_those_of_a_grain_go_together(
    waiting: Waiting, monkeypatch: pytest.MonkeyPatch
):
    """A cohort whose people came one by one would else be moved as often as there are people, in one activity."""
    monkeypatch.setattr(cohorts, "_GRAIN", 60 * SECOND)
    due, later = await waiting.come(0 * SECOND, 50 * SECOND)
    async with asyncio.timeout(20):
        rest = await waiting.advance()
    assert await waiting.greeted() == 1
    assert rest.until
    assert later < due + 60 * SECOND <= rest.until


class TestWhileSomebodyJoins:
    async def test_nobody_is_left_behind(self, waiting: Waiting, transaction: Transaction):
        await waiting.come(0 * SECOND, 50 * SECOND)
        async with transaction() as db:
            cohort = (await db.execute(text("select id from cohorts for key share"))).scalar_one()
            moving = asyncio.create_task(waiting.advance())
            await asyncio.wait([moving], timeout=0.3)
            await db.execute(
                text("update enrolments set wake_at = :at where cohort_id = :id"),
                {"at": datetime.now(UTC), "id": cohort},
            )
        assert (await moving).over
        assert await waiting.greeted() == 2

    async def test_a_hold_that_comes_meanwhile_counts(self, waiting: Waiting, transaction: Transaction):
        await waiting.come(0 * SECOND)
        async with transaction() as db:
            await db.execute(text("select from cohorts for key share"))
            moving = asyncio.create_task(waiting.advance())
            await asyncio.wait([moving], timeout=0.3)
            await waiting.hold()
        rest = await moving
        assert (rest.until, rest.over) == (None, False)
        assert await waiting.greeted() == 0
