"""The import as a process: it runs to its end, stands still while it is held, and comes back to undo what it did."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient
from sqlalchemy import text
from sqlmodel import col, select
from temporalio.client import Client
from temporalio.worker import Worker

import models.imports
from activities import clock, imports
from core.db import Database, Db
from core.settings import Settings
from core.temporal import MAIN, connect, sandbox
from domain.ids import new_id
from domain.imports import make_plan
from domain.spreadsheets import read_sheet
from engine.loops import Ears
from engine.relay import Relay
from models import outbox, processes
from models.workspaces import Workspace
from tests.conftest import Transaction
from tests.factories.imports import make_csv
from tests.factories.workspaces import FRIDAY
from tests.temporal import address, make_namespace
from workflows.finish import Finish
from workflows.imports import ImportWorkflow

API = "/api/v1"


@pytest.fixture
async def temporal(database: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    """Relay and worker of these tests, in a namespace of their own."""
    namespace = f"imports-{new_id().hex[-12:]}"
    await make_namespace(address(), namespace)
    home = tmp_path_factory.mktemp("home")
    client = await connect(
        Settings(temporal_address=address(), temporal_namespace=namespace, mainspring_home=home)
    )
    stop, relay = asyncio.Event(), Relay(client)
    loops = [asyncio.create_task(part.run(stop)) for part in (relay, Ears([relay]))]
    worker = Worker(
        client,
        task_queue=MAIN,
        workflows=[ImportWorkflow],
        activities=[*imports.ACTIVITIES, clock.park, clock.read],
        workflow_runner=sandbox(),
        interceptors=[Finish()],
    )
    async with worker:
        yield client
    stop.set()
    await asyncio.gather(*loops)


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await true():  # noqa: ASYNC110 -- another process makes it true
            await asyncio.sleep(0.05)


class Watched:
    """One import, watched over the API and in the registry of processes."""

    def __init__(self, client: AsyncClient, transaction: Transaction, import_id: UUID | str) -> None:
        self.client, self.transaction, self.address = client, transaction, f"{API}/imports/{import_id}"
        self.workflow_id = f"import/{import_id}"

    async def read(self) -> dict[str, Any]:
        return (await self.client.get(self.address)).json()

    async def has_finished(self) -> bool:
        return (await self.read())["state"] == "finished"

    async def is_undone(self) -> bool:
        return (await self.read())["undo"]["state"] == "finished"

    async def rests(self) -> bool:
        process = await self.process()
        return process is not None and process.state == "finished" and process.rest

    async def process(self) -> processes.Process | None:
        async with self.transaction() as db:
            known = select(processes.Process).where(col(processes.Process.workflow_id) == self.workflow_id)
            return (await db.execute(known)).scalar_one_or_none()


@pytest.mark.usefixtures("temporal")
async def test_from_the_upload_to_the_end_and_back(client: AsyncClient, transaction: Transaction) -> None:
    data = make_csv(*(f"p{n}@example.com,P{n}" for n in range(2_500)), "broken,x")
    answer = await client.post(f"{API}/contacts/import", files={"file": ("customers.csv", data, "text/csv")})
    one = Watched(client, transaction, answer.json()["id"])
    await until(one.has_finished)
    done = await one.read()
    assert (done["rows"], done["created"], done["failed"]) == (2_501, 2_500, 1)
    await until(one.rests)
    process = await one.process()
    assert process
    assert (process.title, str(process.subject_id)) == ("Import customers.csv", done["id"])

    assert (await client.post(f"{one.address}/undo")).status_code == 202
    await until(one.is_undone)
    await until(one.rests)
    assert (await client.get(f"{API}/contacts")).json()["items"] == []


@pytest.mark.usefixtures("temporal")
async def test_held_it_stands_still_and_released_it_goes_on(
    client: AsyncClient, transaction: Transaction, workspace: Workspace
) -> None:
    async with transaction() as db:
        sheet = read_sheet(make_csv("ada@example.com,Ada"))
        row = await models.imports.upload(db, workspace.id, sheet, file="c.csv", by="Ada", at=FRIDAY)
        await models.imports.begin(db, row, make_plan(sheet, {}), sheet, dry_run=False, at=FRIDAY)
        await hold(db, workspace, row.id)
    one = Watched(client, transaction, row.id)
    await asyncio.sleep(1)
    assert (await one.read())["state"] == "queued"
    async with transaction() as db:
        await db.execute(
            text("update processes set held = false where workflow_id = :id"), {"id": one.workflow_id}
        )
        await outbox.put(db, [outbox.wake(workspace.id, "import", row.id)])
    await until(one.has_finished)
    await until(one.rests)


async def hold(db: Db, workspace: Workspace, import_id: UUID) -> None:
    """Before it has begun, as nobody could by hand."""
    await db.execute(
        text(
            "insert into processes (id, workspace_id, workflow_id, kind, title, rank, held, started_at, updated_at)"
            " values (uuidv7(), :workspace, :id, 'import', '', 1, true, :at, :at)"
        ),
        {"workspace": workspace.id, "id": f"import/{import_id}", "at": FRIDAY},
    )
