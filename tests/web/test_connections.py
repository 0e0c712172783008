"""The page of connections: what is in force, changing it, trying it, and who may."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from pydantic import SecretStr

from core.settings import settings
from models.workspaces import Workspace
from tests.factories.clients import signed_in
from tests.factories.people import make_person
from tests.factories.workspaces import make_workspace
from tests.fakes.smtp import FakeSmtp

PAGE = "/settings/connections"


@pytest.fixture
async def near(app: FastAPI, workspace: Workspace) -> AsyncIterator[AsyncClient]:
    """An owner on an instance that may dial machines nearby."""
    from api.app import create_app

    instance = create_app(settings().model_copy(update={"allow_private_urls": True}))
    async with signed_in(instance, await make_person(workspace)) as client:
        yield client


def form(server: FakeSmtp, **changes: str) -> dict[str, str]:
    return {
        "channel": "smtp",
        "host": "127.0.0.1",
        "port": str(server.port),
        "security": "none",
        "username": "ada",
        "password": "s3cret canary",
        "mail_from_name": "Fernhill",
        "mail_from": "hello@fernhill.example",
        **changes,
    }


async def test_a_server_is_saved_and_is_in_force_everywhere(near: AsyncClient) -> None:
    assert "In force: the captured inbox" in (await near.get(PAGE)).text
    async with FakeSmtp(password="s3cret canary") as server:
        answer = await near.post(PAGE, data=form(server))
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    page = (await near.get(PAGE)).text
    assert f"In force: your mail server 127.0.0.1:{server.port}" in page
    assert "Your mail server sends from now on." in page
    assert "One is kept, encrypted." in page
    assert "canary" not in page
    assert "New e-mail goes out through your mail server." in (await near.get("/inbox")).text


async def test_a_refused_form_comes_back_as_it_was_without_the_password(near: AsyncClient) -> None:
    async with FakeSmtp() as server:
        answer = await near.post(PAGE, data=form(server, port="smtp", mail_from=""))
    assert answer.status_code == 422
    assert 'id="field-port-error"' in answer.text
    assert 'id="field-mail_from-error"' in answer.text
    assert 'value="127.0.0.1"' in answer.text
    assert "canary" not in answer.text


async def test_checking_what_is_typed_saves_nothing(near: AsyncClient) -> None:
    fragment = {"HX-Request": "true"}
    async with FakeSmtp(password="s3cret canary") as server:
        good = await near.post(f"{PAGE}/check", data=form(server), headers=fragment)
        bad = await near.post(f"{PAGE}/check", data=form(server, password="other"), headers=fragment)
        whole = await near.post(f"{PAGE}/check", data=form(server, port="0"))
    assert "That works." in good.text
    assert "<html" not in good.text
    assert "does not accept this user name and password" in bad.text
    assert "app password" in bad.text
    assert "That did not work." in whole.text
    assert "<h1>Connections</h1>" in whole.text
    assert "In force: the captured inbox" in (await near.get(PAGE)).text


async def test_a_test_is_sent_and_followed(near: AsyncClient) -> None:
    answer = await near.post(f"{PAGE}/test", data={"to": "maya@fernhill.example"})
    assert answer.status_code == 303
    page = (await near.get(answer.headers["location"].partition("#")[0])).text
    assert "On its way to maya@fernhill.example" in page
    assert f"{PAGE}/test/" in page, "it looks again by itself"
    wrong = await near.post(f"{PAGE}/test", data={"to": "maya"})
    assert wrong.status_code == 422
    assert 'id="field-to-error"' in wrong.text


@pytest.mark.parametrize("role", ["marketer", "developer", "viewer"])
async def test_others_see_it_and_change_nothing(app: FastAPI, workspace: Workspace, role: str) -> None:
    async with signed_in(app, await make_person(workspace, role=role)) as client:
        page = await client.get(PAGE)
        assert page.status_code == 200
        assert "Only owners and admins can change this." in page.text
        assert ">Save<" not in page.text
        for address in (PAGE, f"{PAGE}/check"):
            assert (await client.post(address, data={"channel": "captured"})).status_code == 403


async def test_a_sandbox_says_that_nothing_leaves_it(app: FastAPI) -> None:
    async with signed_in(app, await make_person(await make_workspace(sandbox=True))) as client:
        page = (await client.get(PAGE)).text
    assert "no e-mail ever leaves it" in page
    assert ">Save<" not in page


async def test_an_instance_with_a_server_offers_it(app: FastAPI, workspace: Workspace) -> None:
    from api.app import create_app

    instance = create_app(settings().model_copy(update={"smtp_url": SecretStr("smtp://relay.example:25")}))
    async with signed_in(instance, await make_person(workspace)) as client:
        page = (await client.get(PAGE)).text
        assert "In force: the mail server of this instance" in page
        assert "relay.example" not in page
        await client.post(PAGE, data={"channel": "captured"})
        assert "In force: the captured inbox" in (await client.get(PAGE)).text
