"""A cohort: people of one automation who wake together share this one workflow, so a wait costs nothing per person."""

from temporalio import workflow

from domain.processes import Advance, Rest, Start
from workflows.act import act
from workflows.clock import Clock

with workflow.unsafe.imports_passed_through():
    from activities import cohorts


@workflow.defn(name="cohort")
class CohortWorkflow:
    @workflow.init
    def __init__(self, start: Start) -> None:
        self.clock = Clock(start.time)

    @workflow.run
    async def run(self, start: Start) -> None:
        while not (rest := await self._advance(start)).over:
            await self.clock.wait(
                lambda: self.clock.told, until=rest.until, what="the next time that people are due"
            )
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(start.model_copy(update={"time": self.clock.carry()}))

    async def _advance(self, start: Start) -> Rest:
        self.clock.told = False
        return await act(
            cohorts.advance,
            Advance(workspace_id=start.time.workspace_id, cohort_id=start.subject_id, now=self.clock.now()),
        )
