"""What whoever runs a worker can ask it: is it alive, what has it done, what is waiting."""

import asyncio
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from core.db import Database, Scope, session
from domain.ids import new_id
from engine import status
from engine.loops import Loop
from engine.status import Status
from models import messages, queue
from models.messages import NewMessage
from models.queue import Job
from models.workspaces import Workspace
from tests import servers
from tests.factories.workspaces import FRIDAY


class Steady(Loop):
    name = "steady"
    every = 0.05

    async def turn(self) -> bool:
        return False


class Stuck(Loop):
    name = "stuck"

    async def turn(self) -> bool:
        await asyncio.sleep(60)
        return False


class Watched:
    """Loops that run, and what is said of them."""

    def __init__(self, *loops: Loop) -> None:
        self.loops, self.stop = loops, asyncio.Event()
        self.url = f"http://127.0.0.1:{servers.free_port()}"

    async def __aenter__(self) -> httpx.AsyncClient:
        said = Status(self.url.removeprefix("http://"))
        said.watch(self.loops)
        self.tasks = [asyncio.create_task(part.run(self.stop)) for part in (*self.loops, said)]
        self.client = httpx.AsyncClient(base_url=self.url)
        await asyncio.sleep(0.2)
        return self.client

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()
        self.stop.set()
        for task in self.tasks[:-1]:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


async def test_a_worker_whose_loops_move_is_alive(database: Database) -> None:
    async with Watched(Steady()) as client:
        answer = await client.get("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (200, "alive")
    assert answer.json()["silent_seconds"]["steady"] < 1


async def test_one_that_hangs_is_named(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status, "HUNG", 0.15)
    async with Watched(Steady(), Stuck()) as client:
        answer = await client.get("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (503, "hung")
    assert answer.json()["silent_seconds"]["stuck"] > 0.15


async def test_numbers_say_what_waits_and_what_was_done(database: Database, workspace: Workspace) -> None:
    async with Watched(Steady()) as client:
        before = numbers((await client.get("/metrics")).text)
        async with session(Scope(workspaces=(workspace.id,))) as db:
            await queue.put(db, [Job(workspace.id, "look", new_id(), {})] * 3, shards=[9])
            row = NewMessage(workspace.id, "nobody", None, "x", FRIDAY, state="deferred")
            await messages.reserve(db, [row])
        async with session() as db:
            assert len(await queue.claim(db, 9, 2)) == 2
        after = numbers((await client.get("/metrics")).text)
    async with session(Scope(workspaces=(workspace.id,))) as db:
        await db.execute(text("delete from event_queue where shard = 9"))
    grown = {name: after[name] - before.get(name, 0) for name in after}
    assert grown['mainspring_queue_depth{queue="events"}'] == 1
    assert grown['mainspring_messages_total{state="deferred"}'] == 1
    assert grown['mainspring_batch_size_sum{queue="events"}'] == 2
    assert after['mainspring_loop_turn_seconds_count{loop="steady"}'] > 0
    assert 'mainspring_loop_silent_seconds{loop="steady"}' in after


def numbers(said: str) -> dict[str, float]:
    lines = [line for line in said.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


async def test_without_postgres_it_is_alive_and_silent_about_the_backlog(database: Database) -> None:
    from core.db import configure

    configure(Database(f"postgresql://nobody@127.0.0.1:{servers.free_port()}/none"))
    try:
        async with Watched(Steady()) as client:
            assert (await client.get("/healthz")).status_code == 200
            said = (await client.get("/metrics")).text
    finally:
        configure(database)
    assert "mainspring_loop_silent_seconds" in said
    assert "mainspring_queue_depth{" not in said


async def test_the_worker_itself_answers_where_it_was_told_to(database_url: str, tmp_path: Path) -> None:
    """The real program, with what Temporal's SDK counts; it also has to end in order."""
    listen = f"127.0.0.1:{servers.free_port()}"
    environment = {"WORKER_LISTEN": listen, "MAINSPRING_HOME": str(tmp_path / "home")}
    log = tmp_path / "worker.log"

    def ask() -> str:
        with servers.worker(log, environment) as process:
            servers.await_answer(f"http://{listen}/healthz", process, log)
            said = ""
            for _ in range(100):
                if "temporal_" in (said := httpx.get(f"http://{listen}/metrics").text):
                    break
        assert process.returncode == 0, log.read_text()
        return said

    said = await asyncio.to_thread(ask)
    assert 'mainspring_queue_depth{queue="outbox"}' in said
    assert 'mainspring_loop_turn_seconds_count{loop="router"}' in said
    assert "temporal_" in said
