"""Says of every process that waits by the Clock when it has ended, however it ended."""

import asyncio
from typing import Any

from temporalio import workflow
from temporalio.exceptions import FailureError
from temporalio.worker import (
    ExecuteWorkflowInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from workflows.clock import Clock


class _Finish(WorkflowInboundInterceptor):
    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:  # noqa: A002 -- the SDK's name
        try:
            result = await super().execute_workflow(input)
        except (FailureError, asyncio.CancelledError):
            await _say(failed=True)
            raise  # anything else is a fault in the code: Temporal tries the task again once it is mended
        await _say(failed=False)
        return result


async def _say(*, failed: bool) -> None:
    clock = getattr(workflow.instance(), "clock", None)
    if isinstance(clock, Clock):
        await clock.finish(failed=failed)


class Finish(Interceptor):
    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002, ARG002
    ) -> type[WorkflowInboundInterceptor]:
        return _Finish
