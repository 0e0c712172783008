"""T18: every route of the API and every page, called from one workspace with the ids of another: there is no such thing,
and nothing of the other workspace is in any answer."""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any
from uuid import UUID

import psycopg
import pytest
from fastapi import FastAPI
from httpx import AsyncClient, Response

from core import plugins
from models.base import table_name
from models.workspaces import Workspace
from tests.contracts.test_tenancy import OWNED, TABLES, owner, plant  # noqa: F401 -- a fixture
from tests.factories.clients import browser, signed_in
from tests.factories.people import make_key, make_person

# Where the name of a parameter is not the name of its table.
TABLES_OF = {"member": "memberships", "session": "sign_ins", "number": "automation_versions"}
ENDLESS = {"/home/feed"}  # streams of their own workspace, for as long as somebody looks
ID = re.compile(r"\{(\w+?)(?::\w+)?\}")


@pytest.fixture
async def theirs(owner: psycopg.AsyncConnection[Any], workspace: Workspace) -> dict[str, UUID]:  # noqa: F811
    """A row in every table of a workspace that is not ours: table → id."""
    return {**await plant(owner, workspace), "workspaces": workspace.id}


@pytest.fixture
async def program(app: FastAPI, other_workspace: Workspace) -> AsyncIterator[AsyncClient]:
    async with browser(app, headers={"Authorization": f"Bearer {await make_key(other_workspace)}"}) as client:
        yield client


@pytest.fixture
async def stranger(app: FastAPI, other_workspace: Workspace) -> AsyncIterator[AsyncClient]:
    """An owner of the other workspace."""
    async with signed_in(app, await make_person(other_workspace)) as client:
        yield client


def filled(path: str, theirs: Mapping[str, UUID]) -> str:
    """The path with the ids of the other workspace in it."""
    return ID.sub(lambda found: str(theirs.get(_table(found[1]), "x")), path)


def _table(parameter: str) -> str:
    name = parameter.removesuffix("_id")
    return TABLES_OF.get(name) or table_name("".join(word.title() for word in name.split("_")))


def canaries(theirs: Mapping[str, UUID], workspace: Workspace) -> list[str]:
    return [str(workspace.id), workspace.slug, *map(str, theirs.values())]


def leaked(answer: Response, asked: str, secrets: list[str]) -> list[str]:
    """What is in the answer and was not in the question."""
    return [secret for secret in secrets if secret in answer.text and secret not in asked]


async def test_every_operation_of_the_api(
    app: FastAPI, program: AsyncClient, theirs: dict[str, UUID], workspace: Workspace
) -> None:
    tried = 0
    # what names an id comes first: what is created later would be in its way
    for path, operations in sorted(app.openapi()["paths"].items(), key=lambda one: "{" not in one[0]):
        for method, operation in operations.items():
            url = filled(path, theirs)
            answer = await program.request(
                method, url, params=_query(operation, theirs), json=_body(app, operation)
            )
            where = f"{method} {url}: {answer.status_code} {answer.text[:300]}"
            assert leaked(answer, url, canaries(theirs, workspace)) == [], where
            if "{" in path:
                tried += 1
                assert answer.status_code in _refusals(path), where
    assert tried > 10


def _refusals(path: str) -> set[int]:
    return {403} if path.startswith("/api/v1/me/") else {404}  # a key has no sessions, whosever they are


def _query(operation: Mapping[str, Any], theirs: Mapping[str, UUID]) -> dict[str, str]:
    """What must be asked, about what is theirs."""
    needed = [p["name"] for p in operation.get("parameters", ()) if p["in"] == "query" and p.get("required")]
    return {name: str(theirs.get(_table(name), "x")) for name in needed}


def _body(app: FastAPI, operation: Mapping[str, Any]) -> Any:
    from web.api_reference import _content, _Reader

    if "requestBody" not in operation:
        return None
    return _Reader(app.openapi())._sample(_content(operation["requestBody"]))


async def test_every_page(stranger: AsyncClient, theirs: dict[str, UUID], workspace: Workspace) -> None:
    tried = 0
    for method, path in _pages():
        url = filled(path, theirs)
        answer = await stranger.request(method, url, data={} if method == "POST" else None)
        where = f"{method} {url}: {answer.status_code} {re.sub('<[^>]+>', ' ', answer.text)[:300]}"
        assert leaked(answer, url, canaries(theirs, workspace)) == [], where
        assert answer.status_code < 500, where
        if "_id}" in path or "_id:" in path:
            tried += 1
            assert answer.status_code in ({404} if method == "GET" else {404, 422}), (
                where
            )  # a form is read first
    assert tried > 3


def _pages() -> Iterator[tuple[str, str]]:
    for module in plugins.load("web.pages"):
        for route in (getattr(module, "router", None) and module.router.routes) or ():
            for method in sorted(route.methods):
                if route.path not in {"/sign-out", "/sign-in", "/sign-up", *ENDLESS}:
                    yield method, route.path


async def test_the_crawl_would_notice(app: FastAPI, theirs: dict[str, UUID], workspace: Workspace) -> None:
    """From the right workspace the same questions find the rows: an empty answer above is not an accident."""
    async with browser(app, headers={"Authorization": f"Bearer {await make_key(workspace)}"}) as ours:
        answer = await ours.get("/api/v1/api-keys")
    assert leaked(answer, "", canaries(theirs, workspace)) != []
    assert set(theirs) - {"workspaces"} == set(OWNED) & {
        name for name, table in TABLES.items() if "id" in table.columns
    }
