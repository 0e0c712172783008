"""The settings pages: what a person reads there, what they change, and who is kept out."""

import re
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from domain.permissions import ROLES
from models.workspaces import Workspace
from tests.factories.clients import browser, signed_in
from tests.factories.people import make_person

TABS = {
    "workspace": "settings:read",
    "team": "team:read",
    "roles": "team:read",
    "connections": "settings:read",
    "api-keys": "api_keys:read",
    "audit": "audit:read",
}


@pytest.mark.parametrize("role", list(ROLES))
@pytest.mark.parametrize("tab", list(TABS))
async def test_each_role_sees_its_pages_and_is_told_whom_to_ask_for_the_others(
    app: FastAPI, workspace: Workspace, role: str, tab: str
) -> None:
    owner = await make_person(workspace, name="Grace Hopper")
    async with signed_in(app, await make_person(workspace, role=role)) as client:
        answer = await client.get(f"/settings/{tab}")
    allowed = TABS[tab] in ROLES[role].permissions
    assert answer.status_code == (200 if allowed else 403)
    assert allowed or owner.user.email in answer.text


async def test_settings_lead_to_the_first_of_them(person: AsyncClient) -> None:
    assert (await person.get("/settings")).headers["location"] == "/settings/workspace"


class TestWorkspace:
    async def test_details_are_changed_and_a_word_says_so(self, person: AsyncClient) -> None:
        details = {
            "name": "Fernhill Coffee",
            "time_zone": "America/New_York",
            "currency": "USD",
            "mail_from_name": "Fernhill",
            "mail_from": "Hello@Fernhill.example",
            "postal_address": "1 Harbour Street\r\nCork",
        }
        answer = await person.post("/settings/workspace", data=details)
        assert (answer.status_code, answer.headers["location"]) == (303, "/settings/workspace")
        page = await person.get("/settings/workspace")
        assert "Saved." in page.text
        assert 'value="hello@fernhill.example"' in page.text
        assert "1 Harbour Street\nCork" in page.text
        assert "Saved." not in (await person.get("/settings/workspace")).text

    async def test_what_is_wrong_is_said_and_nothing_is_changed(
        self, person: AsyncClient, workspace: Workspace
    ) -> None:
        answer = await person.post(
            "/settings/workspace",
            data={"name": "New", "time_zone": "Mars/Phobos", "mail_from": "nobody", "currency": "E"},
        )
        assert answer.status_code == 422
        for field in ("time_zone", "mail_from", "currency"):
            assert f'id="field-{field}-error"' in answer.text
        assert 'value="New"' in answer.text
        assert f'value="{workspace.name}"' in (await person.get("/settings/workspace")).text

    async def test_a_name_cannot_carry_a_script(self, person: AsyncClient) -> None:
        await person.post("/settings/workspace", data={"name": "<script>alert(1)</script>"})
        page = await person.get("/settings/workspace")
        assert "<script>alert(1)" not in page.text
        assert "&lt;script&gt;alert(1)" in page.text


class TestTeam:
    async def test_somebody_is_invited_by_a_link_and_comes(self, app: FastAPI, person: AsyncClient) -> None:
        answer = await person.post(
            "/settings/team/invitations", data={"email": "alan@example.com", "role": "viewer"}
        )
        link = re.search(r"http://127.0.0.1:8000(/invitations/[\w-]+)", answer.text)
        assert link
        assert link[1] not in (await person.get("/settings/team")).text
        async with browser(app) as visitor:
            joined = await visitor.post(link[1], data={"name": "Alan", "password": "three words in a row"})
            assert joined.status_code == 303
        page = await person.get("/settings/team")
        assert "Alan" in page.text
        assert "Invited</h2>" not in page.text

    async def test_an_invitation_is_sent_again_and_taken_back(
        self, app: FastAPI, person: AsyncClient
    ) -> None:
        first = await person.post(
            "/settings/team/invitations", data={"email": "alan@example.com", "role": "viewer"}
        )
        again = re.search(r"/settings/team/invitations/[0-9a-f-]+/resend", first.text)
        assert again
        second = await person.post(again[0])
        links = [re.search(r"/invitations/([\w-]{43})", answer.text) for answer in (first, second)]
        assert links[0]
        assert links[1]
        assert links[0][1] != links[1][1]
        revoke = re.search(r"/settings/team/invitations/[0-9a-f-]+/revoke", second.text)
        assert revoke
        assert (await person.post(revoke[0])).status_code == 303
        async with browser(app) as visitor:
            for link in links:
                assert (await visitor.get(f"/invitations/{link[1]}")).status_code == 404

    @pytest.mark.parametrize(("email", "role"), [("nobody", "viewer"), ("a@example.com", "king")])
    async def test_a_wrong_invitation_comes_back_as_it_was_typed(
        self, person: AsyncClient, email: str, role: str
    ) -> None:
        answer = await person.post("/settings/team/invitations", data={"email": email, "role": role})
        assert answer.status_code == 422
        assert f'value="{email}"' in answer.text
        assert "ms-field-error" in answer.text

    async def test_a_role_is_changed_and_a_person_removed(
        self, app: FastAPI, person: AsyncClient, workspace: Workspace
    ) -> None:
        other = await make_person(workspace, role="viewer", name="Alan")
        assert (
            await person.post(f"/settings/team/{other.membership_id}", data={"role": "marketer"})
        ).status_code == 303
        assert "Alan is now marketer." in (await person.get("/settings/team")).text
        async with signed_in(app, other) as shut_out:
            assert (await shut_out.get("/settings/team")).status_code == 200
            await person.post(f"/settings/team/{other.membership_id}/remove")
            refused = await shut_out.get("/settings/team")
        assert refused.status_code == 403
        assert "You belong to no workspace any more" in refused.text


class TestApiKeys:
    async def test_a_key_is_shown_once_and_works(self, app: FastAPI, person: AsyncClient) -> None:
        made = await person.post(
            "/settings/api-keys", data={"name": "Web shop", "scopes": ["settings:read", "events:write"]}
        )
        key = re.search(r"ms_[\w-]{43}", made.text)
        assert key
        assert key[0] not in (await person.get("/settings/api-keys")).text
        async with browser(app, headers={"Authorization": f"Bearer {key[0]}"}) as program:
            assert (await program.get("/api/v1/workspace")).status_code == 200
            assert (await program.get("/api/v1/team/members")).status_code == 403
            revoke = re.search(r"/settings/api-keys/[0-9a-f-]+/revoke", made.text)
            assert revoke
            assert (await person.post(revoke[0])).status_code == 303

    async def test_what_is_wrong_is_said_and_what_was_chosen_is_kept(self, person: AsyncClient) -> None:
        nameless = await person.post("/settings/api-keys", data={"name": "", "scopes": ["events:write"]})
        assert nameless.status_code == 422
        assert re.search(r'value="events:write"\s+checked', nameless.text)
        scopeless = await person.post("/settings/api-keys", data={"name": "Web shop"})
        assert scopeless.status_code == 422
        assert "Choose at least one thing that the key may do." in scopeless.text

    async def test_nobody_is_offered_more_than_they_have(self, app: FastAPI, workspace: Workspace) -> None:
        async with signed_in(app, await make_person(workspace, role="developer")) as client:
            page = await client.get("/settings/api-keys")
        assert 'value="events:write"' in page.text
        assert 'value="team:write"' not in page.text


class TestAudit:
    async def test_a_change_reads_as_a_sentence(self, person: AsyncClient) -> None:
        await person.post("/settings/workspace", data={"name": "Fernhill Coffee"})
        page = (await person.get("/settings/audit")).text
        words = re.sub(r"<[^>]+>|\s+", " ", page)
        assert re.search(r"Ada Lovelace\s+changed\s+the workspace\s+Fernhill Coffee", words)
        assert "<del>Corner Shop</del>" in page
        assert "<ins>Fernhill Coffee</ins>" in page

    async def test_it_is_narrowed_down(self, app: FastAPI, person: AsyncClient, workspace: Workspace) -> None:
        await person.post("/settings/workspace", data={"name": "Fernhill Coffee"})
        other = await make_person(workspace, name="Grace Hopper")
        async with signed_in(app, other) as grace:
            await grace.post(
                "/settings/team/invitations", data={"email": "alan@example.com", "role": "viewer"}
            )

        async def rows(**asked: str) -> str:
            answer = await person.get(
                "/settings/audit", params=asked, headers={"HX-Request": "true", "HX-Target": "div#audit"}
            )
            assert "<html" not in answer.text, "only the rows are renewed"
            return answer.text

        assert "alan@example.com" in await rows()
        assert "alan@example.com" not in await rows(resource="workspaces")
        assert "Fernhill" not in await rows(actor=str(other.user.id))
        assert "alan@example.com" in await rows(since=f"{datetime.now(UTC):%Y-%m-%d}")
        assert "No change fits" in await rows(since="2999-01-01")
        assert "alan@example.com" in await rows(since="nonsense", actor="nonsense")

    async def test_it_goes_on_on_the_next_page(self, person: AsyncClient) -> None:
        for number in range(52):
            await person.post("/settings/workspace", data={"name": f"Shop {number}"})
        first = await person.get("/settings/audit")
        older = re.search(r'href="(/settings/audit\?after=[0-9a-f-]+)"', first.text)
        assert older
        assert "<ins>Shop 51</ins>" in first.text
        assert "<ins>Shop 1</ins>" not in first.text
        second = await person.get(older[1])
        assert "<ins>Shop 1</ins>" in second.text
        assert "<ins>Shop 51</ins>" not in second.text
