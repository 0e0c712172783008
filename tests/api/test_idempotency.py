"""T4: a POST that is repeated with its key is done once and answered as before."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from core.db import Database, Scope
from domain.ids import new_id
from models import idempotency
from models.workspaces import Workspace
from tests.factories.clients import browser
from tests.factories.people import make_key

KEYS = "/api/v1/api-keys"
WANTED = {"name": "Shop", "scopes": ["events:write"]}


def with_key() -> dict[str, str]:
    return {"Idempotency-Key": f"key-{new_id()}"}


async def made(client: AsyncClient) -> int:
    return len((await client.get(KEYS)).json()["items"])


async def test_the_same_key_and_body_give_the_same_answer_and_one_effect(client: AsyncClient) -> None:
    headers, before = with_key(), await made(client)
    first = await client.post(KEYS, json=WANTED, headers=headers)
    second = await client.post(KEYS, json=WANTED, headers=headers)
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert first.headers["content-type"] == second.headers["content-type"]
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert await made(client) == before + 1


async def test_another_body_under_the_same_key_is_refused(client: AsyncClient) -> None:
    headers = with_key()
    await client.post(KEYS, json=WANTED, headers=headers)
    before = await made(client)
    answer = await client.post(KEYS, json={**WANTED, "name": "Till"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")
    assert await made(client) == before


async def test_twenty_at_once_have_one_effect(client: AsyncClient) -> None:
    headers, before = with_key(), await made(client)
    answers = await asyncio.gather(*(client.post(KEYS, json=WANTED, headers=headers) for _ in range(20)))
    done = [answer for answer in answers if answer.status_code == 201]
    assert done
    assert len({answer.content for answer in done}) == 1
    assert {answer.json()["code"] for answer in answers if answer not in done} <= {"idempotency_in_flight"}
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert await made(client) == before + 1
    assert (await client.post(KEYS, json=WANTED, headers=headers)).content == done[0].content


async def test_while_the_first_is_in_flight_the_second_waits_elsewhere(
    app: FastAPI, client: AsyncClient, database: Database, workspace: Workspace
) -> None:
    headers = with_key()
    first = idempotency.Request(workspace.id, KEYS, headers["Idempotency-Key"], "x")
    async with database.session(Scope(workspaces=(workspace.id,))) as db:
        assert await idempotency.claim(db, app.state.answers, first) is None
        answer = await client.post(KEYS, json=WANTED, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_in_flight")
    assert (await client.post(KEYS, json=WANTED, headers=headers)).status_code == 201


async def test_a_crash_in_flight_frees_the_key(
    client: AsyncClient, database: Database, workspace: Workspace
) -> None:
    headers = with_key()
    asked = idempotency.Request(workspace.id, KEYS, headers["Idempotency-Key"], "x")
    connection = await database.connect()
    await connection.execute("begin")
    await connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (asked.place,))
    assert (await client.post(KEYS, json=WANTED, headers=headers)).status_code == 409
    await connection.close()  # as the kernel does it for a process that was killed
    for _ in range(50):
        answer = await client.post(KEYS, json=WANTED, headers=headers)
        if answer.status_code != 409:
            break
        await asyncio.sleep(0.02)
    assert answer.status_code == 201


async def test_what_failed_did_nothing_and_may_be_tried_again(client: AsyncClient) -> None:
    headers = with_key()
    for _ in range(2):
        refused = await client.post(KEYS, json={**WANTED, "scopes": ["no:such"]}, headers=headers)
        assert refused.status_code == 422
        assert "idempotent-replayed" not in refused.headers
    assert (await client.post(KEYS, json=WANTED, headers=headers)).status_code == 201


async def test_the_same_key_means_something_else_in_another_workspace_and_on_another_route(
    app: FastAPI, client: AsyncClient, other_workspace: Workspace
) -> None:
    headers = with_key()
    await client.post(KEYS, json=WANTED, headers=headers)
    async with browser(app, headers={"Authorization": f"Bearer {await make_key(other_workspace)}"}) as other:
        theirs = await other.post(KEYS, json=WANTED, headers=headers)
    elsewhere = await client.post(
        "/api/v1/team/invitations", json={"email": "a@example.com", "role": "viewer"}, headers=headers
    )
    assert (theirs.status_code, elsewhere.status_code) == (201, 201)
    assert "idempotent-replayed" not in theirs.headers
    assert "idempotent-replayed" not in elsewhere.headers


@pytest.mark.parametrize(("key", "status"), [("k" * 255, 201), ("k" * 256, 422), ("", 422)])
async def test_a_key_has_its_length(client: AsyncClient, key: str, status: int) -> None:
    assert (await client.post(KEYS, json=WANTED, headers={"Idempotency-Key": key})).status_code == status


async def test_it_is_kept_for_a_day_at_least_and_not_for_ever(
    client: AsyncClient, database: Database, workspace: Workspace
) -> None:
    headers = with_key()
    await client.post(KEYS, json=WANTED, headers=headers)

    async def purge(later: timedelta) -> int:
        async with database.session(Scope(workspaces=(workspace.id,))) as db:
            await idempotency.purge(db, now=datetime.now(UTC) + later)
            return (await db.execute(text("select count(*) from idempotency_keys"))).scalar_one()

    assert await purge(timedelta(hours=25)) == 1
    assert await purge(timedelta(hours=49)) == 0


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(min_size=1, max_size=100), other=st.text(min_size=1, max_size=100))
async def test_for_any_body(client: AsyncClient, name: str, other: str) -> None:
    headers = with_key()
    first = await client.post(KEYS, json={**WANTED, "name": name}, headers=headers)
    again = await client.post(KEYS, json={**WANTED, "name": name}, headers=headers)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    if first.status_code == 201 and other != name:
        assert (await client.post(KEYS, json={**WANTED, "name": other}, headers=headers)).status_code == 422
