"""Schedules let in whom the live version names, on its own dates, and nobody else."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

import activities.steps
import domain.triggers
from activities import automations as publishing
from activities import holds as holding
from activities.schedules import tick
from core.plugins import load
from domain.processes import Rest, Tick
from models import automations, holds, processes
from models.workspaces import Workspace
from tests.conftest import Transaction
from tests.factories.contacts import make_contact

DAILY: dict[str, Any] = {"kind": "schedule", "every": "day", "time": "09:00"}
EVENT: dict[str, Any] = {"kind": "event", "event": "signed_up"}
NINE = datetime.combine(datetime.now(UTC) - timedelta(days=2), time(9), UTC)  # a date that has come
HOUR = timedelta(hours=1)


def drawing(trigger: dict[str, Any]) -> dict[str, Any]:
    nodes = {"mark": {"kind": "add_tag", "tag": "crowd", "next": None}}
    return {"entry": {"trigger": trigger, "again": "always"}, "start": "mark", "nodes": nodes}


class Shop:
    """A business in UTC with one contact, and one automation that goes by the calendar."""

    def __init__(self, transaction: Transaction, workspace: Workspace, automation_id: UUID) -> None:
        self.transaction, self.workspace, self.automation_id = transaction, workspace, automation_id
        self.name = f"schedule/{automation_id}"

    async def publish(self, trigger: dict[str, Any]) -> None:
        async with self.transaction() as db:
            row = await automations.save_draft(
                db, self.automation_id, draft=drawing(trigger), name=None, revision=None, now=NINE
            )
            await publishing.publish(
                db, row.id, in_flight="finish", name="", by="Maya", now=NINE - timedelta(days=9)
            )

    async def waits(self, until: datetime) -> None:
        async with self.transaction() as db:
            await processes.waits(db, self.name, until=until, what="the next date", now=NINE)

    async def tick(self, due: datetime | None) -> Rest:
        return await tick(
            Tick(
                workspace_id=self.workspace.id,
                automation_id=self.automation_id,
                now=datetime.now(UTC),
                due=due,
            )
        )

    async def hold(self, scope: str) -> None:
        async with self.transaction() as db:
            subject = {"automation": self.automation_id, "workspace": ""}.get(scope) or await self.process(db)
            await holding.place(db, self.workspace.id, scope, str(subject), by="Maya", now=NINE)

    async def process(self, db: Any) -> UUID:
        return await db.scalar(
            text("select id from processes where workflow_id = :name"), {"name": self.name}
        )

    async def dates(self) -> list[str]:
        """The dates for which a crowd is on its way in."""
        async with self.transaction() as db:
            rows = await db.execute(
                text(
                    "select payload ->> 'occurrence' from event_queue where kind = 'enrol' and subject_id = :id order by id"
                ),
                {"id": self.automation_id},
            )
            return list(rows.scalars())


@pytest.fixture
async def shop(transaction: Transaction, workspace: Workspace) -> Shop:
    load(activities.steps)
    load(domain.triggers)
    async with transaction() as db:
        await db.execute(text("update workspaces set time_zone = 'UTC'"))
        await make_contact(db, workspace.id, email="ada@example.com")
        row = await automations.create(db, workspace.id, name="News", draft=drawing(DAILY), now=NINE)
        await db.execute(
            text(
                "insert into processes (id, workspace_id, workflow_id, kind, title, rank, started_at, updated_at)"
                " values (uuidv7(), :workspace, :name, 'schedule', 'News', 1, :now, :now)"
            ),
            {"workspace": workspace.id, "name": f"schedule/{row.id}", "now": NINE},
        )
    made = Shop(transaction, workspace, row.id)
    await made.publish(DAILY)
    return made


async def test_a_crowd_comes_in_on_its_date(shop: Shop) -> None:
    rest = await shop.tick(NINE)
    assert await shop.dates() == [NINE.isoformat()]
    assert rest.until is not None
    assert rest.until > datetime.now(UTC)


async def test_nobody_comes_in_by_the_date_of_a_version_before(shop: Shop) -> None:
    """To a trigger without dates everybody would be the audience."""
    await shop.publish(EVENT)
    assert await shop.tick(NINE) == Rest(over=True)
    assert await shop.dates() == []


async def test_nobody_comes_in_by_a_date_that_was_moved(shop: Shop) -> None:
    await shop.publish(DAILY | {"time": "10:00"})
    await shop.tick(NINE)
    assert await shop.dates() == []


async def test_a_date_is_not_lost_with_the_process_that_waited_for_it(shop: Shop) -> None:
    """Woken or started anew, it is told no date: its row knows which one it waited for."""
    await shop.waits(NINE)
    await shop.tick(None)
    assert await shop.dates() == [NINE.isoformat()]


async def test_a_date_that_has_yet_to_come_lets_nobody_in(shop: Shop) -> None:
    await shop.waits(datetime.now(UTC) + HOUR)
    await shop.tick(None)
    assert await shop.dates() == []


@pytest.mark.parametrize("scope", ["automation", "workspace"])
async def test_while_people_stand_still_no_crowd_is_added(shop: Shop, scope: str) -> None:
    await shop.hold(scope)
    assert (await shop.tick(NINE)).until is not None
    assert await shop.dates() == []


@pytest.mark.parametrize(("overdue", "dates"), [("send", [NINE.isoformat()]), ("skip", [])])
async def test_a_held_process_takes_its_step_at_the_release(
    shop: Shop, overdue: holding.Overdue, dates: list[str]
) -> None:
    await shop.hold("process")
    assert await shop.tick(NINE) == Rest()
    assert await shop.dates() == []
    async with shop.transaction() as db:
        held = await holds.of(db, shop.workspace.id, "process", await shop.process(db))
        assert held
        await holding.lift(db, held, overdue=overdue, by="Maya", now=datetime.now(UTC))
    await shop.tick(None)
    assert await shop.dates() == dates
