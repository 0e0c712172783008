"""The peer: the series of `crowd` with one workflow for each contact, each step an activity for that contact.

It runs without the workflow sandbox, which would cost it a third more.
"""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import uvloop
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.emails import Mailroom, link_keys
from bench.shop import Shop
from core.db import ENGINE_OPTIONS, Database, Scope, configure, session
from core.settings import Settings, settings
from core.templating import Renderer
from core.temporal import connect
from engine.emails import keep
from models import clocks, contacts, messages
from models.contacts import Tagged
from models.messages import NewMessage

_QUEUE = "bench"
_AT_ONCE = 100
_PATIENCE = timedelta(seconds=30)


@dataclass(frozen=True)
class Passenger:
    workspace_id: UUID
    automation_id: UUID
    version_id: UUID
    contact_id: UUID


@workflow.defn(name="bench.alone")
class Alone:
    @workflow.run
    async def run(self, passenger: Passenger) -> None:
        await workflow.execute_activity("bench.tag", passenger, start_to_close_timeout=_PATIENCE)
        await asyncio.sleep(1)
        await workflow.execute_activity("bench.send", passenger, start_to_close_timeout=_PATIENCE)


@activity.defn(name="bench.tag")
async def tag(passenger: Passenger) -> None:
    async with session(Scope(workspaces=(passenger.workspace_id,))) as db:
        await contacts.tag(
            db, [Tagged(passenger.workspace_id, passenger.contact_id, "welcomed", datetime.now(UTC), {})]
        )


class Post:
    """The e-mail step; the letter goes into the inbox in one transaction, as the product's does."""

    def __init__(self, mailroom: Mailroom) -> None:
        self._mailroom = mailroom

    @activity.defn(name="bench.send")
    async def send(self, passenger: Passenger) -> None:
        async with session(Scope(workspaces=(passenger.workspace_id,))) as db:
            kept = await messages.reserve(db, [_message(passenger)])
        async with session(Scope(workspaces=(passenger.workspace_id,))) as db:
            claims = await messages.take(db, [row.id for row in kept.values()])
            letters = await self._mailroom.letters(db, claims)
            await keep(db, letters, await clocks.times(db, [passenger.workspace_id]))


def _message(passenger: Passenger) -> NewMessage:
    return NewMessage(
        passenger.workspace_id,
        "email",
        passenger.contact_id,
        f"alone:{passenger.contact_id}",
        datetime.now(UTC),
        automation_id=passenger.automation_id,
        version_id=passenger.version_id,
        node="mail",
    )


async def work(config: Settings) -> None:
    """The worker of this peer, a process of its own as the product's is."""
    configure(Database(config.database_url, pool=50, options=ENGINE_OPTIONS))
    renderer = Renderer()
    mailroom = Mailroom(
        renderer, link_keys(config.mainspring_home), base_url=config.url, sender=config.mail_from
    )
    worker = Worker(
        await connect(config),
        task_queue=_QUEUE,
        workflows=[Alone],
        activities=[tag, Post(mailroom).send],
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_concurrent_activities=100,
    )
    await worker.run()


async def run(shop: Shop, automation_id: str, contact_ids: Sequence[str]) -> float:
    """Seconds for all of them, a hundred at once."""
    async with _worker(shop.config):
        client = await connect(shop.config)
        passengers = await _passengers(shop, UUID(automation_id), contact_ids)
        await _travel(client, passengers[0])  # so that the worker is there, and warm
        gate = asyncio.Semaphore(_AT_ONCE)

        async def through(passenger: Passenger) -> None:
            async with gate:
                await _travel(client, passenger)

        began = time.perf_counter()
        await asyncio.gather(*(through(one) for one in passengers[1:]))
        return time.perf_counter() - began


async def _travel(client: Client, passenger: Passenger) -> None:
    await client.execute_workflow(
        Alone.run, passenger, id=f"bench/alone/{passenger.contact_id}", task_queue=_QUEUE
    )


async def _passengers(shop: Shop, automation_id: UUID, contact_ids: Sequence[str]) -> list[Passenger]:
    async with shop.database() as db:
        found = await db.execute(
            "select workspace_id, id from automation_versions where automation_id = %s", (automation_id,)
        )
        row = await found.fetchone()
    if row is None:
        raise LookupError("the automation was not published")
    return [Passenger(row[0], automation_id, row[1], UUID(one)) for one in contact_ids]


@contextlib.asynccontextmanager
async def _worker(config: Settings) -> AsyncGenerator[None]:
    env = {
        "MAINSPRING_HOME": str(config.mainspring_home),
        "DATABASE_URL": config.database_url,
        "TEMPORAL_ADDRESS": config.temporal_address,
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.alone", env=env)
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


if __name__ == "__main__":
    with contextlib.suppress(asyncio.CancelledError):
        uvloop.run(work(settings()))
