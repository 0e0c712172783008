"""Delivery: performs what the ledger holds, in three acts: claim (committed), act (one attempt), settle (committed).

A slot is one effect in flight. No more is claimed than there are free slots, because what is claimed counts as begun: at a
kill it becomes `unknown`. Slow effects hold their own slot and nobody else's.
"""

import asyncio
from abc import abstractmethod
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from core.db import Db, scope_to, session
from domain.steps import Later, Performed, Refused, Sent, Unknown
from engine.loops import Loop
from engine.sweeper import Claimant
from models import clocks, messages, queue
from models.messages import Claim, Kept, Settled

log = structlog.get_logger(__name__)

_LONGEST_PAUSE = timedelta(seconds=60)
_GIVE_UP = timedelta(hours=24)
_SANDBOX_TRIES = 5  # a sandbox clock stands while an effect is being tried

Handed = tuple[UUID, UUID]  # workspace, message


class Delivery(Loop):
    """The loop of some channels. The router hands it what it has just reserved; a scan finds what a crash left behind."""

    channel = "messages"
    channels: Sequence[str]
    slots = 50
    slice = 25  # effects a claim

    def __init__(self, claimant: Claimant) -> None:
        super().__init__()
        self._claimant = claimant
        self._handed: deque[Handed] = deque()
        self._flying: set[asyncio.Task[None]] = set()
        self._landed: list[tuple[Claim, Performed]] = []
        self._scanned = 0.0

    def hand(self, reserved: Iterable[Kept]) -> None:
        """What has just been reserved and committed in this process."""
        self._handed.extend((row.workspace_id, row.id) for row in reserved if row.channel in self.channels)
        self.told.set()

    async def turn(self) -> bool:
        landed, self._landed = self._landed, []
        if landed:
            await self._settle(landed)
        begun = await self._begin()
        return bool(landed) or begun

    async def _begin(self) -> bool:
        free = min(self.slots - len(self._flying), self.slice)
        if free <= 0:
            return False
        owner = await self._claimant.hold() if self._claimant.number is None else self._claimant.number
        async with session() as db:
            found = await self._found(db, free)
            if not found:
                return False
            await scope_to(db, {workspace_id for workspace_id, _ in found})
            claims = await messages.claim(db, [message_id for _, message_id in found], owner)
            prepared = await self.prepare(db, claims)
        for claim, effect in zip(claims, prepared, strict=True):
            task = asyncio.ensure_future(self._fly(claim, effect))
            self._flying.add(task)
            task.add_done_callback(self._flying.discard)
        return True

    async def _found(self, db: Db, free: int) -> list[Handed]:
        if self._handed:
            return [self._handed.popleft() for _ in range(min(free, len(self._handed)))]
        wall = asyncio.get_running_loop().time()
        if self._flying and wall < self._scanned + self.every / 2:
            return []  # what has just been settled is no reason to look through the ledger
        self._scanned = wall
        await scope_to(db, await clocks.all_workspaces(db))
        return await messages.waiting(db, self.channels, datetime.now(UTC), free)

    async def _fly(self, claim: Claim, effect: object) -> None:
        try:
            performed = await self.perform(claim, effect)
        except Exception:
            # whether a step's own code failed before or after its effect cannot be told from here
            log.exception("a step failed", channel=claim.channel, message_id=str(claim.id))
            performed = Unknown("the step failed with an error of its own")
        self._landed.append((claim, performed))
        self.told.set()

    @abstractmethod
    async def prepare(self, db: Db, claims: Sequence[Claim]) -> Sequence[object]:
        """Read what is needed to act on each, in the transaction of the claim."""

    @abstractmethod
    async def perform(self, claim: Claim, effect: object) -> Performed:
        """One attempt."""

    async def _settle(self, landed: Sequence[tuple[Claim, Performed]]) -> None:
        workspaces = {claim.workspace_id for claim, _ in landed}
        wall = datetime.now(UTC)
        async with session() as db:
            await scope_to(db, workspaces)
            now = await clocks.times(db, workspaces)
            sandboxes = set(await clocks.standing_still(db, workspaces))
            settled = [
                _settled(
                    claim, performed, now[claim.workspace_id], wall, sandbox=claim.workspace_id in sandboxes
                )
                for claim, performed in landed
            ]
            done = await messages.settle(db, settled)
            answered = [
                claim
                for claim, performed in landed
                if claim.id in done and isinstance(performed, Sent | Refused)
            ]
            await queue.resume(
                db, [(c.workspace_id, c.enrolment_id, c.id) for c in answered if c.enrolment_id]
            )
            for workspace_id in workspaces & sandboxes:
                await clocks.announce(db, workspace_id)

    async def close(self) -> None:
        """What is in the air is waited for, so that a planned stop leaves nothing unknown."""
        if self._flying:
            await asyncio.wait(self._flying, timeout=5)
        await self.turn()


def _settled(claim: Claim, performed: Performed, now: datetime, wall: datetime, *, sandbox: bool) -> Settled:
    match performed:
        case Sent(result):
            return Settled(claim.id, "sent", sent_at=now, result=result)
        case Refused(reason):
            return Settled(claim.id, "failed", reason=reason)
        case Unknown(reason):
            return Settled(claim.id, "unknown", reason=reason)
        case Later(reason, after):
            if claim.attempts >= _SANDBOX_TRIES if sandbox else now - claim.created_at > _GIVE_UP:
                return Settled(claim.id, "failed", reason=reason)
            pause = after or timedelta(seconds=2 ** min(claim.attempts, 6))
            return Settled(claim.id, "reserved", reason=reason, not_before=wall + min(pause, _LONGEST_PAUSE))
