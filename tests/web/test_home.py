"""Home: nobody is asked there for what their role does not let them do."""

import re

import pytest
from fastapi import FastAPI

from domain.permissions import ROLES
from models import holds
from models.workspaces import Workspace
from tests.conftest import Transaction
from tests.factories.clients import signed_in
from tests.factories.people import make_person
from tests.factories.workspaces import FRIDAY


async def home(app: FastAPI, workspace: Workspace, role: str) -> str:
    async with signed_in(app, await make_person(workspace, role=role)) as someone:
        answer = await someone.get("/")
        assert answer.status_code == 200, answer.text
        return answer.text


@pytest.mark.parametrize("role", list(ROLES))
async def test_who_may_not_release_is_only_led_to_what_is_on_hold(
    app: FastAPI, workspace: Workspace, transaction: Transaction, role: str
) -> None:
    async with transaction() as db:
        await holds.hold(db, workspace.id, "workspace", workspace.id, now=FRIDAY, by="Maya")
    action = re.search(r'href="/processes/holds">(\w+)<', await home(app, workspace, role))
    assert action
    assert (action[1] == "Release") is {"automations:approve", "processes:write"}.issubset(
        ROLES[role].permissions
    )


@pytest.mark.parametrize(
    ("role", "asked"),
    [
        ("owner", ["Open settings", "Import", "Choose a recipe"]),
        ("marketer", ["Import", "Choose a recipe"]),
        ("developer", ["Import", "Choose a recipe"]),
        ("viewer", []),
    ],
)
async def test_first_steps_are_those_that_one_may_take(
    app: FastAPI, workspace: Workspace, role: str, asked: list[str]
) -> None:
    page = await home(app, workspace, role)
    steps = re.findall(r"<li( data-done)?>\s*<span class=\"ms-first-mark\"", page)
    assert len(steps) == len(asked)
    assert [
        words for words in ("Open settings", "Import", "Choose a recipe") if f">{words}</a>" in page
    ] == asked
    assert ("Start with a recipe" in page) is (role != "viewer")


async def test_of_no_mail_no_share_was_opened(app: FastAPI, workspace: Workspace) -> None:
    page = await home(app, workspace, "owner")
    assert re.findall(r'class="ms-stat-value">([^<]+)<', page) == ["0", "0", "–", "–"]
