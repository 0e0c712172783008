"""The engine inside a test process: relay, loops and a worker, on this process's database and namespace."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker

from activities import clock
from core.settings import Settings
from core.temporal import CLOCK, MAIN, connect, sandbox
from engine.loops import Ears, Loop
from engine.relay import Relay
from tests.workflows.samples import SAMPLES, write
from workflows.clocks import ClockWorkflow
from workflows.finish import Finish


@asynccontextmanager
async def running(config: Settings) -> AsyncIterator[Client]:
    client = await connect(config)
    stop = asyncio.Event()
    loops: list[Loop] = [Relay(client)]
    tasks = [asyncio.ensure_future(part.run(stop)) for part in (*loops, Ears(loops))]
    async with asyncio.TaskGroup() as group:
        made = workers(client)
        for worker in made:
            group.create_task(worker.run())
        yield client
        stop.set()
        await asyncio.gather(*tasks)
        for worker in made:
            await worker.shutdown()


def workers(client: Client, workflows: Sequence[type] = (), activities: Sequence[Any] = ()) -> list[Worker]:
    return [
        Worker(
            client,
            task_queue=queue,
            workflows=[ClockWorkflow, *SAMPLES, *workflows],
            activities=[clock.move, clock.park, clock.read, write, *activities],
            workflow_runner=sandbox(),
            interceptors=[Finish()],
        )
        for queue in (MAIN, CLOCK)
    ]
