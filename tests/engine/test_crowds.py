"""The numbers of an automation and the lists behind them, moving people to a new version, and releasing: over the API."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import text

from core.db import Scope, session
from models.workspaces import Workspace
from tests.engine.test_passages import DAY, MAIL, contact, happen, publish
from tests.factories.clients import browser
from tests.factories.people import make_key
from tests.fakes.sink import Sink, sink
from tests.workflows.conftest import Sandbox


@pytest.fixture
async def program(app: FastAPI, sandbox: Sandbox, sandbox_workspace: Workspace) -> AsyncIterator[AsyncClient]:
    key = await make_key(sandbox_workspace)
    async with browser(app, headers={"Authorization": f"Bearer {key}"}) as client:
        yield client


def drawing(receiver: Sink, pause: str = "P2D") -> dict[str, Any]:
    """Whoever orders comes round again; whoever does not is told to a server that refuses."""
    bought = {"label": "Yes", "when": {"event": "order.placed"}, "next": "thanks"}
    return {
        "entry": {"trigger": {"kind": "event", "event": "signed_up"}, "again": "never"},
        "goal": {"event": "order.paid"},
        "start": "hello",
        "nodes": {
            "hello": {"kind": "send_email", "subject": "Hi", "body": MAIL, "next": "pause"},
            "pause": {"kind": "wait", "for": pause, "next": "bought"},
            "bought": {"kind": "branch", "paths": [bought], "else": "call"},
            "thanks": {"kind": "add_tag", "tag": "buyer", "next": "later"},
            "later": {"kind": "wait", "for": "P1D", "next": "hello"},
            "call": {"kind": "http_request", "url": f"{receiver.url}/hook", "next": "tell"},
            "tell": {"kind": "send_email", "subject": "Still there?", "body": MAIL, "next": None},
        },
    }


async def live_through(sandbox: Sandbox, receiver: Sink) -> UUID:
    automation = await publish(sandbox, drawing(receiver))
    people = {name: await contact(sandbox, email=f"{name}@example.com") for name in ("ada", "ben", "dora")}
    people["cleo"] = await contact(sandbox, email="cleo@example.com", consent={"email": "unsubscribed"})
    for contact_id in people.values():
        await happen(sandbox, "signed_up", contact_id)
    await happen(sandbox, "order.placed", people["ben"])
    await sandbox.advance(by=DAY)
    await happen(sandbox, "order.paid", people["dora"])
    await happen(sandbox, "signed_up", await contact(sandbox, email="eve@example.com"))
    await sandbox.advance(by=2.5 * DAY)
    await _read_some(sandbox)
    return automation


async def _read_some(sandbox: Sandbox) -> None:
    async with session(Scope(workspaces=(sandbox.id,))) as db:
        await db.execute(
            text("update messages set opened_at = sent_at where node = 'hello' and state = 'sent'")
        )
        await db.execute(
            text("update messages set clicked_at = sent_at where node = 'hello' and address like 'b%'")
        )


SERIES: dict[str, Any] = {
    "entry": {"trigger": {"kind": "event", "event": "started"}, "again": "never"},
    "start": "tag",
    "nodes": {
        "tag": {"kind": "add_tag", "tag": "welcomed", "next": "pause"},
        "pause": {"kind": "wait", "for": "P1D", "next": "mail"},
        "mail": {"kind": "send_email", "subject": "Hi", "body": MAIL, "next": None},
    },
}
_HOW_IT_WENT = """
select (select count(*) from enrolments where automation_id = :id and outcome = 'finished'),
       (select count(*) from contacts where tags = '{welcomed}'),
       (select count(distinct contact_id) from messages where automation_id = :id and state = 'sent'),
       (select count(*) from captured_mails), (select count(*) from event_queue where workspace_id = :workspace)
"""


async def test_a_crowd_of_several_pages_gets_everything_once(program: AsyncClient, sandbox: Sandbox) -> None:
    """Its pages are dealt out to two queues, and its mails are written in two lanes."""
    automation = await publish(sandbox, SERIES)
    people = [{"email": f"p{n}@example.com", "consent": {"email": "subscribed"}} for n in range(2_100)]
    for first in range(0, len(people), 1_000):
        answer = await program.post(
            "/api/v1/contacts/batch", json={"contacts": people[first : first + 1_000]}
        )
        assert answer.status_code == 200, answer.text
    async with session(Scope(workspaces=(sandbox.id,))) as db:
        ids = [str(one) for one in await db.scalars(text("select id from contacts"))]
    for _ in range(2):  # the second time nobody comes in
        answer = await program.post(f"/api/v1/automations/{automation}/enrol", json={"contact_ids": ids})
        assert answer.status_code == 202, answer.text
    await sandbox.advance(by=2 * DAY)
    async with session(Scope(workspaces=(sandbox.id,))) as db:
        found = await db.execute(text(_HOW_IT_WENT), {"id": automation, "workspace": sandbox.id})
        assert tuple(found.one()) == (2_100, 2_100, 2_100, 2_100, 0)


async def listed(program: AsyncClient, path: str, **asked: str) -> list[dict[str, Any]]:
    """All pages, of two each."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await program.get(f"{path}/people", params=asked | cursor | {"limit": "2"})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["items"]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


class TestCrowds:
    async def test_each_list_is_as_long_as_its_number(self, sandbox: Sandbox, program: AsyncClient) -> None:
        async with sink() as receiver:
            receiver.status = 404
            path = f"/api/v1/automations/{await live_through(sandbox, receiver)}"
        numbers = (await program.get(f"{path}/numbers")).json()
        whole = {state: numbers[state] for state in ("entered", "inside", "goal", "left")}
        assert whole["entered"] == 5
        assert {state: len(await listed(program, path, state=state)) for state in whole} == whole
        for node, counts in numbers["nodes"].items():
            lists = {state: await listed(program, path, node=node, state=_state(state)) for state in counts}
            assert {state: len(people) for state, people in lists.items()} == counts, node
        for edge, count in numbers["edges"].items():
            assert len(await listed(program, path, edge=edge)) == count, edge

    async def test_the_seeded_automation_has_something_to_show_everywhere(
        self, sandbox: Sandbox, program: AsyncClient
    ) -> None:
        async with sink() as receiver:
            receiver.status = 404
            path = f"/api/v1/automations/{await live_through(sandbox, receiver)}"
        nodes = (await program.get(f"{path}/numbers")).json()["nodes"]
        assert nodes["hello"] == _counts(entered=6, sent=5, opened=5, clicked=2, dropped=1)
        assert nodes["pause"]["left_early"] == 1
        assert nodes["pause"]["waiting"] == 1
        assert nodes["call"]["failed"] == 3
        assert nodes["tell"] == _counts(entered=3, left=3, sent=2, dropped=1)

    async def test_a_failure_says_why_and_so_does_what_was_not_sent(
        self, sandbox: Sandbox, program: AsyncClient
    ) -> None:
        async with sink() as receiver:
            receiver.status = 404
            path = f"/api/v1/automations/{await live_through(sandbox, receiver)}"
        failed = await listed(program, path, node="call", state="failed")
        assert all("404" in person["reason"] for person in failed)
        [kept_back] = await listed(program, path, node="hello", state="dropped")
        assert kept_back["email"] == "cleo@example.com"
        assert kept_back["reason"] == "The contact has not agreed to this kind of message."

    async def test_a_cursor_that_is_none_is_refused(self, sandbox: Sandbox, program: AsyncClient) -> None:
        async with sink() as receiver:
            automation = await publish(sandbox, drawing(receiver))
        answer = await program.get(f"/api/v1/automations/{automation}/people", params={"cursor": "WzFd"})
        assert answer.status_code == 404


def _state(number: str) -> str:
    return "inside" if number == "waiting" else number


def _counts(**some: int) -> dict[str, int]:
    names = ("entered", "waiting", "left", "left_early", "failed", "dropped", "sent", "opened", "clicked")
    return {name: some.get(name, 0) for name in names}


class TestMoving:
    async def test_publishing_says_before_how_many_move_at_once(
        self, sandbox: Sandbox, program: AsyncClient
    ) -> None:
        """Two wait for two days since yesterday: a wait of an hour lets both go on, one of five days neither."""
        async with sink() as receiver:
            automation = await publish(sandbox, drawing(receiver))
            path = f"/api/v1/automations/{automation}"
            for name in ("ada", "ben"):
                await happen(sandbox, "signed_up", await contact(sandbox, email=f"{name}@example.com"))
            await sandbox.advance(by=DAY)
            unchanged = (await program.get(f"{path}/changes")).json()
            await program.put(f"{path}/draft", json={"definition": drawing(receiver, "P5D")})
            longer = (await program.get(f"{path}/changes")).json()
            await program.put(f"{path}/draft", json={"definition": drawing(receiver, "PT1H")})
            shorter = (await program.get(f"{path}/changes")).json()
        assert [one["moves_now"] for one in (unchanged, longer, shorter)] == [0, 0, 2]
        assert (shorter["at_once"], shorter["elsewhere"], shorter["leaving"]) == (2, 0, 0)
        assert shorter["messages"] == 2
        assert shorter["confirm"] is None

    async def test_who_waits_at_a_step_that_is_gone_stands_elsewhere_or_leaves(
        self, sandbox: Sandbox, program: AsyncClient
    ) -> None:
        async with sink() as receiver:
            automation = await publish(sandbox, drawing(receiver))
            path = f"/api/v1/automations/{automation}"
            await happen(sandbox, "signed_up", await contact(sandbox))
            await sandbox.advance(by=DAY)
            healed = drawing(receiver)
            del healed["nodes"]["pause"]
            healed["nodes"]["hello"]["next"] = "later"
            healed["nodes"]["thanks"]["next"] = None
            healed["nodes"]["later"]["next"] = "bought"
            await program.put(f"{path}/draft", json={"definition": healed})
            elsewhere = (await program.get(f"{path}/changes")).json()
            other = {"start": "mark", "nodes": {"mark": {"kind": "add_tag", "tag": "new", "next": None}}}
            await program.put(f"{path}/draft", json={"definition": drawing(receiver) | other})
            leaving = (await program.get(f"{path}/changes")).json()
        assert (elsewhere["elsewhere"], elsewhere["moves_now"]) == (1, 1)
        assert (leaving["leaving"], leaving["moves_now"]) == (1, 1)

    async def test_what_was_not_seen_is_not_sent(self, sandbox: Sandbox, program: AsyncClient) -> None:
        async with sink() as receiver:
            automation = await publish(sandbox, drawing(receiver))
            path = f"/api/v1/automations/{automation}"
            await happen(sandbox, "signed_up", await contact(sandbox))
            await sandbox.advance(by=DAY)
            await program.put(f"{path}/draft", json={"definition": drawing(receiver, "PT1H")})
            refused = await program.post(f"{path}/publish", json={"in_flight": "move", "confirm": 0})
            assert refused.status_code == 409
            assert "1 message" in refused.json()["detail"]
            taken = await program.post(f"{path}/publish", json={"in_flight": "move", "confirm": 1})
            assert taken.json() == {"version": 2}


class TestHolding:
    async def test_who_is_overdue_is_counted_until_the_release(
        self, sandbox: Sandbox, program: AsyncClient
    ) -> None:
        async with sink() as receiver:
            path = f"/api/v1/automations/{await publish(sandbox, drawing(receiver))}"
            for name in ("ada", "ben"):
                await happen(sandbox, "signed_up", await contact(sandbox, email=f"{name}@example.com"))
            await sandbox.advance(by=DAY)
            assert (await program.post(f"{path}/hold")).json()["overdue"] == 0
            await sandbox.advance(by=2 * DAY)
            assert (await program.get(path)).json()["overdue"] == 2
            assert (await program.post(f"{path}/release", json={"overdue": "send"})).json()["overdue"] == 0
            await sandbox.advance(by=DAY)
            numbers = (await program.get(f"{path}/numbers")).json()
        assert numbers["left"] == 2

    async def test_who_is_taken_out_has_left(self, sandbox: Sandbox, program: AsyncClient) -> None:
        async with sink() as receiver:
            path = f"/api/v1/automations/{await publish(sandbox, drawing(receiver))}"
            await happen(sandbox, "signed_up", await contact(sandbox))
            await sandbox.advance(by=DAY)
            await program.post(f"{path}/archive")
        numbers = (await program.get(f"{path}/numbers")).json()
        assert (numbers["inside"], numbers["left"], numbers["nodes"]["pause"]["left_early"]) == (0, 1, 1)
        assert len(await listed(program, path, state="left_early", node="pause")) == 1
