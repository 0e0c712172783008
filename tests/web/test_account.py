"""One's own account: the name that others see, the password, and the browsers that are signed in."""

import re

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from models.workspaces import Workspace
from tests.factories.clients import browser, signed_in
from tests.factories.people import PASSWORD, Person, make_person, sign_in
from web.pages.account import browser_name

ACCOUNT = "/settings/account"


async def test_every_role_has_one(app: FastAPI, workspace: Workspace) -> None:
    async with signed_in(app, await make_person(workspace, role="viewer")) as viewer:
        assert (await viewer.get(ACCOUNT)).status_code == 200


async def test_the_name_is_changed_and_seen_by_the_team(person: AsyncClient) -> None:
    assert (await person.post(ACCOUNT, data={"name": "  Augusta  King "})).status_code == 303
    assert "Augusta King" in (await person.get("/settings/team")).text
    refused = await person.post(ACCOUNT, data={"name": " "})
    assert refused.status_code == 422
    assert 'id="field-name-error"' in refused.text


async def test_a_new_password_opens_the_door_and_the_old_one_does_not(
    app: FastAPI, workspace: Workspace
) -> None:
    someone = await make_person(workspace)
    elsewhere = Person(someone.user, someone.membership_id, await sign_in(someone.user, workspace))
    async with signed_in(app, someone) as me, signed_in(app, elsewhere) as other:
        for wrong, field in [
            ({"current_password": "guess", "new_password": "four other words now"}, "current_password"),
            ({"current_password": PASSWORD, "new_password": "short"}, "new_password"),
        ]:
            refused = await me.post(f"{ACCOUNT}/password", data=wrong)
            assert refused.status_code == 422
            assert f'id="field-{field}-error"' in refused.text
            assert "four other words now" not in refused.text
        changed = await me.post(
            f"{ACCOUNT}/password", data={"current_password": PASSWORD, "new_password": "four other words now"}
        )
        assert changed.status_code == 303
        assert (await me.get(ACCOUNT)).status_code == 200
        assert (await other.get(ACCOUNT)).status_code == 303
    async with browser(app, address="2001:db8:7::1") as visitor:
        old = await visitor.post("/sign-in", data={"email": someone.user.email, "password": PASSWORD})
        new = await visitor.post(
            "/sign-in", data={"email": someone.user.email, "password": "four other words now"}
        )
    assert (old.status_code, new.status_code) == (401, 303)


async def test_somebody_at_an_open_screen_cannot_guess_for_ever(person: AsyncClient) -> None:
    guesses = [
        (
            await person.post(f"{ACCOUNT}/password", data={"current_password": "guess", "new_password": "x"})
        ).status_code
        for _ in range(11)
    ]
    assert guesses == [422] * 10 + [429]


async def test_browsers_are_listed_and_signed_out(app: FastAPI, workspace: Workspace) -> None:
    someone = await make_person(workspace)
    others = [
        Person(someone.user, someone.membership_id, await sign_in(someone.user, workspace)) for _ in range(2)
    ]
    async with (
        signed_in(app, someone) as me,
        signed_in(app, others[0]) as one,
        signed_in(app, others[1]) as two,
    ):
        ends = re.findall(rf"{ACCOUNT}/browsers/[0-9a-f-]+/end", (await me.get(ACCOUNT)).text)
        assert len(ends) == 2
        assert (await me.post(ends[0])).status_code == 303
        left = [(await client.get(ACCOUNT)).status_code for client in (one, two)]
        assert sorted(left) == [200, 303]
        assert (await me.post(f"{ACCOUNT}/browsers/end-others")).status_code == 303
        assert [(await client.get(ACCOUNT)).status_code for client in (me, one, two)] == [200, 303, 303]


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge on Windows",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome on Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604.1",
            "Safari on an iPhone",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on a Mac",
        ),
        ("curl/8.0", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_browser_is_called_as_people_call_it(user_agent: str, name: str) -> None:
    assert browser_name(user_agent) == name
