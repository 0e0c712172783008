"""What is recorded: short lives of every kind of process, each with the turns that its workflow's code can take."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text

import models.imports
from activities import automations as publishing
from core.db import Db, Scope, session
from domain.imports import make_plan
from domain.spreadsheets import read_sheet
from models import clocks, outbox, processes
from tests.engine.running import Engine
from tests.engine.test_passages import contact, happen, publish
from tests.factories.imports import make_csv
from tests.factories.workspaces import make_workspace
from tests.workflows.conftest import Sandbox

DAY = timedelta(days=1)
HOME = ZoneInfo("Europe/Berlin")  # where the workspaces of tests are


@dataclass(frozen=True, slots=True)
class Lived:
    """One run of a process, and the name under which it is kept."""

    name: str
    workflow_id: str
    run_id: str | None = None


def waiting(span: str) -> dict[str, Any]:
    """Lets people in, has them wait, and tags them."""
    return {
        "entry": {"trigger": {"kind": "event", "event": "signed_up"}},
        "start": "pause",
        "nodes": {
            "pause": {"kind": "wait", "for": span, "next": "known"},
            "known": {"kind": "add_tag", "tag": "known", "next": None},
        },
    }


def daily(at: datetime) -> dict[str, Any]:
    return {
        "entry": {"trigger": {"kind": "schedule", "every": "day", "time": f"{at.astimezone(HOME):%H:%M}"}},
        "start": "known",
        "nodes": {"known": {"kind": "add_tag", "tag": "known", "next": None}},
    }


async def cohort_that_waits(_: Engine) -> Sequence[Lived]:
    """A real workspace: a timer, and the end when everybody has gone on."""
    shop = Sandbox(await make_workspace())
    await enter(shop, "PT3S")
    cohort = await process(shop, "cohort")
    await until(cohort, "finished")
    return [Lived("cohort-waits", cohort.workflow_id)]


async def cohort_that_is_woken_early(_: Engine) -> Sequence[Lived]:
    """It is held and released while it waits: the signal interrupts the timer, and it waits on."""
    shop = Sandbox(await make_workspace())
    await enter(shop, "PT8S")
    cohort = await process(shop, "cohort")
    await cohort.hold()
    await cohort.wake()
    await asyncio.sleep(1)
    await cohort.release()
    await until(cohort, "finished")
    return [Lived("cohort-woken-early", cohort.workflow_id)]


async def cohort_of_a_sandbox(_: Engine) -> Sequence[Lived]:
    """It parks instead of waiting on a timer, and the mover of the clock wakes it. The mover is recorded too."""
    sandbox = Sandbox(await make_workspace(sandbox=True))
    await enter(sandbox, "P3D")
    cohort = await process(sandbox, "cohort")
    await sandbox.advance(by=DAY)
    await cohort.wake()
    await asyncio.gather(sandbox.aim(by=2 * DAY), sandbox.aim(by=5 * DAY))
    await until(cohort, "finished")
    await asyncio.sleep(1)  # the clock goes on to its target after the cohort has ended
    return [
        Lived("cohort-in-a-sandbox", cohort.workflow_id),
        Lived("clock-moved-again", f"clock/{sandbox.id}"),
    ]


async def cohort_that_continues(engine: Engine) -> Sequence[Lived]:
    """Woken so often that Temporal asks it to begin a new history."""
    shop = Sandbox(await make_workspace())
    await enter(shop, "P30D")
    return await _continued(engine, await process(shop, "cohort"), "cohort-continued")


async def schedule_that_comes_due(_: Engine) -> Sequence[Lived]:
    """Looks when it is due, is told to look again, lets people in, waits for the next day."""
    shop = Sandbox(await make_workspace())
    await contact(shop)
    await publish(shop, daily(datetime.now(UTC) + timedelta(minutes=1)))
    schedule = await process(shop, "schedule")
    await schedule.wake()
    async with asyncio.timeout(100):
        while await tagged(shop) == 0:  # noqa: ASYNC110 -- the engine does it
            await asyncio.sleep(0.2)
    return [Lived("schedule-comes-due", schedule.workflow_id)]


async def schedule_of_a_sandbox(_: Engine) -> Sequence[Lived]:
    """Three mornings, and the end when its automation is archived."""
    sandbox = Sandbox(await make_workspace(sandbox=True))
    automation = await publish(sandbox, daily(datetime(2026, 11, 20, 8, tzinfo=UTC)))
    schedule = await process(sandbox, "schedule")
    await sandbox.advance(by=3 * DAY)
    async with of(sandbox) as db:
        await publishing.archive(db, automation, await clocks.now(db, sandbox.id))
    await sandbox.advance(by=DAY)
    await until(schedule, "finished")
    return [Lived("schedule-in-a-sandbox", schedule.workflow_id)]


async def schedule_that_continues(engine: Engine) -> Sequence[Lived]:
    shop = Sandbox(await make_workspace())
    await publish(shop, daily(datetime.now(UTC) - timedelta(hours=1)))
    return await _continued(engine, await process(shop, "schedule"), "schedule-continued")


async def import_that_is_undone(engine: Engine) -> Sequence[Lived]:
    """Held in the middle, finished, and taken back: two runs, of which the second is the undo."""
    shop = Sandbox(await make_workspace())
    import_id = await _import(shop, rows=6_000)
    one = await process(shop, "import")
    await one.hold()
    await asyncio.sleep(4)  # an activity of an import takes three seconds at most
    await one.release()
    await until(one, "finished")
    first = Lived("import-finishes", one.workflow_id, await _latest_run(engine, one.workflow_id))
    async with of(shop) as db:
        row = await models.imports.get(db, shop.id, import_id, lock=True)
        await models.imports.undo(db, row)
    async with asyncio.timeout(30):
        while await undone(shop, import_id) != "finished":  # noqa: ASYNC110 -- the engine does it
            await asyncio.sleep(0.1)
    await asyncio.sleep(1)  # the run ends after its last page
    return [first, Lived("import-undone", one.workflow_id)]


SCENES: Sequence[Callable[[Engine], Awaitable[Sequence[Lived]]]] = (
    cohort_that_waits,
    cohort_that_is_woken_early,
    cohort_of_a_sandbox,
    schedule_that_comes_due,
    schedule_of_a_sandbox,
    import_that_is_undone,
)
LONG_SCENES = (cohort_that_continues, schedule_that_continues)
"""For a server that asks for a new history after few events."""


@dataclass(frozen=True, slots=True)
class Running:
    """A process of a workspace, as the registry has it."""

    shop: Sandbox
    id: UUID
    workflow_id: str

    async def state(self) -> str:
        async with of(self.shop) as db:
            return (await processes.get(db, self.id)).state

    async def hold(self) -> None:
        async with of(self.shop) as db:
            await processes.hold(db, self.id, by="Maya", now=await clocks.now(db, self.shop.id))

    async def release(self) -> None:
        async with of(self.shop) as db:
            await processes.release(db, self.id, by="Maya", now=await clocks.now(db, self.shop.id))

    async def wake(self) -> None:
        kind, _, subject = self.workflow_id.partition("/")
        await self.shop.put(outbox.wake(self.shop.id, kind, UUID(subject)))


def of(shop: Sandbox) -> AbstractAsyncContextManager[Db]:
    return session(Scope(workspaces=(shop.id,)))


async def process(shop: Sandbox, kind: str) -> Running:
    """The process of this kind, once it waits for something or has ended."""
    async with asyncio.timeout(30):
        while True:
            async with of(shop) as db:
                rows = await processes.page(db, shop.id, processes.Filter(kind=kind), before=None, limit=1)
            if rows and (rows[0].state != "running" or kind == "import"):
                return Running(shop, rows[0].id, rows[0].workflow_id)
            await asyncio.sleep(0.05)


async def until(one: Running, *states: str) -> None:
    async with asyncio.timeout(60):
        while await one.state() not in states:  # noqa: ASYNC110 -- the engine does it
            await asyncio.sleep(0.1)


async def enter(shop: Sandbox, span: str) -> None:
    await publish(shop, waiting(span))
    await happen(shop, "signed_up", await contact(shop))


async def tagged(shop: Sandbox) -> int:
    async with of(shop) as db:
        return (await db.execute(text("select count(*) from contacts where tags <> '{}'"))).scalar_one()


async def undone(shop: Sandbox, import_id: UUID) -> str | None:
    async with of(shop) as db:
        return (await models.imports.get(db, shop.id, import_id)).undo


async def _import(shop: Sandbox, *, rows: int) -> UUID:
    sheet = read_sheet(make_csv(*(f"p{n}@example.com,P{n}" for n in range(rows))))
    async with of(shop) as db:
        now = await clocks.now(db, shop.id)
        row = await models.imports.upload(db, shop.id, sheet, file="customers.csv", by="Maya", at=now)
        await models.imports.begin(db, row, make_plan(sheet, {}), sheet, dry_run=False, at=now)
    return row.id


async def _continued(engine: Engine, one: Running, name: str) -> Sequence[Lived]:
    first = await _latest_run(engine, one.workflow_id)
    while await _latest_run(engine, one.workflow_id) == first:
        await one.wake()
        await asyncio.sleep(0.1)
    await one.wake()
    await asyncio.sleep(3)  # Temporal takes its time to begin a new history
    return [Lived(name, one.workflow_id, first), Lived(f"{name}-afterwards", one.workflow_id)]


async def _latest_run(engine: Engine, workflow_id: str) -> str | None:
    return (await engine.client.get_workflow_handle(workflow_id).describe()).run_id
