"""A receiver of HTTP requests on loopback that remembers everything, and answers as it is told to."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web


@dataclass
class Sink:
    """`received` in order; `status` is what it answers, `delay` how long it takes."""

    url: str = ""
    status: int = 200
    delay: float = 0.0
    answer: dict[str, Any] = field(default_factory=lambda: {"ok": True})
    received: list[tuple[str, Any]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.received.append(
            (request.headers.get("idempotency-key", ""), orjson.loads(body) if body else None)
        )
        if self.delay:
            await asyncio.sleep(self.delay)
        return web.json_response(self.answer, status=self.status)


@asynccontextmanager
async def sink() -> AsyncGenerator[Sink]:
    made = Sink()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", made.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = str(site.name)
    yield made
    await runner.cleanup()
