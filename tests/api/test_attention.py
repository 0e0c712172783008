"""Messages that failed or are in doubt: told in groups, sent again under their keys, or settled by a person's word."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import text

from domain.ids import new_id
from domain.permissions import ROLES
from models import holds, messages
from models.messages import NewMessage
from models.workspaces import Workspace
from tests.conftest import Transaction
from tests.factories.clients import browser
from tests.factories.people import make_key

PATH = "/api/v1/messages"


async def make(transaction: Transaction, workspace: Workspace, state: str = "failed", **fields: Any) -> UUID:
    made: dict[str, Any] = {
        "channel": "email",
        "contact_id": None,
        "reason": "The mail server said: no",
        **fields,
    }
    row = NewMessage(
        workspace.id,
        send_key=f"key:{new_id()}",
        created_at=datetime.now(UTC),
        address="a@b.example",
        state=state,
        **made,
    )
    async with transaction() as db:
        await messages.reserve(db, [row])
    return row.id


async def test_they_are_told_in_groups(
    client: AsyncClient, workspace: Workspace, transaction: Transaction
) -> None:
    automation = new_id()
    for person in ("ada", "bob"):
        await make(
            transaction,
            workspace,
            automation_id=automation,
            node="hello",
            reason=f"550 <{person}@x.example> unknown",
        )
    await make(transaction, workspace, "unknown", channel="http", reason="No answer came.")
    await make(transaction, workspace, "sent")
    found = (await client.get(f"{PATH}/attention")).json()["items"]
    assert [(one["state"], one["channel"], one["count"], one["reason"]) for one in found] == [
        ("unknown", "http", 1, "No answer came."),
        ("failed", "email", 2, "550 <…> unknown"),
    ]
    both = {"automation_id": str(automation), "node": "hello", "reason": "550 <…> unknown"}
    assert (await client.post(f"{PATH}/retry", json=both)).json() == {"count": 2, "held": 0}
    assert [one["state"] for one in (await client.get(f"{PATH}/attention")).json()["items"]] == ["unknown"]


@pytest.mark.parametrize("state", ["failed", "unknown"])
async def test_a_retry_is_the_same_message(
    client: AsyncClient, workspace: Workspace, transaction: Transaction, state: str
) -> None:
    made = await make(transaction, workspace, state)
    before = (await client.get(f"{PATH}/{made}")).json()
    after = (await client.post(f"{PATH}/{made}/retry")).json()
    assert (after["id"], after["send_key"]) == (str(made), before["send_key"])
    assert (after["state"], after["reason"]) == ("reserved", None)
    again = await client.post(f"{PATH}/{made}/retry")
    assert (again.status_code, "nothing to decide" in again.json()["detail"]) == (409, True)


@pytest.mark.parametrize(
    "state", ["reserved", "deferred", "dropped", "sending", "sent", "delivered", "bounced"]
)
async def test_nothing_else_is_ever_sent_again(
    client: AsyncClient, workspace: Workspace, transaction: Transaction, state: str
) -> None:
    made = await make(transaction, workspace, state)
    assert (await client.post(f"{PATH}/{made}/retry")).status_code == 409
    for outcome in ("sent", "not_sent"):
        answer = await client.post(f"{PATH}/{made}/resolve", json={"outcome": outcome})
        assert answer.status_code == 409
    assert (await client.get(f"{PATH}/{made}")).json()["state"] == state


async def test_what_arrived_is_announced_once(
    client: AsyncClient, workspace: Workspace, transaction: Transaction
) -> None:
    ada = (await client.post("/api/v1/contacts", json={"email": "ada@b.example"})).json()["id"]
    made = await make(transaction, workspace, "unknown", contact_id=UUID(ada))
    after = (await client.post(f"{PATH}/{made}/resolve", json={"outcome": "sent"})).json()
    assert (after["state"], after["reason"]) == ("sent", "Test said that it was sent.")
    assert after["sent_at"] == after["created_at"]
    timeline = (await client.get(f"/api/v1/contacts/{ada}/timeline")).json()["items"]
    assert [one["name"] for one in timeline].count("email.sent") == 1


async def test_one_that_failed_did_not_arrive(
    client: AsyncClient, workspace: Workspace, transaction: Transaction
) -> None:
    made = await make(transaction, workspace)
    answer = await client.post(f"{PATH}/{made}/resolve", json={"outcome": "sent"})
    assert (answer.status_code, "known that this message failed" in answer.json()["detail"]) == (409, True)
    left = (await client.post(f"{PATH}/{made}/resolve", json={"outcome": "not_sent"})).json()
    assert (left["state"], left["reason"], left["sent_at"]) == ("dropped", "Test left it unsent.", None)


async def test_a_hold_keeps_them_back(
    client: AsyncClient, workspace: Workspace, transaction: Transaction
) -> None:
    mail = await make(transaction, workspace)
    call = await make(transaction, workspace, channel="http")
    async with transaction() as db:
        await holds.hold(db, workspace.id, "channel", "email", now=datetime.now(UTC), by="Maya")
    refused = await client.post(f"{PATH}/{mail}/retry")
    assert (refused.status_code, "hold" in refused.json()["detail"]) == (409, True)
    assert (await client.post(f"{PATH}/retry", json={"state": "failed"})).json() == {"count": 1, "held": 1}
    assert (await client.get(f"{PATH}/{call}")).json()["state"] == "reserved"


async def test_all_of_a_kind_are_settled_and_it_is_on_record(
    client: AsyncClient, workspace: Workspace, transaction: Transaction
) -> None:
    for _ in range(3):
        await make(transaction, workspace, "unknown")
    kept = await make(transaction, workspace, "failed", reason="Another")
    answer = await client.post(f"{PATH}/resolve", json={"state": "unknown", "outcome": "not_sent"})
    assert answer.json() == {"count": 3, "held": 0}
    assert (await client.get(f"{PATH}/{kept}")).json()["state"] == "failed"
    async with transaction() as db:
        [(action, after)] = await db.execute(
            text("select action, after from audit_log where resource = 'messages'")
        )
    assert (action, after) == ("resolved", {"state": "unknown", "outcome": "not_sent", "messages": 3})


async def test_which_ones_must_be_said(client: AsyncClient) -> None:
    answer = await client.post(f"{PATH}/retry", json={})
    assert answer.status_code == 422
    assert "Say which messages" in answer.text


async def test_who_may_decide(app: FastAPI, workspace: Workspace, transaction: Transaction) -> None:
    made = await make(transaction, workspace)
    for role in ROLES.values():
        key = await make_key(workspace, scopes=sorted(role.permissions))
        async with browser(app, headers={"Authorization": f"Bearer {key}"}) as program:
            seen = await program.get(f"{PATH}/attention")
            tried = await program.post(f"{PATH}/retry", json={"state": "unknown"})
            one = await program.post(f"{PATH}/{made}/resolve", json={"outcome": "sent"})
        allowed = role.name in ("owner", "admin", "marketer")
        expected = (200, 200, 409) if allowed else (200, 403, 403)
        assert (seen.status_code, tried.status_code, one.status_code) == expected, role.name
