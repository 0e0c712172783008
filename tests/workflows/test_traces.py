"""One trace from the request over the outbox to workflow and activity, at whoever collects traces."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from domain.ids import new_id
from models.workspaces import Workspace
from tests import servers
from tests.factories.imports import make_csv
from tests.factories.people import make_key
from tests.temporal import address, make_namespace


@dataclass(frozen=True, slots=True)
class Span:
    service: str
    name: str
    trace: str


@dataclass
class Collector:
    """An OTLP collector that remembers."""

    url: str = ""
    spans: list[Span] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.raw.append(await request.read())
        for resource in ExportTraceServiceRequest.FromString(self.raw[-1]).resource_spans:
            names = {one.key: one.value.string_value for one in resource.resource.attributes}
            for scope in resource.scope_spans:
                for span in scope.spans:
                    self.spans.append(Span(names["service.name"], span.name, span.trace_id.hex()))
        return web.Response()

    def whole(self) -> set[tuple[str, str]]:
        """Service and name of the spans of the trace that began with the upload."""
        [first] = {span.trace for span in self.spans if span.name.startswith("POST ")} or {""}
        return {(span.service, span.name) for span in self.spans if span.trace == first}


@contextlib.asynccontextmanager
async def collector() -> AsyncGenerator[Collector]:
    made, app = Collector(), web.Application()
    app.router.add_post("/v1/traces", made.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = str(site.name)
    yield made
    await runner.cleanup()


async def test_a_request_is_followed_through_workflow_and_activity(
    database_url: str, workspace: Workspace, tmp_path: Path
) -> None:
    key, namespace = await make_key(workspace), f"traces-{new_id().hex[-12:]}"
    await make_namespace(address(), namespace)
    async with collector() as collected:
        environment = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": collected.url,
            "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
            "OTEL_BSP_SCHEDULE_DELAY": "100",
            "TEMPORAL_NAMESPACE": namespace,
            "MAINSPRING_HOME": str(tmp_path / "home"),
        }

        def upload() -> None:
            with servers.api(tmp_path / "api.log", environment=environment) as server:
                answer = httpx.post(
                    f"{server.url}/api/v1/contacts/import",
                    headers={"Authorization": f"Bearer {key}"},
                    files={"file": ("c.csv", make_csv("ada@example.com,Ada"), "text/csv")},
                )
                assert answer.status_code == 202, answer.text

        expected = {
            ("mainspring-worker", "RunWorkflow:import"),
            ("mainspring-worker", "RunActivity:imports.advance"),
        }
        await asyncio.to_thread(upload)
        with servers.worker(tmp_path / "worker.log", environment):
            async with asyncio.timeout(60):
                while not expected <= collected.whole():  # noqa: ASYNC110 -- other processes send them
                    await asyncio.sleep(0.1)
    assert any(service == "mainspring-api" for service, _ in collected.whole())
    said = b"".join(collected.raw)
    assert b"ada@example.com" not in said
    assert key.encode() not in said
