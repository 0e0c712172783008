"""Erasing somebody: nothing of what was known about them is anywhere any more, in no table and in no log."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
from httpx import AsyncClient
from psycopg.sql import SQL, Identifier
from sqlalchemy import text

from models import automations, inbox, messages, simulations
from models.messages import Body, NewMessage, Settled
from models.workspaces import Workspace
from tests.conftest import Transaction
from tests.contracts.test_tenancy import OWNED, owner  # noqa: F401 -- a fixture

CANARY = "canary7311"
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


async def write_to(transaction: Transaction, workspace: Workspace, contact_id: UUID) -> None:
    """A mail that bounced in the words of a server, and one in the captured inbox."""
    async with transaction() as db:
        for key, state in (("one", "failed"), ("two", "sent")):
            row = NewMessage(workspace.id, "email", contact_id, key, NOW, address=f"{CANARY}@x.example")
            await messages.reserve(db, [row])
            await messages.write(db, row.id, Body(f"Hello {CANARY}", f"<p>{CANARY}</p>", CANARY))
            settled = Settled(
                row.id, state, reason=f"550 no such user {CANARY}@x.example", headers={"To": CANARY}
            )
            await messages.settle(db, [settled], was=("reserved",))
        await inbox.capture(db, [(workspace.id, row.id)], NOW)
        drawn = await automations.create(db, workspace.id, name="Welcome", draft={}, now=NOW)
        made = await simulations.add(db, drawn, request={"contact_id": str(contact_id)}, now=NOW)
        made.result = {"path": [{"why": CANARY}]}


async def found(owner: psycopg.AsyncConnection[Any], workspace: Workspace) -> list[str]:  # noqa: F811
    """Tables of the workspace in which the canary is."""
    tables: list[str] = []
    for name in sorted(OWNED):
        query = SQL("select count(*) from {} t where workspace_id = %s and to_jsonb(t)::text like %s")
        cursor = await owner.execute(query.format(Identifier(name)), (workspace.id, f"%{CANARY}%"))
        row = await cursor.fetchone()
        if row and row[0]:
            tables.append(name)
    return tables


async def test_nothing_is_left_of_somebody(
    client: AsyncClient,
    owner: psycopg.AsyncConnection[Any],  # noqa: F811
    transaction: Transaction,
    workspace: Workspace,
) -> None:
    details = {
        "email": f"{CANARY}@x.example",
        "first_name": CANARY,
        "tags": [CANARY],
        "consent": {"email": "subscribed"},
    }
    ada = UUID((await client.post("/api/v1/contacts", json=details)).json()["id"])
    happened = [{"name": "order.placed", "contact": {"id": str(ada)}, "properties": {"note": CANARY}}]
    await client.post("/api/v1/events", json={"events": happened})
    await client.patch(f"/api/v1/contacts/{ada}", json={"last_name": CANARY})
    await write_to(transaction, workspace, ada)
    known = await found(owner, workspace)
    assert {"contacts", "events", "messages", "audit_log", "simulations"} <= set(known)

    assert (await client.delete(f"/api/v1/contacts/{ada}")).status_code == 204
    assert await found(owner, workspace) == []
    async with transaction() as db:
        [captured] = (await db.execute(text("select count(*) from captured_mails"))).scalars()
        sent = (await db.execute(text("select state from messages order by send_key"))).scalars().all()
        acts = await db.execute(text("select action from audit_log where resource = 'contacts' order by id"))
    assert (captured, sent) == (0, ["failed", "sent"]), "the numbers stay, the mail does not"
    assert list(acts.scalars())[-1] == "removed", "the log still says that somebody was removed"


async def test_the_log_of_others_is_out_of_reach(
    transaction: Transaction,
    owner: psycopg.AsyncConnection[Any],  # noqa: F811
    other_workspace: Workspace,
) -> None:
    subject = str(other_workspace.id)
    await owner.execute(
        "insert into audit_log (id, workspace_id, actor_kind, actor_id, actor_name, action, resource, subject_id, before)"
        " values (uuidv7(), %s, 'user', uuidv7(), 'Ada', 'changed', 'contacts', %s, %s)",
        (other_workspace.id, subject, f'{{"name": "{CANARY}"}}'),
    )
    async with transaction() as db:
        await db.execute(text("select audit_forget('contacts', array[cast(:id as text)])"), {"id": subject})
    assert "audit_log" in await found(owner, other_workspace)
