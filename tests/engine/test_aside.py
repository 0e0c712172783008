"""A job that cannot be done stops nobody: it is set aside with what went wrong, and what stands behind it is done."""

import asyncio
from typing import Any

from sqlalchemy import text

from core.db import Scope, session
from domain.ids import new_id
from models import messages, queue
from models.messages import NewMessage
from models.queue import Job
from tests.engine.test_passages import contact, happen, mails, publish
from tests.factories.workspaces import FRIDAY
from tests.workflows.conftest import Sandbox

GREETING: dict[str, Any] = {
    "entry": {"trigger": {"kind": "event", "event": "asked"}, "again": "always"},
    "start": "mail",
    "nodes": {
        "mail": {"kind": "send_email", "subject": "Hi", "body": "Hi", "topic": "transactional", "next": None}
    },
}


async def test_what_stands_behind_a_bad_job_is_done(sandbox: Sandbox) -> None:
    await publish(sandbox, GREETING)
    ada = await contact(sandbox)
    bad = Job(sandbox.id, "look", new_id(), {"nobody": "knows this"})
    async with session() as db:
        await queue.put(db, [bad], shards=[queue.EVENTS])
        await queue.put(db, [bad])
    await happen(sandbox, "asked", ada)
    async with asyncio.timeout(20):
        while not await mails(sandbox) or len(await aside(sandbox)) < 2:  # noqa: ASYNC110 -- nobody tells
            await asyncio.sleep(0.05)
    assert all("KeyError" in payload["error"] for payload in await aside(sandbox))


async def test_a_message_without_a_mail_is_dropped_and_stops_nobody(sandbox: Sandbox) -> None:
    ada = await contact(sandbox)
    lost = NewMessage(sandbox.id, "email", ada, "lost", FRIDAY, version_id=new_id(), node="hello")
    async with session(Scope(workspaces=(sandbox.id,))) as db:
        await messages.reserve(db, [lost])
        await messages.announce(db)
    async with asyncio.timeout(20):
        while (await mails(sandbox))[0][1] != "dropped":  # noqa: ASYNC110 -- nobody tells
            await asyncio.sleep(0.05)


async def aside(sandbox: Sandbox) -> list[dict[str, Any]]:
    async with session() as db:
        rows = await db.execute(
            text("select payload from event_queue where workspace_id = :id and shard = :shard"),
            {"id": sandbox.id, "shard": queue.ASIDE},
        )
        return list(rows.scalars())
