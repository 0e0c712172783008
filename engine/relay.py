"""The relay: carries the outbox to Temporal. Starting or signalling twice does no harm; not at all is not possible."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import structlog
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from core import telemetry
from core.db import scope_to, session
from core.temporal import CLOCK, MAIN, RPC_TIMEOUT
from domain.processes import Start, Time, Wake
from engine.loops import Lock, Loop
from models import clocks, outbox, processes
from models.outbox import Outbox

log = structlog.get_logger(__name__)

_BATCH = 100


class Relay(Loop):
    """One at a time in the whole instance, by its lock: deliveries to one target stay in order."""

    name = "relay"
    channel = "outbox"

    def __init__(self, client: Client) -> None:
        super().__init__()
        self._client = client
        self._lock = Lock(78)

    async def turn(self) -> bool:
        if not await self._lock.held():
            return False
        rows = await self._prepare()
        if not rows:
            return False
        delivered = await self._deliver(rows)
        async with session() as db:
            await outbox.told(db, [row.id for row in delivered if row.id is not None])
            await clocks.announce(db, {row.workspace_id for row in delivered})
        return len(delivered) == len(rows) == _BATCH

    async def _prepare(self) -> list[Outbox]:
        """Number the deliveries and mark their targets busy, while the rows still stand in the outbox."""
        async with session() as db:
            rows = await outbox.oldest(db, _BATCH)
            fresh = [row for row in rows if row.time is None]
            if fresh:
                workspaces = sorted({row.workspace_id for row in fresh})
                await scope_to(db, workspaces)
                now = await clocks.times(db, workspaces)
                sandboxes = set(await clocks.standing_still(db, workspaces))
                times = await processes.expect(db, fresh, now, sandboxes)
                await outbox.number(db, fresh, times)
                for row in fresh:
                    row.time = times[row.workflow_id].model_dump(mode="json")
            db.expunge_all()
        return rows

    async def _deliver(self, rows: Sequence[Outbox]) -> list[Outbox]:
        targets: dict[str, list[Outbox]] = defaultdict(list)
        for row in rows:
            targets[row.workflow_id].append(row)
        delivered: list[Outbox] = []

        async def in_order(deliveries: list[Outbox]) -> None:
            for row in deliveries:
                with telemetry.going_on(row.trace):
                    await self._one(row)
                delivered.append(row)

        results = await asyncio.gather(*(in_order(d) for d in targets.values()), return_exceptions=True)
        failures = [result for result in results if result is not None]
        for failure in failures:
            if not isinstance(failure, RPCError):
                raise failure
        if failures:
            log.warning(
                "Temporal did not take deliveries", targets=len(failures), error=str(failures[0])[:120]
            )
        return delivered

    async def _one(self, row: Outbox) -> None:
        if not row.starts:
            await self._signal(row)
            return
        time = Time.model_validate(row.time)
        signal: dict[str, Any] = (
            {"start_signal": row.signal, "start_signal_args": [Wake(number=row.number)]} if row.signal else {}
        )
        try:
            await self._client.start_workflow(
                row.workflow,
                Start(time=time, subject_id=row.subject_id),
                id=row.workflow_id,
                task_queue=CLOCK if row.workflow == "clock" else MAIN,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=(
                    WorkflowIDReusePolicy.ALLOW_DUPLICATE
                    if row.signal
                    else WorkflowIDReusePolicy.REJECT_DUPLICATE
                ),
                rpc_timeout=RPC_TIMEOUT,
                **signal,
            )
        except WorkflowAlreadyStartedError:
            return  # it has run and ended: what a start asks for has been done

    async def _signal(self, row: Outbox) -> None:
        handle = self._client.get_workflow_handle(row.workflow_id)
        try:
            await handle.signal(row.signal or "", Wake(number=row.number), rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            async with session() as db:
                await scope_to(db, [row.workspace_id])
                await processes.gone(db, [row.workflow_id])

    async def close(self) -> None:
        await self._lock.release()
