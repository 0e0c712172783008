"""What a worker says of itself to whoever runs it: whether its loops move, and its numbers; at an address of its own."""

import asyncio
import socket
from collections.abc import Sequence

import aiohttp
import structlog
from aiohttp import web
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig

from core import telemetry
from core.db import scope_to, session
from engine.loops import AWAY, Loop
from models import backlog, clocks

log = structlog.get_logger(__name__)

HUNG = 60.0  # seconds without a turn; the laziest loop takes one every five
_PATIENCE = 2.0


class Status:
    """`/healthz` and `/metrics` at `listen` (host:port). A worker that cannot have that address works on and says so."""

    def __init__(self, listen: str) -> None:
        self._loops: Sequence[Loop] = ()
        host, _, port = listen.rpartition(":")
        self._host, self._port = host.strip("[]") or "127.0.0.1", int(port)
        self._sdk = ""

    def watch(self, loops: Sequence[Loop]) -> None:
        self._loops = loops

    def watch_temporal(self) -> None:
        """Have Temporal's SDK count as well. Before the first client is made: later ones would not be counted."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{probe.getsockname()[1]}"
        metrics = PrometheusConfig(
            bind_address=address, counters_total_suffix=True, durations_as_seconds=True
        )
        Runtime.set_default(Runtime(telemetry=TelemetryConfig(metrics=metrics)), error_if_already_set=False)
        self._sdk = f"http://{address}/metrics"

    async def run(self, stop: asyncio.Event) -> None:
        app = web.Application()
        app.add_routes([web.get("/healthz", self._healthz), web.get("/metrics", self._metrics)])
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
        except OSError as error:
            log.warning("health and numbers cannot be asked for", port=self._port, error=str(error))
        await stop.wait()
        await runner.cleanup()

    async def _healthz(self, _: web.Request) -> web.Response:
        silent = {loop.name: round(loop.silent_for, 1) for loop in self._loops}
        hung = sorted(name for name, seconds in silent.items() if seconds > HUNG)
        answer = {"status": "hung" if hung else "alive", "silent_seconds": silent}
        return web.json_response(answer, status=503 if hung else 200)

    async def _metrics(self, _: web.Request) -> web.Response:
        for loop in self._loops:
            telemetry.SILENT.labels(loop.name).set(loop.silent_for)
        await _measure_backlog()
        body = telemetry.metrics() + await self._of_sdk()
        return web.Response(body=body, headers={"Content-Type": telemetry.CONTENT_TYPE})

    async def _of_sdk(self) -> bytes:
        if not self._sdk:
            return b""
        timeout = aiohttp.ClientTimeout(total=_PATIENCE)
        try:
            async with aiohttp.ClientSession(timeout=timeout) as client, client.get(self._sdk) as answer:
                return await answer.read()
        except (aiohttp.ClientError, TimeoutError):
            return b""


async def _measure_backlog() -> None:
    """While Postgres is away nothing is said of what lies in it: an old number would look like a good one."""
    telemetry.DEPTH.clear()
    try:
        async with asyncio.timeout(_PATIENCE), session() as db:
            await scope_to(db, await clocks.all_workspaces(db))
            for queue, depth in (await backlog.depths(db)).items():
                telemetry.DEPTH.labels(queue).set(depth)
    except (*AWAY, TimeoutError):
        return
