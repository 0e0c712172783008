"""Builds the Temporal workers, starts the engine's loops, and nothing else: all of them, or those named.

python worker.py [--queues main,clock] [--loops router,relay,…]
"""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from datetime import timedelta

import structlog
import uvloop
from temporalio.client import Client
from temporalio.worker import Worker

from activities import clock, cohorts, imports, schedules
from core import logs, memory, plugins, telemetry
from core.db import ENGINE_OPTIONS, Database, configure
from core.settings import Settings, settings
from core.temporal import CLOCK, MAIN, connect, sandbox
from engine.build import build
from engine.loops import Ears, first
from engine.status import Status
from workflows.clocks import ClockWorkflow
from workflows.cohorts import CohortWorkflow
from workflows.finish import Finish
from workflows.imports import ImportWorkflow
from workflows.schedules import ScheduleWorkflow

log = structlog.get_logger("worker")

WORKFLOWS = [ClockWorkflow, CohortWorkflow, ImportWorkflow, ScheduleWorkflow]
ACTIVITIES = [clock.move, clock.park, clock.read, cohorts.advance, imports.advance, schedules.tick]


def worker(client: Client, queue: str) -> Worker:
    """Every worker can do everything, so a queue is a matter of capacity only."""
    return Worker(
        client,
        task_queue=queue,
        workflows=WORKFLOWS,
        activities=ACTIVITIES,
        workflow_runner=sandbox(),
        interceptors=[Finish()],
        max_cached_workflows=2_000,
        max_concurrent_activities=100,
        # after a restart nobody waits long for the worker that is gone
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=2),
        graceful_shutdown_timeout=timedelta(seconds=5),
    )


async def temporal(config: Settings, queues: Sequence[str], stop: asyncio.Event) -> None:
    """Work for Temporal for as long as it is there; the loops go on without it."""
    client = await _connected(config, stop)
    if client is None:
        return
    workers = [worker(client, queue) for queue in queues]
    async with asyncio.TaskGroup() as group:
        for one in workers:
            group.create_task(one.run())
        await stop.wait()
        for one in workers:
            await one.shutdown()


async def _connected(config: Settings, stop: asyncio.Event) -> Client | None:
    while not stop.is_set():
        try:
            return await connect(config, telemetry.interceptors(config))
        except RuntimeError as error:
            log.warning("Temporal is away", error=str(error)[:120])
            await asyncio.sleep(0.5)
    return None


def _status(config: Settings) -> Status | None:
    """Before the first client of Temporal is made: what was made earlier is not counted."""
    if not config.worker_listen:
        return None
    status = Status(config.worker_listen)
    status.watch_temporal()
    return status


async def main(queues: Sequence[str], names: Sequence[str]) -> None:
    config = settings()
    logs.configure(config.log_level)
    telemetry.trace_to(config, "worker")
    memory.settle()
    for folder in ("activities.steps", "domain.triggers"):
        plugins.load(folder)
    database = configure(
        Database(config.database_url, pool=config.database_pool, options=ENGINE_OPTIONS, checked=False)
    )
    status = _status(config)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    engine = await build(config)
    if unknown := set(names) - {loop.name for loop in engine.loops}:
        raise SystemExit(
            f"There are no loops {', '.join(sorted(unknown))}. Name some of: {', '.join(loop.name for loop in engine.loops)}."
        )
    loops = [loop for loop in engine.loops if loop.name in names or not names]
    if status:
        status.watch(loops)
    log.info("working", queues=list(queues), loops=[loop.name for loop in loops])
    async with asyncio.TaskGroup() as group:
        for part in (*loops, Ears(loops)):
            group.create_task(part.run(stop))
        group.create_task(temporal(config, queues, stop))
        if status:
            group.create_task(status.run(stop))
        await first(stop)
    await engine.close()
    await database.close()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queues", default=f"{MAIN},{CLOCK}", help="Temporal task queues, by comma")
    parser.add_argument("--loops", default="", help="loops of the engine, by comma; all when not given")
    return parser.parse_args()


if __name__ == "__main__":
    asked = arguments()
    names = [name for name in asked.loops.split(",") if name]
    queues = [name for name in asked.queues.split(",") if name]
    sys.exit(uvloop.run(main(queues, names)))
