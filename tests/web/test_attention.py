"""Needs attention and On hold: what is seen there, what the buttons do, and who may press them."""

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import text

from models import holds
from models.workspaces import Workspace
from tests.api.test_attention import make
from tests.api.test_holds import PROCESS
from tests.conftest import Transaction
from tests.factories.clients import signed_in
from tests.factories.people import make_person

ATTENTION = "/processes/attention"
HOLDS = "/processes/holds"


def group_form(html: str, action: str) -> dict[str, str]:
    """The hidden fields of the first form that leads there."""
    found = re.search(rf'<form method="post" action="{action}".*?</form>', html, re.DOTALL)
    assert found, action
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', found[0])
    return {name: unescape(value) for name, value in fields}


async def state_of(transaction: Transaction, message_id: UUID) -> str:
    async with transaction() as db:
        return (
            await db.execute(text("select state from messages where id = :id"), {"id": message_id})
        ).scalar_one()


class TestAttention:
    async def test_nothing_needs_anybody(self, person: AsyncClient) -> None:
        assert "Nothing needs you" in (await person.get(ATTENTION)).text

    async def test_a_group_is_sent_again(
        self, person: AsyncClient, workspace: Workspace, transaction: Transaction
    ) -> None:
        made = [await make(transaction, workspace, reason=f"550 <p{n}@x.example> is away") for n in range(3)]
        page = (await person.get(ATTENTION)).text
        assert "3 e-mails could not be sent" in page
        assert "550 &lt;…&gt; is away." in page
        assert "Each stays here until somebody decides" in page
        assert "also what bounced" in page
        assert ">They arrived<" not in page
        answer = await person.post(f"{ATTENTION}/retry", data=group_form(page, f"{ATTENTION}/retry"))
        assert (answer.status_code, answer.headers["location"]) == (303, ATTENTION)
        assert {await state_of(transaction, one) for one in made} == {"reserved"}
        assert "3 messages on the way again." in (await person.get(ATTENTION)).text

    async def test_one_of_a_group_is_settled_and_one_comes_back_to_the_rest(
        self, person: AsyncClient, workspace: Workspace, transaction: Transaction
    ) -> None:
        made = [await make(transaction, workspace, "unknown", channel="http") for _ in range(2)]
        page = (await person.get(ATTENTION)).text
        assert "2 calls to web addresses may or may not have arrived" in page
        link = re.search(rf'href="({ATTENTION}/messages[^"]+)"', page)
        assert link
        listed = (await person.get(link[1].replace("&amp;", "&"))).text
        rows = list(dict.fromkeys(re.findall(r'name="message_id" value="([^"]+)"', listed)))
        assert set(rows) == {str(one) for one in made}
        form: dict[str, Any] = {
            "state": "unknown",
            "channel": "http",
            "message_id": rows[0],
            "outcome": "sent",
        }
        answer = await person.post(f"{ATTENTION}/resolve", data=form)
        assert answer.headers["location"].startswith(f"{ATTENTION}/messages?state=unknown")
        assert await state_of(transaction, UUID(rows[0])) == "sent"
        last = await person.post(
            f"{ATTENTION}/resolve", data={**form, "message_id": rows[1], "outcome": "not_sent"}
        )
        assert last.headers["location"] == ATTENTION
        assert await state_of(transaction, UUID(rows[1])) == "dropped"
        assert (await person.get(link[1].replace("&amp;", "&"))).status_code == 404

    @pytest.mark.parametrize("form", [{}, {"outcome": "sent"}, {"state": "unknown", "outcome": "perhaps"}])
    async def test_nothing_is_done_unless_it_is_said_to_what(
        self, person: AsyncClient, workspace: Workspace, transaction: Transaction, form: dict[str, str]
    ) -> None:
        made = await make(transaction, workspace, "unknown")
        assert (await person.post(f"{ATTENTION}/resolve", data=form)).status_code == 422
        assert await state_of(transaction, made) == "unknown"

    async def test_home_leads_here(
        self, person: AsyncClient, workspace: Workspace, transaction: Transaction
    ) -> None:
        await make(transaction, workspace, "unknown")
        assert f'href="{ATTENTION}"' in (await person.get("/")).text

    async def test_others_see_it_without_buttons(
        self, app: FastAPI, workspace: Workspace, transaction: Transaction
    ) -> None:
        await make(transaction, workspace)
        async with signed_in(app, await make_person(workspace, role="viewer")) as viewer:
            page = await viewer.get(ATTENTION)
            assert "1 e-mail could not be sent" in page.text
            assert "Try again" not in page.text
            assert (await viewer.post(f"{ATTENTION}/retry", data={"state": "failed"})).status_code == 403


class TestHolds:
    async def test_all_mail_is_paused_and_goes_on(self, person: AsyncClient) -> None:
        page = (await person.get(HOLDS)).text
        assert "Nothing is on hold" in page
        assert "All e-mail</option>" in page
        await person.post(HOLDS, data={"what": "channel:email"})
        page = (await person.get(HOLDS)).text
        assert "Nobody is overdue." in page
        assert "by Ada Lovelace" in page
        assert "All e-mail</option>" not in page, "what is held is not offered again"
        assert "E-mail is on hold." in (await person.get("/settings/connections")).text
        release = re.search(rf'action="({HOLDS}/[^"]+/release)"', page)
        assert release
        assert (await person.post(release[1], data={"overdue": "send"})).status_code == 303
        assert "Nothing is on hold" in (await person.get(HOLDS)).text

    async def test_a_process_says_who_holds_it_since_when(
        self, person: AsyncClient, workspace: Workspace, transaction: Transaction
    ) -> None:
        async with transaction() as db:
            made = (await db.execute(PROCESS, {"ws": workspace.id})).scalar_one()
        await person.post(f"/processes/{made}/hold")
        page = (await person.get(f"/processes/{made}")).text
        assert "by Ada Lovelace." in page
        assert "Nothing is overdue." in page
        assert "Welcome: people waiting" in (await person.get(HOLDS)).text
        refused = await person.post(f"/processes/{made}/release", data={"overdue": "tomorrow"})
        assert refused.status_code == 422
        await person.post(f"/processes/{made}/release", data={"overdue": "ramp"})
        assert "Nothing is on hold" in (await person.get(HOLDS)).text

    @pytest.mark.parametrize("what", ["", "moon", "channel:pigeon", "automation:x"])
    async def test_what_cannot_be_held(self, person: AsyncClient, what: str) -> None:
        assert (await person.post(HOLDS, data={"what": what})).status_code in (404, 422)
        assert "Nothing is on hold" in (await person.get(HOLDS)).text

    async def test_others_see_it_without_buttons(
        self, app: FastAPI, workspace: Workspace, transaction: Transaction
    ) -> None:
        async with transaction() as db:
            await holds.hold(db, workspace.id, "channel", "email", now=datetime.now(UTC), by="Maya")
        async with signed_in(app, await make_person(workspace, role="developer")) as developer:
            page = (await developer.get(HOLDS)).text
            assert "All e-mail" in page
            assert "Release" not in page
            assert (await developer.post(HOLDS, data={"what": "workspace"})).status_code == 403


async def test_erasing_says_what_goes_and_what_stays(
    person: AsyncClient, app: FastAPI, workspace: Workspace
) -> None:
    made = await person.post("/contacts", data={"email": "ada@example.com", "first_name": "Ada"})
    path = made.headers.get("location") or made.headers["hx-redirect"]
    page = (await person.get(path)).text
    assert "This cannot be taken back." in page
    assert "so that nobody writes to them again" in page
    async with signed_in(app, await make_person(workspace, role="viewer")) as viewer:
        assert "Erase for good" not in (await viewer.get(path)).text
