"""Putting people into an automation by hand: who is selected, which automation, and what is queued."""

from html import unescape
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import text

import activities.steps
import domain.triggers
from core.plugins import load
from models.workspaces import Workspace
from tests.conftest import Transaction
from tests.engine.test_passages import publish
from tests.factories.clients import signed_in
from tests.factories.contacts import make_contact
from tests.factories.passages import tag
from tests.factories.people import make_person
from tests.workflows.conftest import Sandbox
from web import selection

BY_HAND = {
    "entry": {"trigger": {"kind": "manual"}, "again": "never"},
    "start": "greet",
    "nodes": {"greet": tag("greeted")},
}


@pytest.fixture
async def people(transaction: Transaction, workspace: Workspace) -> list[str]:
    async with transaction() as db:
        made = [await make_contact(db, workspace.id, first_name=name) for name in ("Ada", "Adam", "Bob")]
    return [str(one.id) for one in made]


@pytest.fixture
async def automation(workspace: Workspace) -> UUID:
    load(activities.steps)
    load(domain.triggers)
    return await publish(Sandbox(workspace), BY_HAND)


async def queued(transaction: Transaction, automation: UUID) -> list[str]:
    async with transaction() as db:
        rows = await db.execute(
            text(
                "select jsonb_array_elements_text(payload -> 'contacts') from event_queue where subject_id = :id"
            ),
            {"id": automation},
        )
        return sorted(rows.scalars())


async def test_those_who_are_ticked_are_named_and_then_put_in(
    person: AsyncClient, transaction: Transaction, people: list[str], automation: UUID
):
    asked = await person.post("/contacts/bulk/enrol", data={"id": people[:2], "tag": ""})
    words = unescape(asked.text)
    assert asked.status_code == 200
    assert "Put 2 people into an automation" in words
    assert "Ada, Adam" in words
    assert f'value="{people[0]}"' in words
    assert ">Welcome</option>" in words
    assert await queued(transaction, automation) == []
    done = await person.post("/contacts/bulk/enrol", data={"id": people[:2], "automation": str(automation)})
    assert (done.status_code, done.headers["location"]) == (303, f"/automations/{automation}")
    assert await queued(transaction, automation) == sorted(people[:2])


async def test_or_everybody_who_matches(
    person: AsyncClient, transaction: Transaction, people: list[str], automation: UUID
):
    everybody = {"all": "1", "filter_q": "bob"}
    asked = unescape((await person.post("/contacts/bulk/enrol", data=everybody)).text)
    assert 'name="filter_q" value="bob"' in asked
    assert 'name="all" value="1"' in asked
    await person.post("/contacts/bulk/enrol", data=everybody | {"automation": str(automation)})
    assert await queued(transaction, automation) == people[2:]


async def test_nobody_is_nobody(person: AsyncClient, transaction: Transaction, automation: UUID):
    answer = await person.post("/contacts/bulk/enrol", data={"automation": str(automation)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/contacts")
    assert await queued(transaction, automation) == []


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/contacts/bulk", "At most 2 people can be tagged at once."),
        ("/contacts/bulk/enrol", "At most 2 people can be put in at once."),
    ],
)
async def test_too_many_are_none(
    person: AsyncClient,
    transaction: Transaction,
    people: list[str],
    automation: UUID,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    said: str,
):
    monkeypatch.setattr(selection, "_MOST_AT_ONCE", 2)
    data = {"id": people, "tag": "vip", "action": "add_tag", "automation": str(automation)}
    answer = await person.post(path, data=data)
    assert (answer.status_code, answer.headers["location"]) == (303, "/contacts")
    assert said in unescape((await person.get("/contacts")).text)
    assert await queued(transaction, automation) == []


@pytest.mark.parametrize("wrong", ["", "nonsense", str(UUID(int=7))])
async def test_an_automation_that_is_none_is_asked_for_again(
    person: AsyncClient, people: list[str], automation: UUID, wrong: str
):
    answer = await person.post("/contacts/bulk/enrol", data={"id": people, "automation": wrong})
    assert answer.status_code == 422
    assert "Choose an automation that is live." in unescape(answer.text)
    assert f'value="{people[2]}"' in answer.text


async def test_without_one_that_is_live_it_says_what_to_do(person: AsyncClient, people: list[str]):
    assert "No automation is live" in (await person.post("/contacts/bulk/enrol", data={"id": people})).text


async def test_who_may_not_set_automations_going_may_not(
    app: FastAPI, transaction: Transaction, workspace: Workspace, people: list[str], automation: UUID
):
    async with signed_in(app, await make_person(workspace, role="viewer")) as viewer:
        assert "Put into" not in (await viewer.get("/contacts")).text
        data = {"id": people, "automation": str(automation)}
        assert (await viewer.post("/contacts/bulk/enrol", data=data)).status_code == 403
    assert await queued(transaction, automation) == []


async def test_others_can_neither_put_in_our_people_nor_into_ours(
    app: FastAPI, transaction: Transaction, other_workspace: Workspace, people: list[str], automation: UUID
):
    async with signed_in(app, await make_person(other_workspace)) as stranger:
        await stranger.post("/contacts/bulk/enrol", data={"id": people, "automation": str(automation)})
    assert await queued(transaction, automation) == []
