"""Reporting events: stored when answered, once per key, each bad one turned away by itself."""

import asyncio
from collections.abc import Awaitable
from typing import Any
from uuid import UUID

from httpx import AsyncClient
from sqlalchemy import text

from domain.errors import NotFound
from domain.events import Report, Whom
from domain.ids import new_id
from engine.ingest import Ingest, Receipt
from models.workspaces import Workspace
from tests.conftest import Transaction


def event(**changes: Any) -> dict[str, Any]:
    return {
        "name": "order.placed",
        "contact": {"email": "ada@example.com"},
        "properties": {"total": 12},
    } | changes


async def post(client: AsyncClient, *events: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post("/api/v1/events", json={"events": list(events)})
    assert answer.status_code == 202, answer.text
    return answer.json()


async def names(transaction: Transaction) -> list[str]:
    async with transaction() as db:
        return list((await db.execute(text("select name from events order by id"))).scalars())


async def test_an_event_about_somebody_new_creates_the_contact(
    client: AsyncClient, transaction: Transaction
) -> None:
    contact = {"email": "Ada@Example.com ", "first_name": "Ada", "tags": ["vip"]}
    assert await post(client, event(contact=contact)) == {"accepted": 1, "duplicates": 0, "rejected": []}
    async with transaction() as db:
        row = (await db.execute(text("select email, first_name, tags from contacts"))).one()
    assert tuple(row) == ("ada@example.com", "Ada", ["vip"])
    assert await names(transaction) == ["contact.created", "contact.tag_added", "order.placed"]


async def test_a_key_that_comes_again_is_counted_and_not_stored(
    client: AsyncClient, transaction: Transaction
) -> None:
    keyed = event(idempotency_key="order-1")
    assert (await post(client, keyed, keyed))["duplicates"] == 1
    assert await post(client, keyed) == {"accepted": 0, "duplicates": 1, "rejected": []}
    assert (await names(transaction)).count("order.placed") == 1


async def test_bad_events_are_turned_away_one_by_one(client: AsyncClient, transaction: Transaction) -> None:
    answer = await post(
        client,
        event(),
        event(contact={"email": "not an address"}),
        event(contact={"first_name": "Nobody"}),
        event(contact={"id": "01890000-0000-7000-8000-000000000000"}),
        event(name="contact.created"),
        event(occurred_at="2999-01-01T00:00:00Z"),
        event(contact={"email": "bob@example.com", "phone": "12"}),
    )
    assert answer["accepted"] == 1
    assert [one["index"] for one in answer["rejected"]] == [1, 2, 3, 4, 5, 6]
    assert "ada@example.com" in answer["rejected"][0]["message"]
    async with transaction() as db:
        assert (await db.execute(text("select email from contacts"))).scalars().all() == ["ada@example.com"]


async def test_requests_that_arrive_together_do_not_mix(
    client: AsyncClient, transaction: Transaction
) -> None:
    answers = await asyncio.gather(
        *(
            post(client, event(contact={"email": f"c{n % 7}@example.com"}, idempotency_key=f"k{n}"))
            for n in range(50)
        ),
        *(post(client, event(contact={"email": "broken"})) for _ in range(5)),
    )
    assert [a["accepted"] for a in answers] == [1] * 50 + [0] * 5
    async with transaction() as db:
        assert (await db.execute(text("select count(*) from contacts"))).scalar_one() == 7


async def test_events_of_another_workspace_are_not_seen(
    client: AsyncClient, workspace: Workspace, other_workspace: Workspace, transaction: Transaction
) -> None:
    await post(client, event())
    async with transaction() as db:
        rows = (await db.execute(text("select distinct workspace_id from events"))).scalars().all()
    assert rows == [workspace.id]


async def test_a_fault_of_one_request_is_not_told_to_those_that_came_with_it(workspace: Workspace) -> None:
    ingest, gone = Ingest(), new_id()
    said = {"email": "ada@example.com"}
    report = Report("order.placed", Whom("email", said["email"]), said, {})

    def add(workspace_id: UUID) -> Awaitable[Receipt]:
        return ingest.add(workspace_id, [(0, report)], Receipt(), by="test")

    bad, *good = await asyncio.gather(
        add(gone), *(add(workspace.id) for _ in range(3)), return_exceptions=True
    )
    await ingest.close()
    assert isinstance(bad, NotFound)
    assert [one.accepted for one in good if isinstance(one, Receipt)] == [1, 1, 1]
