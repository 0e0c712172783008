"""The one way to wait. A real workspace waits on a durable timer; a sandbox workspace parks, and its clock wakes it.

One open wait per workflow; signal handlers only store. How a sandbox knows that everything is at rest, and why deliveries
are numbered and parks are versioned: docs/adr/0002-sandbox-clock.md.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy

from domain.processes import Park, Spawned, Time, Wake

PARK = "clock.park"
READ = "clock.read"
WAKE = "clock.wake"
TOLD = "wake"  # every process has it, so that one that was lost can be started by it
_QUICK = RetryPolicy(initial_interval=timedelta(milliseconds=100), maximum_interval=timedelta(seconds=5))


async def _local(activity: str, arg: object) -> datetime:
    return await workflow.execute_local_activity(
        activity, arg, result_type=datetime, start_to_close_timeout=timedelta(seconds=10), retry_policy=_QUICK
    )


class Clock:
    """Made in `@workflow.init`, so that a signal that comes before `run` finds it."""

    def __init__(self, time: Time) -> None:
        self._time = time
        self._now = time.now
        self._parks = time.parks
        self._seen = time.seen
        self._spawned: list[Spawned] = []
        self._reaped = list(time.reaped)
        self._rested: tuple[int, datetime | None] | None = None
        self._waiting = False
        self.told = (
            False  # to look again: something in the rows has changed; whoever looks sets it back first
        )
        workflow.set_signal_handler(TOLD, self._tell)
        if self.sandbox:
            workflow.set_signal_handler(WAKE, self._wake)

    @property
    def sandbox(self) -> bool:
        return self._time.now is not None

    def now(self) -> datetime:
        """Business time."""
        return self._now or workflow.now()

    def carry(self) -> Time:
        """What the next run must know when this one continues as new."""
        return self._time.model_copy(
            update={"now": self._now, "parks": self._parks, "seen": self._seen, "reaped": tuple(self._reaped)}
        )

    def fresh(self, number: int | None) -> bool:
        """Whether a numbered delivery is new; every signal handler asks first, since the relay may deliver twice."""
        if number is not None and number <= self._seen:
            return False
        self._seen = max(self._seen, number or 0)
        return True

    def _tell(self, delivery: Wake) -> None:
        self.told = self.fresh(delivery.number) or self.told

    def _wake(self, now: datetime) -> None:
        self._now = max(self.now(), now)

    async def wait(
        self,
        ready: Callable[[], bool] = lambda: False,
        *,
        until: datetime | None = None,
        what: str | None = None,
    ) -> bool:
        """Wait until `ready()` (True) or until the instant is due (False). `what` says in words what is waited for."""
        if self._waiting:
            raise RuntimeError("a workflow has one open wait at a time")
        self._waiting = True
        try:
            return await (self._parked(ready, until, what) if self.sandbox else self._timed(ready, until))
        finally:
            self._waiting = False

    async def _timed(self, ready: Callable[[], bool], until: datetime | None) -> bool:
        while not ready():
            left = until - workflow.now() if until else None
            if left is not None and left <= timedelta():
                return False
            try:
                await workflow.wait_condition(ready, timeout=left)
            except TimeoutError:
                return ready()
        return True

    async def _parked(self, ready: Callable[[], bool], until: datetime | None, what: str | None) -> bool:
        parked = False

        def over() -> bool:
            return until is not None and self.now() >= until

        def stale() -> bool:
            return bool(self._reaped) or self._rested != (self._seen, until)

        while not ready():
            if over():
                return False
            if stale():
                await self._park(until, what)
                parked = True
            else:
                await workflow.wait_condition(lambda: ready() or over() or stale())
        self._rested = None
        if parked:  # woken by a signal or a child, not by the clock: ask what time it is
            self._now = max(self.now(), await _local(READ, self._time.workspace_id))
        return True

    async def _park(
        self, until: datetime | None, what: str | None = None, *, done: bool = False, failed: bool = False
    ) -> None:
        self._parks += 1
        info = workflow.info()
        park = Park(
            workspace_id=self._time.workspace_id,
            workflow_id=info.workflow_id,
            kind=info.workflow_type,
            parks=self._parks,
            seen=self._seen,
            until=until,
            done=done,
            failed=failed,
            waits_for=what,
            spawned=tuple(self._spawned),
            reaped=tuple(self._reaped),
        )
        self._spawned, self._reaped = [], []
        now = await _local(PARK, park)
        if self.sandbox:
            self._now = max(self.now(), now)
        self._rested = (park.seen, until)

    async def finish(self, *, failed: bool = False) -> None:
        """The last park; called by the interceptor when `run` has returned, failed or been cancelled.

        A delivery that arrives while this is being said is answered too, or its target would count as busy for ever.
        """
        await self._park(None, done=True, failed=failed)
        while self._rested != (self._seen, None):
            await self._park(None, done=True, failed=failed)

    async def start_child(
        self, kind: str, argument: object, *, workflow_id: str
    ) -> workflow.ChildWorkflowHandle[Any, Any]:
        """Start a child that is awaited; a sandbox rests only when its end has been noticed here."""
        handle = await workflow.start_child_workflow(
            kind, argument, id=workflow_id, parent_close_policy=workflow.ParentClosePolicy.ABANDON
        )
        if self.sandbox:
            self._spawned.append(Spawned(workflow_id=workflow_id, kind=kind))
            handle.add_done_callback(lambda _: self._reaped.append(workflow_id))
        return handle
