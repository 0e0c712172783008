"""How a workflow calls an activity: by its function, typed, with one of three named patiences."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy

A = TypeVar("A")
R = TypeVar("R")

# Longer waits than a minute are waits of the workflow, on the business clock: a dead vendor must not freeze a sandbox.
QUICK = RetryPolicy(
    initial_interval=timedelta(milliseconds=100), backoff_coefficient=2, maximum_interval=timedelta(seconds=5)
)


async def act(activity: Callable[[A], Awaitable[R]], arg: A) -> R:
    """A short transaction on our own database: local, so that it costs no hop; repeated until it succeeds."""
    return await workflow.execute_local_activity(
        activity, arg, start_to_close_timeout=timedelta(seconds=10), retry_policy=QUICK
    )


async def act_long(
    activity: Callable[[A], Awaitable[R]], arg: A, *, timeout: timedelta, beats: timedelta
) -> R:
    """Work that takes its time and says that it is alive; started again elsewhere when it falls silent."""
    return await workflow.execute_activity(
        activity, arg, start_to_close_timeout=timeout, heartbeat_timeout=beats, retry_policy=QUICK
    )
