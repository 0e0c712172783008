"""A whole instance with one business in it, used over HTTP as a program of its owner would use it."""

import asyncio
import contextlib
import re
import secrets
import socket
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, LiteralString
from urllib.parse import urlsplit

import httpx
import psycopg

from core.launch import instance, programs
from core.launch.home import Home
from core.launch.instance import Instance
from core.launch.programs import Program
from core.settings import Settings, settings

_SCOPES = (
    "automations:read", "automations:write", "automations:approve", "contacts:read", "contacts:write",
    "events:write", "messages:read",
)  # fmt: skip
_PAGE = 1_000  # contacts a request


class Shop:
    """`api` carries the key of the business; `database` reads as the owner of the database, to watch and to count."""

    def __init__(self, ours: Instance, config: Settings, programs: Sequence[Program]) -> None:
        self.url = ours.local_url
        self.config = config
        self.pids = {program.name: program.pid for program in programs}
        self.pids["Postgres"] = _postmaster(config.database_url)
        self.key = ""
        self._mark = secrets.token_hex(3)
        self.api = httpx.AsyncClient(base_url=f"{self.url}/api/v1", timeout=60)

    async def open(self) -> None:
        """Sign the business up and make its key."""
        self.key = await _key(self.url)
        self.api.headers["Authorization"] = f"Bearer {self.key}"

    async def publish(self, name: str, definition: dict[str, Any]) -> str:
        """The id of a live automation."""
        made = await self._ask("POST", "/automations", {"name": name, "definition": definition})
        await self._ask("POST", f"/automations/{made['id']}/publish", {})
        return made["id"]

    async def acquaint(self, count: int, prefix: str) -> list[str]:
        """The ids of so many new contacts who may be written to."""
        for first in range(0, count, _PAGE):
            said = [self._contact(prefix, number) for number in range(first, min(first + _PAGE, count))]
            await self._ask("POST", "/contacts/batch", {"contacts": said})
        async with self.database() as db:
            found = await db.execute(
                "select id::text from contacts where email like %s", (self.address(prefix, "%"),)
            )
            return [row[0] for row in await found.fetchall()]

    def address(self, prefix: str, number: int | str) -> str:
        """Unlike those of any other run on the same database."""
        return f"{prefix}{number}@{self._mark}.example.com"

    def _contact(self, prefix: str, number: int) -> dict[str, Any]:
        return {
            "email": self.address(prefix, number),
            "first_name": ("Lena", "Tom", "Aisha", "Jun", "Marta")[number % 5],
            "last_name": f"Number{number}",
            "consent": {"email": "subscribed"},
        }

    async def enrol(self, automation_id: str, contact_ids: Sequence[str]) -> None:
        await self._ask("POST", f"/automations/{automation_id}/enrol", {"contact_ids": list(contact_ids)})

    async def report(self, event: dict[str, Any]) -> None:
        await self._ask("POST", "/events", {"events": [event]})

    async def tag(self, contact_ids: Sequence[str], name: str) -> None:
        await self._ask("POST", "/contacts/tags", {"contact_ids": list(contact_ids), "add": [name]})

    async def _ask(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self.api.request(method, path, json=body)
        if answer.is_error:
            raise RuntimeError(f"{method} {path} was answered by {answer.status_code}: {answer.text[:500]}")
        return answer.json()

    @contextlib.asynccontextmanager
    async def counting(
        self, query: LiteralString, *values: object
    ) -> AsyncGenerator[Callable[[], Awaitable[int]]]:
        """Asks the same thing again and again, at no more cost than it takes."""
        async with self.database() as db:

            async def count() -> int:
                row = await (await db.execute(query, values, prepare=True)).fetchone()
                return row[0] if row else 0

            yield count

    @contextlib.asynccontextmanager
    async def database(self) -> AsyncGenerator[psycopg.AsyncConnection[Any]]:
        async with await psycopg.AsyncConnection.connect(self.config.database_url, autocommit=True) as db:
            yield db

    async def count(self, query: LiteralString, *values: object) -> int:
        async with self.counting(query, *values) as count:
            return await count()


async def until(done: Callable[[], Awaitable[bool]], *, within: float, every: float = 0.02) -> float:
    """Seconds until it is so."""
    began = time.perf_counter()
    while not await done():
        if time.perf_counter() - began > within:
            raise TimeoutError(f"it took longer than {within:.0f} s")
        await asyncio.sleep(every)
    return time.perf_counter() - began


@contextlib.asynccontextmanager
async def shop(services: Path, database_url: str, temporal_address: str) -> AsyncGenerator[Shop]:
    """API and worker on the given servers, as `make run` starts them."""
    ours = Instance(Home(services / "bench"), "127.0.0.1", _free_port(), database_url, temporal_address, None)
    env = instance.children(ours, database_url, temporal_address) | {"ALLOW_PRIVATE_URLS": "1"}
    python = Path(sys.executable)
    tables = programs.migrations(python, ours.home, env)
    tables.launch()
    await until(lambda: asyncio.to_thread(lambda: not tables.running()), within=60)
    tables.require_success()
    parts = [programs.api(python, ours, env), programs.worker(python, ours, env)]
    try:
        for part in parts:
            part.launch()
        await until(lambda: asyncio.to_thread(parts[-1].ready), within=60)
        config = settings().model_copy(update={"mainspring_home": ours.home.root})
        opened = Shop(ours, config, parts)
        await opened.open()
        yield opened
        await opened.api.aclose()
    finally:
        for part in parts:
            part.stop()


async def _key(url: str) -> str:
    business = {
        "business_name": "Bench",
        "name": "Bench",
        "email": f"bench-{secrets.token_hex(4)}@example.com",
        "password": secrets.token_urlsafe(16),
        "time_zone": "Europe/Berlin",
    }
    async with httpx.AsyncClient(base_url=url, follow_redirects=True, timeout=30) as person:
        (await person.post("/sign-up", data=business)).raise_for_status()
        token = re.search(r'name="csrf" value="([^"]+)"', (await person.get("/automations/new")).text)
        asked = {"name": "Bench", "scopes": list(_SCOPES)}
        headers = {"X-CSRF-Token": token[1] if token else ""}
        made = await person.post("/api/v1/api-keys", json=asked, headers=headers)
        made.raise_for_status()
        return made.json()["key"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _postmaster(database_url: str) -> int:
    with psycopg.connect(database_url) as db:
        row = db.execute("select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int").fetchone()
    if row is None:
        raise RuntimeError(f"no Postgres at {urlsplit(database_url).hostname}")
    return row[0]
