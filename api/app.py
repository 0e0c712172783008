"""The ASGI application: the JSON API found by folder, the pages beside it, and what watches over both."""

import asyncio
import contextlib
import importlib.util
from collections.abc import AsyncGenerator
from functools import cache
from typing import Any

import structlog
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from psycopg import Error as PostgresError

import api
from api import housekeeping, openapi, problems
from api.middleware import Edge
from api.rate_limits import Limiter
from core import db, logs, memory, plugins, readiness, telemetry
from core.security import Keyring, Passwords, Signer
from core.settings import Settings
from core.settings import settings as read_settings
from core.templating import Renderer
from core.temporal import Link
from core.visits import Door
from engine.ingest import Ingest
from models import api_keys

logger = structlog.get_logger(__name__)
DESCRIPTION = (
    "Everything that the pages of Mainspring do, for programs. Keys are made in the settings of a workspace."
)


def create_app(settings: Settings) -> FastAPI:
    """The whole application; it starts also while Postgres and Temporal are away."""
    for folder in ("activities.steps", "domain.triggers"):
        plugins.load(folder)
    app = FastAPI(
        title="Mainspring",
        version="1",
        description=DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
        telemetry={
            "tracing": bool(settings.otel_exporter_otlp_endpoint),
            "metrics": False,
            "logs": False,
        },
    )
    app.state.door = Door(settings, Passwords(), Signer.of(settings.mainspring_home, "csrf"))
    app.state.temporal = Link(settings)
    app.state.renderer = Renderer(children=1)
    app.state.ingest = Ingest()
    app.state.answers = Keyring.of(settings.mainspring_home, "answers")
    app.state.known_keys = api_keys.KnownKeys()
    app.state.limiter = Limiter(settings.api_requests_per_minute)
    problems.handle_errors(app)
    app.add_middleware(Edge, settings=settings)  # pyright: ignore[reportArgumentType]
    # routes are tried in order: the one that is asked a thousand times a second comes first
    for module in sorted(plugins.load(api), key=lambda module: module.__name__ != "api.events"):
        if router := getattr(module, "router", None):
            app.include_router(router, prefix=problems.PREFIX)
    openapi.describe(app)
    _add_probes(app)
    _add_pages(app)
    return app


def _add_probes(app: FastAPI) -> None:
    checks = {
        "postgres": readiness.postgres,
        "temporal": readiness.temporal(app.state.temporal),
        "worker": readiness.worker,
    }

    async def healthz() -> Response:
        return JSONResponse({"status": "alive"})

    async def readyz() -> Response:
        parts = await readiness.parts(checks)
        ready = all(state == "ok" for state in parts.values())
        return JSONResponse(
            {"status": "ready" if ready else "not_ready", "parts": parts}, 200 if ready else 503
        )

    async def metrics() -> Response:
        return Response(telemetry.metrics(), media_type=telemetry.CONTENT_TYPE)

    async def description() -> Response:
        return JSONResponse(app.openapi())

    for path, probe in {
        "/healthz": healthz,
        "/readyz": readyz,
        "/metrics": metrics,
        f"{problems.PREFIX}/openapi.json": description,
    }.items():
        app.add_api_route(path, probe, include_in_schema=False)


def _add_pages(app: FastAPI) -> None:
    """The pages are beside this package, not below it: they are found by name, and the API runs without them."""
    if importlib.util.find_spec("web.mount"):
        importlib.import_module("web.mount").mount(app)


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncGenerator[None]:
    settings: Settings = app.state.door.settings
    telemetry.trace_to(settings, "api")
    database = db.configure(db.Database(settings.database_url, pool=settings.database_pool))
    beside = [
        asyncio.create_task(_forget_revoked_keys(database, app.state.known_keys)),
        asyncio.create_task(housekeeping.keep(Keyring.of(settings.mainspring_home))),
        asyncio.create_task(app.state.renderer.warm()),
    ]
    try:
        yield
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await app.state.renderer.stop()
        await app.state.ingest.close()
        await database.close()


async def _forget_revoked_keys(database: db.Database, known: api_keys.KnownKeys) -> None:
    """A key that was revoked anywhere stops working here at once; without Postgres the cache's two seconds hold."""
    while True:
        try:
            async with await database.connect() as connection:
                await connection.execute(f"listen {api_keys.CHANNEL}".encode())
                async for revoked in connection.notifies():
                    known.forget(revoked.payload)
        except PostgresError:
            await asyncio.sleep(1)


@cache
def _app() -> FastAPI:
    settings = read_settings()
    logs.configure(settings.log_level)
    app = create_app(settings)
    memory.settle()
    return app


def __getattr__(name: str) -> Any:
    """`uvicorn api.app:app` builds it when it asks for it: importing this file does nothing."""
    if name == "app":
        return _app()
    raise AttributeError(name)
