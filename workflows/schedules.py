"""A schedule: lets people into its automation at each of its dates, for as long as the automation is live."""

from temporalio import workflow

from domain.processes import Rest, Start, Tick
from workflows.act import act
from workflows.clock import Clock

with workflow.unsafe.imports_passed_through():
    from activities import schedules


@workflow.defn(name="schedule")
class ScheduleWorkflow:
    @workflow.init
    def __init__(self, start: Start) -> None:
        self.clock = Clock(start.time)

    @workflow.run
    async def run(self, start: Start) -> None:
        rest = await self._tick(start, Rest())
        while not rest.over:
            due = not await self.clock.wait(
                lambda: self.clock.told, until=rest.until, what="the next date of the schedule"
            )
            rest = await self._tick(start, rest if due else Rest())
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(start.model_copy(update={"time": self.clock.carry()}))

    async def _tick(self, start: Start, reached: Rest) -> Rest:
        self.clock.told = False
        return await act(
            schedules.tick,
            Tick(
                workspace_id=start.time.workspace_id,
                automation_id=start.subject_id,
                now=self.clock.now(),
                due=reached.until,
            ),
        )
