"""Small processes that do nothing but wait, in the ways that processes wait; their record is what the clock tests read."""

from datetime import datetime, timedelta
from uuid import UUID

from temporalio import activity, workflow
from temporalio.exceptions import ApplicationError

from domain.processes import Payload, Start, Time, Wake
from workflows.act import act
from workflows.clock import Clock

with workflow.unsafe.imports_passed_through():
    from core.db import Scope, session
    from models import clocks, processes


class Line(Payload):
    workspace_id: str
    workflow_id: str
    text: str
    at: datetime


@activity.defn(name="samples.write")
async def write(line: Line) -> None:
    workspace_id = UUID(line.workspace_id)
    async with session(Scope(workspaces=(workspace_id,))) as db:
        await processes.note(
            db,
            workspace_id,
            line.workflow_id,
            line.at,
            line.text,
            clock=str(await clocks.now(db, workspace_id)),
        )


async def record(clock: Clock, start: Start, text: str) -> None:
    await act(
        write,
        Line(
            workspace_id=str(start.time.workspace_id),
            workflow_id=workflow.info().workflow_id,
            text=text,
            at=clock.now(),
        ),
    )


@workflow.defn(name="steps")
class StepsWorkflow:
    """Three waits of a day."""

    @workflow.init
    def __init__(self, start: Start) -> None:
        self.clock = Clock(start.time)

    @workflow.run
    async def run(self, start: Start) -> None:
        for day in range(3):
            await self.clock.wait(until=self.clock.now() + timedelta(days=1))
            await record(self.clock, start, f"day {day + 1}")


@workflow.defn(name="reminded")
class RemindedWorkflow:
    """Waits for a word, at most ten days; ends in an error when it says so."""

    @workflow.init
    def __init__(self, start: Start) -> None:
        self.clock = Clock(start.time)
        self._words = 0

    @workflow.signal(name="word")
    def word(self, delivery: Wake) -> None:
        if self.clock.fresh(delivery.number):
            self._words += 1

    @workflow.run
    async def run(self, start: Start) -> None:
        until = self.clock.now() + timedelta(days=10)
        while await self.clock.wait(lambda: self._words > 0, until=until):
            self._words -= 1
            await record(self.clock, start, "heard")
        await record(self.clock, start, "gave up")


@workflow.defn(name="parent")
class ParentWorkflow:
    """Waits two days, has a child wait three, and goes on when the child has ended; twice, by continuing as new."""

    @workflow.init
    def __init__(self, start: Start) -> None:
        self.clock = Clock(start.time)

    @workflow.run
    async def run(self, start: Start) -> None:
        await self.clock.wait(until=self.clock.now() + timedelta(days=2))
        round_ = workflow.info().workflow_id.count("/")
        child_id = f"steps/{workflow.uuid4()}"
        time = Time(
            workspace_id=start.time.workspace_id, now=self.clock.now() if self.clock.sandbox else None
        )
        handle = await self.clock.start_child(
            "steps", Start(time=time, subject_id=start.subject_id), workflow_id=child_id
        )
        await self.clock.wait(handle.done)
        await record(self.clock, start, f"child ended {round_}")
        if workflow.info().continued_run_id is None:
            workflow.continue_as_new(Start(time=self.clock.carry(), subject_id=start.subject_id))


@workflow.defn(name="blink")
class BlinkWorkflow:
    """Waits a second, twice."""

    @workflow.init
    def __init__(self, start: Start) -> None:
        self.clock = Clock(start.time)

    @workflow.run
    async def run(self, start: Start) -> None:
        for _ in range(2):
            await self.clock.wait(until=self.clock.now() + timedelta(seconds=1))


@workflow.defn(name="failing")
class FailingWorkflow:
    @workflow.init
    def __init__(self, start: Start) -> None:
        self.clock = Clock(start.time)

    @workflow.run
    async def run(self, start: Start) -> None:
        await self.clock.wait(until=self.clock.now() + timedelta(hours=1))
        raise ApplicationError("this was meant to fail", non_retryable=True)


SAMPLES = [StepsWorkflow, RemindedWorkflow, ParentWorkflow, BlinkWorkflow, FailingWorkflow]
