"""Calling web addresses from an automation: once, with what was asked for, and going on with the answer."""

import asyncio
from typing import Any

from sqlalchemy import text

from core.db import Scope, session
from tests.engine.test_passages import DAY, contact, happen, publish
from tests.fakes.sink import Sink, sink
from tests.workflows.conftest import Sandbox


def calling(receiver: Sink, **settings: Any) -> dict[str, Any]:
    request = {
        "kind": "http_request",
        "url": f"{receiver.url}/hook",
        "body": '{"email": {{ contact.email | json }}, "total": {{ event.total }}}',
        "next": None,
    }
    where = {"field": "event.total", "op": "more_than", "value": 10}
    linked = {"mark": {"kind": "add_tag", "tag": "told", "next": None}} if "next" in settings else {}
    return {
        "entry": {"trigger": {"kind": "event", "event": "order.placed", "where": where}, "again": "always"},
        "start": "call",
        "nodes": {"call": request | settings, **linked},
    }


async def states(sandbox: Sandbox) -> list[tuple[str, str | None]]:
    async with session(Scope(workspaces=(sandbox.id,))) as db:
        rows = await db.execute(text("select state, reason from messages order by id"))
        return [tuple(row) for row in rows]


async def test_a_request_goes_out_once_under_its_key(sandbox: Sandbox) -> None:
    async with sink() as receiver:
        await publish(sandbox, calling(receiver, next="mark"))
        ada = await contact(sandbox)
        await happen(sandbox, "order.placed", ada, total=5)
        await happen(sandbox, "order.placed", ada, total=42)
        await sandbox.advance(by=DAY)
    [(key, body)] = receiver.received
    assert body == {"email": "ada@example.com", "total": 42}
    assert key.endswith(":call:1:0")
    assert await states(sandbox) == [("sent", None)]


async def test_the_answer_is_there_for_the_next_step(sandbox: Sandbox) -> None:
    async with sink() as receiver:
        receiver.answer = {"discount": 15}
        definition = calling(receiver, save_as="shop", next="rich")
        definition["nodes"] |= {
            "rich": {
                "kind": "branch",
                "paths": [
                    {
                        "label": "Yes",
                        "when": {"field": "data.shop.body.discount", "op": "at_least", "value": 10},
                        "next": "mark",
                    }
                ],
                "else": None,
            }
        }
        await publish(sandbox, definition)
        ada = await contact(sandbox)
        await happen(sandbox, "order.placed", ada, total=42)
        await sandbox.advance(by=DAY)
    async with session(Scope(workspaces=(sandbox.id,))) as db:
        assert (await db.execute(text("select tags from contacts"))).scalar_one() == ["told"]


async def test_a_refusal_is_final_and_says_why(sandbox: Sandbox) -> None:
    async with sink() as receiver:
        receiver.status = 404
        await publish(sandbox, calling(receiver))
        ada = await contact(sandbox)
        await happen(sandbox, "order.placed", ada, total=42)
        await sandbox.advance(by=DAY)
    assert await states(sandbox) == [("failed", "It answered 404 Not Found")]
    assert len(receiver.received) == 1


async def test_who_waits_for_an_answer_goes_on_without_it_when_nobody_gives_one(sandbox: Sandbox) -> None:
    async with sink() as receiver:
        receiver.status = 503
        definition = calling(receiver, save_as="shop", next="mark", on_failure="missed")
        definition["nodes"]["missed"] = {"kind": "add_tag", "tag": "missed", "next": None}
        await publish(sandbox, definition)
        await happen(sandbox, "order.placed", await contact(sandbox), total=42)
        async with asyncio.timeout(15):
            while [state for state, _ in await states(sandbox)] != ["failed"]:
                async with session(
                    Scope(workspaces=(sandbox.id,))
                ) as db:  # nobody waits for the pauses between
                    await db.execute(
                        text("update messages set attempts = 4, not_before = null where state = 'reserved'")
                    )
                await asyncio.sleep(0.1)
        await sandbox.advance(by=DAY)
    async with session(Scope(workspaces=(sandbox.id,))) as db:
        assert (await db.execute(text("select tags from contacts"))).scalar_one() == ["missed"]


async def test_nobody_knows_about_a_server_error(sandbox: Sandbox) -> None:
    async with sink() as receiver:
        receiver.status = 500
        await publish(sandbox, calling(receiver))
        ada = await contact(sandbox)
        await happen(sandbox, "order.placed", ada, total=42)
        await sandbox.advance(by=DAY)
    assert [state for state, _ in await states(sandbox)] == ["unknown"]
    assert len(receiver.received) == 1
