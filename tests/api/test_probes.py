"""Alive, ready, measured, traced: also while the rest of the world is away."""

import asyncio
import socket
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from core import readiness
from core.db import Database
from models import owners
from models.workspaces import Workspace
from tests import servers
from tests.factories.clients import browser
from tests.factories.people import make_key


async def fine() -> None:
    pass


class TestParts:
    async def test_what_fails_and_what_takes_too_long_is_away_and_nobody_waits_twice(self) -> None:
        async def broken() -> None:
            raise RuntimeError

        async def slow() -> None:
            await asyncio.sleep(30)

        begun = time.monotonic()
        parts = await readiness.parts({"good": fine, "broken": broken, "slow": slow, "slower": slow})
        assert parts == {"good": "ok", "broken": "away", "slow": "away", "slower": "away"}
        assert time.monotonic() - begun < readiness.PATIENCE + 0.5

    async def test_a_worker_is_alive_while_it_holds_its_lock(self, database: Database) -> None:
        checks = {"worker": readiness.worker}
        async with database.session() as db:
            number = await owners.next_number(db)
            await owners.present(db, number, "test", datetime.now(UTC))
        assert await readiness.parts(checks) == {"worker": "away"}, "a row alone is no worker"
        connection = await database.connect()
        await connection.execute("select pg_advisory_lock(77, %s)", (number,))
        assert await readiness.parts(checks) == {"worker": "ok"}
        await connection.close()
        for _ in range(50):
            if await readiness.parts(checks) == {"worker": "away"}:
                return
            await asyncio.sleep(0.02)
        pytest.fail("the lock of a dead worker still counts")


async def test_alive_is_not_ready(app: FastAPI) -> None:
    async with browser(app) as visitor:
        assert (await visitor.get("/healthz")).status_code == 200
        answer = await visitor.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["postgres"] == "ok"
    assert answer.json()["parts"]["worker"] == "away"


async def test_numbers_are_kept_by_route_and_hold_nothing_private(app: FastAPI, client: AsyncClient) -> None:
    async with browser(app) as visitor:
        await visitor.get("/invitations/very-secret-token")
        await client.get("/api/v1/me")
        answer = await visitor.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert 'mainspring_http_requests_total{method="GET",route="/api/v1/me",status="200"}' in answer.text
    assert 'route="/invitations/{token}"' in answer.text
    assert "very-secret-token" not in answer.text


def test_it_starts_without_a_database_and_says_so(tmp_path: Path) -> None:
    nowhere = f"postgresql://mainspring@127.0.0.1:{servers.free_port()}/none"
    with (
        servers.api(tmp_path / "api.log", environment={"DATABASE_URL": nowhere}) as server,
        httpx.Client(base_url=server.url) as visitor,
    ):
        assert visitor.get("/healthz").status_code == 200
        begun = time.monotonic()
        ready = visitor.get("/readyz")
        assert (ready.status_code, ready.json()["parts"]["postgres"]) == (503, "away")
        assert time.monotonic() - begun < 2
        assert visitor.get("/sign-in").status_code == 200
        problem = visitor.get("/api/v1/me", headers={"Authorization": "Bearer ms_x"})
        assert (problem.status_code, problem.json()["code"]) == (503, "unavailable")
        assert int(problem.headers["retry-after"]) > 0
        page = visitor.post("/sign-in", data={"email": "a@example.com", "password": "x"})
        assert page.status_code == 503
        assert "Back in a moment" in page.text


async def test_traces_go_to_the_endpoint(database_url: str, workspace: Workspace, tmp_path: Path) -> None:
    key, received = await make_key(workspace), asyncio.Event()
    bodies: list[bytes] = []

    async def sink(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(
            next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")).split(
                b":"
            )[1]
        )
        bodies.append(head + await reader.readexactly(length))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()
        received.set()

    collector = await asyncio.start_server(sink, "127.0.0.1", 0)
    address: socket.socket = collector.sockets[0]
    environment = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{address.getsockname()[1]}",
        "OTEL_BSP_SCHEDULE_DELAY": "100",
        "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
    }
    log = tmp_path / "api.log"

    def visit() -> None:
        with servers.api(log, environment=environment) as server:
            httpx.get(f"{server.url}/api/v1/me", headers={"Authorization": f"Bearer {key}"})
            time.sleep(0.5)

    async with collector:
        await asyncio.to_thread(visit)
        await asyncio.wait_for(received.wait(), 10)
    assert b"POST /v1/traces" in bodies[0]
    assert b"mainspring-api" in b"".join(bodies)
    assert b"/me" in b"".join(bodies)
    assert key.encode() not in b"".join(bodies)
