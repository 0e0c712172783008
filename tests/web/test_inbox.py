"""The inbox shows a mail as it arrives, and looking at it counts for nothing: only the customer opens and clicks."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from activities.emails import link_keys
from core.settings import settings
from domain.emails.marks import LINK, LINK_END, NUMBER_END, PIXEL
from domain.tracking import Tracking, finish_html, finish_text
from models import inbox, messages
from models.messages import NewMessage, Settled
from models.workspaces import Workspace
from tests.conftest import Transaction
from tests.factories.contacts import make_contact

YESTERDAY = datetime.now(UTC) - timedelta(days=1)
TARGET = "https://shop.example/guide"
_COUNTED = text(
    "select (select count(*) from events where name like 'email.%'), count(opened_at), count(clicked_at) from messages"
)


def settled(workspace: Workspace, message_id: UUID) -> Settled:
    keys = link_keys(settings().mainspring_home)
    tracking = Tracking(keys, "http://127.0.0.1", workspace.id, message_id)
    html = finish_html(f'<p>Hello</p><a {LINK}0{NUMBER_END}href="{TARGET}">Read it</a>{PIXEL}', tracking)
    plain = finish_text(f"Read it: {LINK}0{NUMBER_END}{TARGET}{LINK_END}", tracking)
    assert "/t/o/" in html
    assert "/t/c/" in html
    assert "/t/c/" in plain
    return Settled(message_id, "sent", sent_at=YESTERDAY, subject="Hi", html=html, text=plain)


@pytest.fixture
async def mail_id(workspace: Workspace, transaction: Transaction) -> UUID:
    """A tracked mail of yesterday, so that no hurry of a scanner explains what is not counted."""
    async with transaction() as db:
        to = await make_contact(db, workspace.id, email="ada@example.com")
        row = NewMessage(workspace.id, "email", to.id, "test", YESTERDAY, address="ada@example.com")
        await messages.reserve(db, [row])
        await messages.settle(db, [settled(workspace, row.id)], was=("reserved",))
        await inbox.capture(db, [(workspace.id, row.id)], YESTERDAY)
        found = await db.execute(text("select id from captured_mails"))
        return found.scalar_one()


@pytest.mark.parametrize("view", ["", "/html", "?tab=text", "?tab=headers"])
async def test_reading_a_mail_is_not_the_customer_opening_it(
    person: AsyncClient, transaction: Transaction, mail_id: UUID, view: str
) -> None:
    answer = await person.get(f"/inbox/{mail_id}{view}")
    assert answer.status_code == 200
    assert "/t/o/" not in answer.text
    assert "/t/c/" not in answer.text
    assert (TARGET in answer.text) == (view in ("/html", "?tab=text"))
    async with transaction() as db:
        assert tuple((await db.execute(_COUNTED)).one()) == (0, 0, 0)
