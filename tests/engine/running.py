"""The engine inside a test process: relay, loops and a worker, on this process's database and namespace."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from temporalio.client import Client
from temporalio.worker import Worker

import activities.steps
import domain.triggers
from core.plugins import load
from core.settings import Settings
from core.temporal import CLOCK, MAIN, connect, sandbox
from engine.build import build
from engine.loops import Ears
from tests.workflows.samples import SAMPLES, write
from worker import ACTIVITIES, WORKFLOWS
from workflows.finish import Finish


@dataclass
class Engine:
    """What runs. `pause()` takes the Temporal workers away, as a kill would, and `resume()` brings new ones."""

    client: Client
    config: Settings
    workers: list[Worker] = field(default_factory=list)
    running: list[asyncio.Task[None]] = field(default_factory=list)

    def resume(self) -> None:
        self.workers = [_worker(self.client, queue) for queue in (MAIN, CLOCK)]
        self.running = [asyncio.create_task(worker.run()) for worker in self.workers]

    async def pause(self) -> None:
        await asyncio.gather(*(worker.shutdown() for worker in self.workers))
        await asyncio.gather(*self.running)


@asynccontextmanager
async def running(config: Settings) -> AsyncGenerator[Engine]:
    load(activities.steps)
    load(domain.triggers)
    client = await connect(config)
    stop = asyncio.Event()
    built = await build(config)
    tasks = [asyncio.create_task(part.run(stop)) for part in (*built.loops, Ears(built.loops))]
    engine = Engine(client, config)
    engine.resume()
    yield engine
    stop.set()
    await asyncio.gather(*tasks)
    await engine.pause()
    await built.close()


def _worker(client: Client, queue: str) -> Worker:
    return Worker(
        client,
        task_queue=queue,
        workflows=[*WORKFLOWS, *SAMPLES],
        activities=[*ACTIVITIES, write],
        workflow_runner=sandbox(),
        interceptors=[Finish()],
    )
