"""An import, from its first page to its last, and its undo: the rows say which of the two it is and how far it has come."""

from temporalio import workflow

from domain.imports import Advance, Turn
from domain.processes import Start, Wake
from workflows.act import act
from workflows.clock import Clock

with workflow.unsafe.imports_passed_through():
    from activities import imports


@workflow.defn(name="import")
class ImportWorkflow:
    @workflow.init
    def __init__(self, start: Start) -> None:
        self.clock = Clock(start.time)
        self._told = False

    @workflow.signal(name="wake")
    def wake(self, delivery: Wake) -> None:
        """There is something to do: the import, its undo, or going on after a hold."""
        if self.clock.fresh(delivery.number):
            self._told = True

    @workflow.run
    async def run(self, start: Start) -> None:
        while not (turn := await self._advance(start)).over or self._told:
            if turn.held:
                await self.clock.wait(lambda: self._told, what="the release of its hold")
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(start.model_copy(update={"time": self.clock.carry()}))

    async def _advance(self, start: Start) -> Turn:
        self._told = False
        return await act(
            imports.advance, Advance(workspace_id=start.time.workspace_id, import_id=start.subject_id)
        )
