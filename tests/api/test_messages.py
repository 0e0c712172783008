"""Messages over the API: listed, filtered, read."""

from datetime import UTC, datetime
from uuid import UUID

from httpx import AsyncClient

from domain.ids import new_id
from models import messages
from models.messages import NewMessage
from models.workspaces import Workspace
from tests.conftest import Transaction


async def make(transaction: Transaction, workspace: Workspace, **fields: str) -> UUID:
    row = NewMessage(
        workspace.id, "email", None, f"test:{new_id()}", datetime.now(UTC), address="a@b.example", **fields
    )
    async with transaction() as db:
        await messages.reserve(db, [row])
    return row.id


async def test_messages_are_listed_page_by_page(
    client: AsyncClient, workspace: Workspace, transaction: Transaction
) -> None:
    made = [await make(transaction, workspace) for _ in range(3)]
    first = (await client.get("/api/v1/messages", params={"limit": 2})).json()
    rest = (await client.get("/api/v1/messages", params={"limit": 2, "cursor": first["next"]})).json()
    assert [UUID(one["id"]) for one in first["items"] + rest["items"]] == made[::-1]
    assert rest["next"] is None


async def test_messages_are_narrowed_by_state(
    client: AsyncClient, workspace: Workspace, transaction: Transaction
) -> None:
    await make(transaction, workspace)
    dropped = await make(transaction, workspace, state="dropped", reason="no_consent")
    found = (await client.get("/api/v1/messages", params={"state": "dropped", "channel": "email"})).json()
    assert [UUID(one["id"]) for one in found["items"]] == [dropped]


async def test_one_message_has_its_body(
    client: AsyncClient, workspace: Workspace, transaction: Transaction
) -> None:
    made = await make(transaction, workspace)
    async with transaction() as db:
        await messages.write(db, made, messages.Body("Hello", "<p>Hi</p>", "Hi"))
    found = (await client.get(f"/api/v1/messages/{made}")).json()
    assert (found["subject"], found["html"], found["to"]) == ("Hello", "<p>Hi</p>", "a@b.example")
