"""Holds over the API: placed, listed, released, and who may."""

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import text

from domain.ids import new_id
from domain.permissions import ROLES
from models.workspaces import Workspace
from tests.conftest import Transaction
from tests.factories.clients import browser
from tests.factories.people import make_key

PATH = "/api/v1/holds"
PROCESS = text(
    "insert into processes (id, workspace_id, workflow_id, kind, title, rank, started_at, updated_at)"
    " values (uuidv7(), :ws, 'cohort/' || gen_random_uuid(), 'cohort', 'Welcome', 1, now(), now()) returning id"
)


async def test_everything_and_a_channel(client: AsyncClient, workspace: Workspace) -> None:
    everything = await client.post(PATH, json={"scope": "workspace"})
    mail = await client.post(PATH, json={"scope": "channel", "subject": "email"})
    again = await client.post(PATH, json={"scope": "channel", "subject": "email"})
    assert (everything.status_code, everything.json()["subject"]) == (201, str(workspace.id))
    assert again.json() == mail.json(), "what stands already goes on standing"
    found = (await client.get(PATH)).json()["items"]
    assert [(one["scope"], one["held_by"], one["overdue"]) for one in found] == [
        ("channel", "Test", 0),
        ("workspace", "Test", 0),
    ]
    released = await client.post(f"{PATH}/{mail.json()['id']}/release", json={"overdue": "skip"})
    assert released.status_code == 204
    assert [one["scope"] for one in (await client.get(PATH)).json()["items"]] == ["workspace"]
    twice = await client.post(f"{PATH}/{mail.json()['id']}/release")
    assert (twice.status_code, twice.json()["detail"]) == (409, "This hold has been released already.")


async def test_an_automation_is_the_same_hold_from_both_sides(client: AsyncClient) -> None:
    made = (await client.post("/api/v1/automations", json={"name": "Welcome", "definition": {}})).json()["id"]
    placed = (await client.post(PATH, json={"scope": "automation", "subject": made})).json()
    assert placed["name"] == "Welcome"
    await client.post(f"/api/v1/automations/{made}/release", json={"overdue": "send"})
    assert (await client.get(PATH)).json()["items"] == []


async def test_a_process_is_the_same_hold_from_both_sides(
    client: AsyncClient, workspace: Workspace, transaction: Transaction
) -> None:
    async with transaction() as db:
        made = (await db.execute(PROCESS, {"ws": workspace.id})).scalar_one()
    await client.post(f"/api/v1/processes/{made}/hold")
    [held] = (await client.get(PATH)).json()["items"]
    assert (held["scope"], held["name"], held["held_by"]) == ("process", "Welcome", "Test")
    await client.post(f"{PATH}/{held['id']}/release")
    assert (await client.get(f"/api/v1/processes/{made}")).json()["held"] is False
    await client.post(PATH, json={"scope": "process", "subject": str(made)})
    assert (await client.get(f"/api/v1/processes/{made}")).json()["held"] is True
    await client.post(f"/api/v1/processes/{made}/release", json={"overdue": "ramp"})
    assert (await client.get(PATH)).json()["items"] == []


@pytest.mark.parametrize(
    ("wanted", "status", "words"),
    [
        ({"scope": "channel", "subject": "pigeon"}, 422, "no such channel"),
        ({"scope": "automation", "subject": "x"}, 404, "no such automation"),
        ({"scope": "process", "subject": str(new_id())}, 404, "no such process"),
    ],
)
async def test_what_is_not_there_cannot_be_held(
    client: AsyncClient, wanted: dict[str, str], status: int, words: str
) -> None:
    answer = await client.post(PATH, json=wanted)
    assert (answer.status_code, words in answer.json()["detail"]) == (status, True)
    assert (await client.get(PATH)).json()["items"] == []


async def test_who_may(app: FastAPI, workspace: Workspace) -> None:
    for role in ROLES.values():
        key = await make_key(workspace, scopes=sorted(role.permissions))
        async with browser(app, headers={"Authorization": f"Bearer {key}"}) as program:
            seen = await program.get(PATH)
            placed = await program.post(PATH, json={"scope": "workspace"})
        allowed = role.name in ("owner", "admin", "marketer")
        assert (seen.status_code, placed.status_code) == (200, 201 if allowed else 403), role.name
