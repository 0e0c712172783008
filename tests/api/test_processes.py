"""Processes over the API: seen, held, released."""

from httpx import AsyncClient
from sqlalchemy import text

from models.workspaces import Workspace
from tests.conftest import Transaction

_MAKE = text(
    "insert into processes (id, workspace_id, workflow_id, kind, title, rank, started_at, updated_at)"
    " values (uuidv7(), :ws, 'cohort/' || gen_random_uuid(), 'cohort', 'Welcome', 1, now(), now()) returning id"
)


async def test_a_process_is_held_and_released(
    client: AsyncClient, workspace: Workspace, transaction: Transaction
) -> None:
    async with transaction() as db:
        made = (await db.execute(_MAKE, {"ws": workspace.id})).scalar_one()
    path = f"/api/v1/processes/{made}"
    assert [one["id"] for one in (await client.get("/api/v1/processes")).json()["items"]] == [str(made)]
    assert (await client.post(f"{path}/hold")).json()["held"] is True
    assert (await client.post(f"{path}/release")).json()["held"] is False
    said = [step["text"].split(" by ")[0] for step in (await client.get(path)).json()["record"]]
    assert said == ["Released", "Put on hold"]
