"""The profile of a contact says what automations did with them, step by step, and what kept them out of the others."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from httpx import AsyncClient

from domain.ids import new_id
from domain.kernel.values import Why
from models import automations, enrolments, messages
from models.automations import AutomationVersion
from models.contacts import Person
from models.enrolments import Placed
from models.workspaces import Workspace
from tests.conftest import Transaction
from tests.factories.contacts import make_contact
from tests.factories.workspaces import FRIDAY

DRAWN: dict[str, Any] = {
    "entry": {"trigger": {"kind": "event", "event": "signed_up"}},
    "start": "which",
    "nodes": {
        "which": {
            "kind": "branch",
            "name": "Regular customer?",
            "paths": [{"label": "Yes", "when": {"tag": "regular"}, "next": None}],
            "else": "hello",
        },
        "hello": {
            "kind": "send_email",
            "name": "Welcome",
            "subject": "Hi",
            "body": "<mjml></mjml>",
            "next": "offer",
        },
        "offer": {
            "kind": "send_email",
            "name": "First offer",
            "subject": "10%",
            "body": "<mjml></mjml>",
            "next": "rest",
        },
        "rest": {"kind": "wait", "name": "Three quiet days", "for": "P3D", "next": None},
    },
}
UNTIL = FRIDAY + timedelta(days=3)
WHYS = (
    Why("", "", FRIDAY, "entered", "which"),
    Why("which", "branch", FRIDAY, "else", "hello", []),
    Why("hello", "send_email", FRIDAY, "reserved", "offer"),
    Why("offer", "send_email", FRIDAY, "dropped", "rest", {"reason": "no_consent", "detail": ""}),
    Why("rest", "wait", FRIDAY, "waits", None, {"until": UNTIL.isoformat()}),
)


async def make_automation(
    transaction: Transaction, workspace: Workspace, name: str
) -> tuple[automations.Automation, AutomationVersion]:
    async with transaction() as db:
        row = await automations.create(db, workspace.id, name=name, draft=DRAWN, now=FRIDAY)
        version = AutomationVersion(
            workspace_id=workspace.id, automation_id=row.id, number=1, definition=DRAWN, published_at=FRIDAY
        )
        db.add(version)
        await db.flush()
        row.state, row.version_id = "live", version.id
    return row, version


async def make_passage(
    transaction: Transaction,
    workspace: Workspace,
    contact: Person,
    *,
    sends: Sequence[tuple[str, str, str | None]],
    started_at: datetime = FRIDAY,
) -> str:
    """Somebody who came in, and waits; `sends` are the rows of the ledger: step, state, reason."""
    row, version = await make_automation(transaction, workspace, "Welcome series")
    placed = Placed(
        id=new_id(),
        workspace_id=workspace.id,
        automation_id=row.id,
        version_id=version.id,
        contact_id=contact.id,
        entry_key="once",
        trigger_event_id=None,
        node="rest",
        entered_node_at=started_at,
        wake_at=UNTIL,
        cohort_id=None,
        awaits=None,
        hop=0,
        data={},
        started_at=started_at,
        ended_at=None,
        outcome=None,
    )
    async with transaction() as db:
        await enrolments.insert(db, [placed])
        steps = [why.as_json() for why in WHYS]
        await automations.tell(db, [(workspace.id, placed.id, started_at, steps)])
        rows = [
            messages.NewMessage(
                workspace.id, "email", contact.id, f"{placed.id}/{node}", started_at, row.id, version.id, placed.id, node,
                state=state, reason=reason,
            )
            for node, state, reason in sends
        ]  # fmt: skip
        await messages.reserve(db, rows)
    return str(row.id)


async def page(client: AsyncClient, address: str) -> str:
    answer = await client.get(address)
    assert answer.status_code == 200, answer.text
    return " ".join(unescape(answer.text).split())


class TestRecord:
    async def test_sent_not_sent_and_waiting(
        self, person: AsyncClient, transaction: Transaction, workspace: Workspace
    ) -> None:
        async with transaction() as db:
            ada = await make_contact(db, workspace.id, first_name="Ada", time_zone="Asia/Tokyo")
        sends = [("hello", "sent", None), ("offer", "dropped", "no_consent")]
        automation = await make_passage(transaction, workspace, ada, sends=sends)
        text = await page(person, f"/contacts/{ada.id}?automation={automation}")
        for words in (
            f'href="/automations/{automation}">Welcome series</a>',
            "Is at “Three quiet days” until",
            '<details class="ms-details" open>',
            "<strong>Regular customer?</strong><br>No condition is true.",
            "Not true of them: ",
            "<strong>Welcome</strong><br>Sent.",
            "<strong>First offer</strong><br>Not sent: has not agreed to get marketing e-mail.",
            "<strong>Three quiet days</strong><br>Waits until ",
            "(Asia/Tokyo)",
        ):
            assert words in text
        assert text.index("<strong>Welcome</strong>") < text.index("<strong>First offer</strong>")
        assert '<details class="ms-details" open>' not in await page(person, f"/contacts/{ada.id}")

    @pytest.mark.parametrize(
        ("state", "reason", "words"),
        [
            ("bounced", "No such mailbox.", "Sent, but it came back: No such mailbox."),
            ("failed", "Too large.", "Could not be sent: Too large."),
            ("dropped", "There is no address to send to.", "Not sent: there is no e-mail address."),
            ("dropped", "It was too old.", "Not sent: it was too old."),
            ("reserved", None, "Goes out."),
        ],
    )
    async def test_what_became_of_a_mail_later(
        self, person: AsyncClient, transaction: Transaction, workspace: Workspace, state: str, reason: str, words: str
    ) -> None:  # fmt: skip
        async with transaction() as db:
            ada = await make_contact(db, workspace.id, first_name="Ada")
        await make_passage(transaction, workspace, ada, sends=[("hello", state, reason)])
        assert f"<strong>Welcome</strong><br>{words}" in await page(person, f"/contacts/{ada.id}")

    async def test_a_mail_that_was_given_up_while_it_waited_has_a_line_of_its_own(
        self, person: AsyncClient, transaction: Transaction, workspace: Workspace
    ) -> None:
        async with transaction() as db:
            ada = await make_contact(db, workspace.id, first_name="Ada")
        sends = [("rest", "dropped", "Skipped when the hold was released.")]
        await make_passage(transaction, workspace, ada, sends=sends)
        text = await page(person, f"/contacts/{ada.id}")
        assert "Not sent: skipped when the hold was released." in text


class TestWhyNot:
    async def test_whoever_never_came_in(
        self, person: AsyncClient, transaction: Transaction, workspace: Workspace
    ) -> None:
        async with transaction() as db:
            ada = await make_contact(db, workspace.id, first_name="Ada")
        automation, _ = await make_automation(transaction, workspace, "Win back")
        text = await page(person, f"/contacts/{ada.id}")
        assert "has not been in any automation yet" in text
        assert "Why is Ada not in …?" in text
        assert "has not happened to this contact" not in text
        asked = await page(person, f"/contacts/{ada.id}?automation={automation.id}")
        assert "What starts this automation (signed_up) has not happened to this contact." in asked
        nonsense = await page(person, f"/contacts/{ada.id}?automation=nonsense")
        assert "this is why" not in nonsense
