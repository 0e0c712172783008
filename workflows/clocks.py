"""The mover of a sandbox clock: exists only while the clock moves; its state is in the rows."""

from datetime import timedelta

from temporalio import workflow

from domain.processes import Start, Wake
from workflows.act import act_long

with workflow.unsafe.imports_passed_through():
    from activities import clock


@workflow.defn(name="clock")
class ClockWorkflow:
    def __init__(self) -> None:
        self._again = True

    @workflow.signal(name="wake")
    def wake(self, _: Wake) -> None:
        """A new target."""
        self._again = True

    @workflow.run
    async def run(self, start: Start) -> None:
        while self._again:
            self._again = False
            await act_long(clock.move, start, timeout=timedelta(hours=1), beats=timedelta(seconds=5))
