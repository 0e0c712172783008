"""An import, from its first page to its last, and its undo: the rows say which of the two it is and how far it has come."""

from temporalio import workflow

from domain.imports import TakePages, Turn
from domain.processes import Start
from workflows.act import act
from workflows.clock import Clock

with workflow.unsafe.imports_passed_through():
    from activities import imports


@workflow.defn(name="import")
class ImportWorkflow:
    @workflow.init
    def __init__(self, start: Start) -> None:
        self.clock = Clock(start.time)

    @workflow.run
    async def run(self, start: Start) -> None:
        while not (turn := await self._take_pages(start)).over or self.clock.told:
            if turn.held:
                await self.clock.wait(lambda: self.clock.told, what="the release of its hold")
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(start.model_copy(update={"time": self.clock.carry()}))

    async def _take_pages(self, start: Start) -> Turn:
        self.clock.told = False
        return await act(
            imports.advance, TakePages(workspace_id=start.time.workspace_id, import_id=start.subject_id)
        )
