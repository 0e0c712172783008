"""Fixtures for everybody: a real database per test process, and for each test a workspace of its own, so nothing is cleaned."""

import os
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from core import logs
from core.db import Database, Db, Scope, configure
from core.settings import settings
from models.workspaces import Workspace
from tests import postgres
from tests.factories.clients import browser, signed_in
from tests.factories.people import make_key, make_person
from tests.factories.workspaces import make_workspace

Transaction = Callable[[], AbstractAsyncContextManager[Db]]


def pytest_configure(config: pytest.Config) -> None:
    """The process that was started by hand makes the folder of this run; the ones that xdist starts inherit it."""
    logs.configure("warning", json=True)
    if hasattr(config, "workerinput"):
        return
    run = Path(tempfile.mkdtemp(prefix="mainspring-tests-"))
    os.environ |= {
        "MAINSPRING_TEST_RUN": str(run),
        "MAINSPRING_HOME": str(run / "home"),
    }
    if config.getoption("numprocesses", None):  # else whichever worker ends first would take the server along
        postgres.server(run)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        postgres.finish(Path(os.environ["MAINSPRING_TEST_RUN"]))


@pytest.fixture(scope="session")
def database_url() -> str:
    """A database of this process alone, migrated. Programs that a test starts find it in the environment."""
    url = postgres.database(
        Path(os.environ["MAINSPRING_TEST_RUN"]), os.environ.get("PYTEST_XDIST_WORKER", "main")
    )
    os.environ["DATABASE_URL"] = url
    settings.cache_clear()
    return url


@pytest.fixture(scope="session")
async def database(database_url: str) -> AsyncIterator[Database]:
    """The pool, with the application's role: what production code reaches by `core.db.session()`."""
    database = configure(Database(database_url))
    yield database
    await database.close()


@pytest.fixture
async def workspace(database: Database) -> Workspace:
    """A real workspace that nobody else uses."""
    return await make_workspace()


@pytest.fixture
async def other_workspace(database: Database) -> Workspace:
    """A second one, to look for what leaks."""
    return await make_workspace()


@pytest.fixture
async def sandbox_workspace(database: Database) -> Workspace:
    """A workspace whose clock stands at `tests.factories.workspaces.FRIDAY` until a test moves it."""
    return await make_workspace(sandbox=True)


@pytest.fixture
async def db(database: Database, workspace: Workspace) -> AsyncIterator[Db]:
    """One transaction in `workspace`, rolled back in the end: for what needs no second connection."""
    async with database.session(Scope(workspaces=(workspace.id,))) as session:
        yield session
        await session.rollback()


@pytest.fixture
def transaction(database: Database, workspace: Workspace) -> Transaction:
    """`async with transaction() as db:` is one committed transaction in `workspace`."""
    return lambda: database.session(Scope(workspaces=(workspace.id,)))


@pytest.fixture(scope="session")
async def app(database: Database) -> AsyncIterator[FastAPI]:
    """The application, started, on the database of this process."""
    from api.app import create_app

    application = create_app(settings())
    async with application.router.lifespan_context(application):
        yield application
    configure(database)


@pytest.fixture
async def client(app: FastAPI, workspace: Workspace) -> AsyncIterator[AsyncClient]:
    """A program with an API key of `workspace` that has every scope."""
    async with browser(app, headers={"Authorization": f"Bearer {await make_key(workspace)}"}) as program:
        yield program


@pytest.fixture
async def person(app: FastAPI, workspace: Workspace) -> AsyncIterator[AsyncClient]:
    """An owner of `workspace` who is signed in, with the header that writes need."""
    async with signed_in(app, await make_person(workspace)) as browser_:
        yield browser_
