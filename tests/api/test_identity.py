"""Who may do what over the API: keys, sessions, scopes, CSRF."""

from httpx import AsyncClient

from models.workspaces import Workspace


async def test_me(client: AsyncClient, workspace: Workspace) -> None:
    answer = await client.get("/api/v1/me")
    assert answer.status_code == 200, answer.text
    assert answer.json()["workspace_id"] == str(workspace.id)


async def test_person(person: AsyncClient, workspace: Workspace) -> None:
    answer = await person.get("/api/v1/me")
    assert answer.status_code == 200, answer.text
    assert answer.json()["role"] == "owner"
