"""How e-mail goes out, over the API: chosen, checked, tried; and a password that never comes back."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import text

from core.settings import settings
from domain.permissions import ROLES
from models.workspaces import Workspace
from tests.conftest import Transaction
from tests.factories.clients import browser
from tests.factories.people import make_key
from tests.factories.workspaces import make_workspace
from tests.fakes.smtp import FakeSmtp

PATH = "/api/v1/connections/email"
SECRET = "canary-4711 pass"


@pytest.fixture
async def near(app: FastAPI, workspace: Workspace) -> AsyncIterator[AsyncClient]:
    """A program on an instance that may dial machines nearby, as the mail servers of tests are."""
    from api.app import create_app

    instance = create_app(settings().model_copy(update={"allow_private_urls": True}))
    async with browser(instance, headers={"Authorization": f"Bearer {await make_key(workspace)}"}) as client:
        yield client


def server_of(server: FakeSmtp, **changes: object) -> dict[str, object]:
    return {
        "channel": "smtp",
        "host": "127.0.0.1",
        "port": server.port,
        "security": "none",
        "username": "ada",
        "password": SECRET,
        "mail_from": "hello@fernhill.example",
        **changes,
    }


async def test_at_first_mail_is_captured(client: AsyncClient) -> None:
    found = (await client.get(PATH)).json()
    assert (found["channel"], found["in_force"], found["server"]) == ("default", "captured", None)


async def test_a_server_is_chosen_and_its_password_is_never_shown(
    client: AsyncClient, transaction: Transaction
) -> None:
    chosen = {"host": "smtp.fernhill.example", "port": 465, "security": "tls", "username": "ada"}
    answer = await client.put(
        PATH,
        json={"channel": "smtp", **chosen, "password": SECRET, "mail_from": "Hello@Fernhill.example"},
    )
    assert answer.status_code == 200
    found = (await client.get(PATH)).json()
    assert found["server"] == {**chosen, "has_password": True}
    assert (found["in_force"], found["mail_from"]) == ("own", "hello@fernhill.example")
    async with transaction() as db:
        everything = [
            str(tuple(row)) for row in await db.execute(text("select to_jsonb(a) from audit_log a"))
        ]
        assert any("smtp.fernhill.example" in row for row in everything), "the change is on record"
        everything += [str(tuple(row)) for row in await db.execute(text("select settings from workspaces"))]
        everything += [str(tuple(row)) for row in await db.execute(text("select * from secrets"))]
    shown = [answer.text, *everything, (await client.get(PATH)).text]
    assert [one for one in shown if "canary" in one] == []


async def test_what_is_wrong_is_said_all_at_once(client: AsyncClient) -> None:
    answer = await client.put(PATH, json={"channel": "smtp", "host": "https://smtp.x", "port": 99999})
    assert answer.status_code == 422
    assert {one["path"] for one in answer.json()["errors"]} == {"host", "port", "mail_from"}
    assert (await client.get(PATH)).json()["channel"] == "default"


async def test_the_password_of_one_server_is_not_shown_to_another(near: AsyncClient) -> None:
    """Whoever may change settings must not get at the password by naming a server of their own."""
    async with FakeSmtp(password=SECRET) as ours, FakeSmtp(password=SECRET) as evil:
        assert (await near.put(PATH, json=server_of(ours))).status_code == 200
        elsewhere = server_of(evil, host="localhost", password=None)
        for answer in (
            await near.post(f"{PATH}/check", json=elsewhere),
            await near.put(PATH, json=elsewhere),
            await near.put(PATH, json=server_of(ours, username="eve", password=None)),
        ):
            assert answer.status_code == 422, answer.text
            assert "Enter the password again" in answer.json()["errors"][0]["message"]
        assert evil.connections == 0
        kept = await near.put(PATH, json=server_of(ours, password=None))
        assert kept.json()["server"]["has_password"] is True
        assert (await near.post(f"{PATH}/check")).json()["ok"] is True


class TestChecking:
    async def test_it_dials_and_signs_in_and_sends_nothing(self, near: AsyncClient) -> None:
        async with FakeSmtp(password=SECRET) as server:
            found = (await near.post(f"{PATH}/check", json=server_of(server))).json()
            assert found == {
                "ok": True,
                "message": f"Connected to 127.0.0.1:{server.port} and signed in.",
                "advice": "",
            }
            assert (server.connections, server.taken) == (1, [])

    @pytest.mark.parametrize(
        ("changes", "message", "advice"),
        [
            ({"password": "wrong"}, "does not accept this user name and password", "app password"),
            ({"host": "nowhere.invalid"}, "was not found", "typing mistake"),
            ({"security": "tls"}, "cannot be trusted", "other kind of encryption"),
            ({"security": "starttls"}, "did not let us in", "other kind of encryption"),
        ],
    )
    async def test_it_says_what_failed_and_what_to_do(
        self, near: AsyncClient, changes: dict[str, str], message: str, advice: str
    ) -> None:
        async with FakeSmtp(password=SECRET) as server:
            found = (await near.post(f"{PATH}/check", json=server_of(server, **changes))).json()
        assert found["ok"] is False
        assert message in found["message"]
        assert advice in found["advice"]

    async def test_a_server_that_is_down(self, near: AsyncClient) -> None:
        async with FakeSmtp() as server:
            gone = server_of(server)
        found = (await near.post(f"{PATH}/check", json=gone)).json()
        assert "cannot be reached" in found["message"]
        assert "587" in found["advice"]

    async def test_private_machines_cannot_be_dialled(self, client: AsyncClient) -> None:
        async with FakeSmtp() as server:
            found = (await client.post(f"{PATH}/check", json=server_of(server))).json()
            assert "not on the public internet" in found["message"]
            assert server.connections == 0

    async def test_not_without_end(self, client: AsyncClient) -> None:
        answers = [(await client.post(f"{PATH}/check")).status_code for _ in range(61)]
        assert answers == [200] * 60 + [429]


class TestTests:
    async def test_one_is_written_down_and_can_be_followed(self, client: AsyncClient) -> None:
        answer = await client.post(f"{PATH}/test", json={"to": "Maya@Fernhill.example"})
        assert answer.status_code == 202
        found = (await client.get(f"/api/v1/messages/{answer.json()['message_id']}")).json()
        assert (found["to"], found["subject"]) == ("maya@fernhill.example", "Your e-mail works")

    async def test_an_address_that_is_none(self, client: AsyncClient) -> None:
        answer = await client.post(f"{PATH}/test", json={"to": "maya"})
        assert answer.json()["errors"][0]["path"] == "to"


async def test_only_owners_and_admins_change_it(app: FastAPI, workspace: Workspace) -> None:
    for role in ROLES.values():
        key = await make_key(workspace, scopes=sorted(role.permissions))
        async with browser(app, headers={"Authorization": f"Bearer {key}"}) as program:
            changed = await program.put(PATH, json={"channel": "captured"})
            checked = await program.post(f"{PATH}/check")
        allowed = role.name in ("owner", "admin")
        assert (changed.status_code, checked.status_code) == ((200, 200) if allowed else (403, 403)), (
            role.name
        )


async def test_a_sandbox_says_that_nothing_leaves_it(app: FastAPI) -> None:
    sandbox = await make_workspace(sandbox=True)
    async with browser(app, headers={"Authorization": f"Bearer {await make_key(sandbox)}"}) as program:
        chosen = {"channel": "smtp", "host": "smtp.fernhill.example", "mail_from": "a@b.example"}
        answer = await program.put(PATH, json=chosen)
    assert (answer.json()["channel"], answer.json()["in_force"]) == ("smtp", "captured")
