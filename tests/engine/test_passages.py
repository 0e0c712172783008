"""The whole way of a contact through an automation: event in, waits, mail out, on the real engine with the sandbox clock."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from activities import automations as publishing
from core.db import Scope, session
from domain.contacts import Conventions, Origin, parse_details
from models import automations, clocks, contacts, events
from models.events import NewEvent
from tests.factories.workspaces import FRIDAY
from tests.workflows.conftest import Sandbox

DAY = timedelta(days=1)
MAIL = "<mjml><mj-body><mj-section><mj-column><mj-text>Hi {{ contact.first_name }}</mj-text></mj-column></mj-section></mj-body></mjml>"


async def publish(sandbox: Sandbox, definition: dict[str, Any]) -> UUID:
    async with session(Scope(workspaces=(sandbox.id,))) as db:
        now = await clocks.now(db, sandbox.id)
        row = await automations.create(db, sandbox.id, name="Welcome", draft=definition, now=now)
        await publishing.publish(db, row.id, in_flight="finish", name="", by="Maya", now=now)
    return row.id


async def contact(sandbox: Sandbox, **details: Any) -> UUID:
    async with session(Scope(workspaces=(sandbox.id,))) as db:
        said = parse_details(
            {"email": "ada@example.com", "first_name": "Ada", "consent": {"email": "subscribed"}} | details,
            Conventions(),
        )
        written = await contacts.put(
            db, sandbox.id, said, at=await clocks.now(db, sandbox.id), origin=Origin("api")
        )
        assert written.person
        return written.person.id


async def happen(sandbox: Sandbox, name: str, contact_id: UUID, **properties: Any) -> None:
    async with session(Scope(workspaces=(sandbox.id,))) as db:
        now = await clocks.now(db, sandbox.id)
        await events.append(
            db, [NewEvent(sandbox.id, name, contact_id, now, properties, source="api")], recorded_at=now
        )


async def mails(sandbox: Sandbox) -> list[tuple[str, str, datetime | None]]:
    async with session(Scope(workspaces=(sandbox.id,))) as db:
        rows = await db.execute(text("select subject, state, sent_at from messages order by sent_at, id"))
        return [tuple(row) for row in rows]


SERIES: dict[str, Any] = {
    "entry": {"trigger": {"kind": "event", "event": "signed_up"}, "again": "never"},
    "start": "hello",
    "nodes": {
        "hello": {
            "kind": "send_email",
            "subject": "Welcome {{ contact.first_name }}",
            "body": MAIL,
            "next": "pause",
        },
        "pause": {"kind": "wait", "for": "P2D", "next": "bought"},
        "bought": {
            "kind": "branch",
            "paths": [
                {"label": "Yes", "when": {"event": "order.placed", "within": "P30D"}, "next": "thanks"}
            ],
            "else": "nudge",
        },
        "thanks": {"kind": "add_tag", "tag": "buyer", "next": None},
        "nudge": {"kind": "send_email", "subject": "Still there?", "body": MAIL, "next": None},
    },
}


async def test_a_series_goes_its_way(sandbox: Sandbox) -> None:
    await publish(sandbox, SERIES)
    ada = await contact(sandbox)
    await happen(sandbox, "signed_up", ada)
    await sandbox.advance(by=30 * DAY)
    assert await mails(sandbox) == [
        ("Welcome Ada", "sent", FRIDAY),
        ("Still there?", "sent", FRIDAY + 2 * DAY),
    ]
