"""The links of our mails: opening counts once, a click leads on, and only a button or a mail program unsubscribes."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text

from activities.emails import link_keys
from core.settings import settings
from domain import tracking
from domain.contacts import Conventions, Origin, parse_details
from domain.tracking import Click, Keys, Opening, Unsubscription
from models import contacts, messages
from models.messages import NewMessage, Settled
from models.workspaces import Workspace
from tests.conftest import Transaction

YESTERDAY = datetime.now(UTC) - timedelta(days=1)


@pytest.fixture
def keys() -> Keys:
    return link_keys(settings().mainspring_home)


@pytest.fixture
def anybody(app: FastAPI) -> AsyncClient:
    return AsyncClient(transport=ASGITransport(app), base_url="http://127.0.0.1")


@pytest.fixture
async def sent(workspace: Workspace, transaction: Transaction) -> tuple[UUID, UUID]:
    """A contact and the message that it got yesterday."""
    async with transaction() as db:
        said = parse_details({"email": "ada@example.com", "consent": {"email": "subscribed"}}, Conventions())
        written = await contacts.put(db, workspace.id, said, at=YESTERDAY, origin=Origin("api"))
        assert written.person
        row = NewMessage(
            workspace.id, "email", written.person.id, "test", YESTERDAY, address="ada@example.com"
        )
        await messages.reserve(db, [row])
        await messages.settle(
            db, [Settled(row.id, "sent", sent_at=YESTERDAY, subject="Hi")], was=("reserved",)
        )
    return written.person.id, row.id


async def names(transaction: Transaction) -> list[str]:
    async with transaction() as db:
        rows = await db.execute(text("select name from events where name like 'email.%' order by id"))
        return list(rows.scalars())


async def test_opening_counts_once(
    anybody: AsyncClient, keys: Keys, workspace: Workspace, sent: tuple[UUID, UUID], transaction: Transaction
) -> None:
    token = tracking.sign_opening(keys, Opening(workspace.id, sent[1]))
    for _ in range(3):
        answer = await anybody.get(f"/t/o/{token}")
        assert answer.headers["content-type"] == "image/gif"
    assert await names(transaction) == ["email.opened"]


async def test_a_click_leads_to_where_the_author_said_and_nowhere_else(
    anybody: AsyncClient, keys: Keys, workspace: Workspace, sent: tuple[UUID, UUID], transaction: Transaction
) -> None:
    token = tracking.sign_click(keys, Click(workspace.id, sent[1], 0, "https://example.com/a?b=c"))
    answer = await anybody.get(f"/t/c/{token}")
    assert (answer.status_code, answer.headers["location"]) == (302, "https://example.com/a?b=c")
    assert await names(transaction) == ["email.clicked"]
    assert (await anybody.get(f"/t/c/{token[:-2]}AA")).status_code == 404


async def test_looking_at_the_link_unsubscribes_nobody(
    anybody: AsyncClient, keys: Keys, workspace: Workspace, sent: tuple[UUID, UUID], transaction: Transaction
) -> None:
    token = tracking.sign_unsubscription(keys, Unsubscription(workspace.id, sent[0], "marketing", sent[1]))
    assert "ada@example.com" in (await anybody.get(f"/unsubscribe/{token}")).text
    assert await consent(transaction) == "subscribed"
    one_click = await anybody.post(f"/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"})
    assert one_click.status_code == 200
    assert await consent(transaction) == "unsubscribed"
    assert await names(transaction) == ["email.unsubscribed"]
    await anybody.post(f"/unsubscribe/{token}/undo")
    assert await consent(transaction) == "subscribed"


async def consent(transaction: Transaction) -> str:
    async with transaction() as db:
        return (await db.execute(text("select consent ->> 'email' from contacts"))).scalar_one()
