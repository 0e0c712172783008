"""Delivery: performs what the ledger holds, in three acts: claim (committed), act (one attempt), settle (committed).

A slot is one effect in flight. No more is claimed than there are free slots, because what is claimed counts as begun: at a
kill it becomes `unknown`. Slow effects hold their own slot and nobody else's.
"""

import asyncio
from abc import abstractmethod
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from core.db import Db, Line, pipeline, scope_to, session
from core.templating.process import CannotStart
from domain.steps import Later, Performed, Refused, Sent, Unknown
from engine.loops import AWAY, GATHER, Loop
from engine.sweeper import Claimant
from models import clocks, messages, queue
from models.messages import Claim, Kept, Settled

log = structlog.get_logger(__name__)

_LONGEST_PAUSE = timedelta(seconds=60)
_GIVE_UP = timedelta(hours=24)
_TRIES = 10  # at least: what is sent again after days, by a person's word, is older than any patience
_SANDBOX_TRIES = 5  # a sandbox clock stands while an effect is being tried

_ANSWERS = ("sent", "bounced", "failed")  # states with which whoever waits for the message goes on

# What is no fault of a message: the database is away, or this machine is short of something. Such a thing passes.
NO_FAULT = (*AWAY, OSError, MemoryError, CannotStart)

# What a person reads of a message on which our own code failed.
NOT_PREPARED = (
    "Mainspring ran into a fault of its own while it prepared this, so nothing was sent."
    " The log of the worker says what it was; once that is mended, try again."
)
_NOT_DONE = (
    "This was not done, and a fault in Mainspring kept it from writing down why."
    " The log of the worker says what it was; once that is mended, try again."
)
_NOT_RECORDED = (
    "This was done or may have been, but a fault in Mainspring kept it from writing down what came back."
    " Look on the other side before you send it again."
)

Handed = tuple[UUID, UUID]  # workspace, message


@dataclass(slots=True)
class Flight:
    """One effect on its way: what was claimed, what it takes, and what came of it."""

    claim: Claim
    effect: Any
    performed: Performed | None = None


@dataclass(slots=True)
class Batch:
    """What one transaction settles, and what it claims; what that is stays None until it has been looked for."""

    landed: list[Flight] = field(default_factory=list[Flight])
    found: list[Handed] | None = None

    def singly(self) -> list["Batch"]:
        """Each message in a batch of its own."""
        settling = [Batch([flight], []) for flight in self.landed]
        return settling + [Batch([], [one]) for one in self.found or ()]


class Delivery(Loop):
    """The loop of some channels. The router hands it what it has just reserved; a scan finds what a crash left behind."""

    channel = "messages"
    channels: Sequence[str]
    slots = 50

    def __init__(self, claimant: Claimant) -> None:
        super().__init__()
        self._claimant = claimant
        self._line = Line()
        self._owner = 0  # the claimant's number, from the first turn on
        self._handed: deque[Handed] = deque()
        self._flying: dict[UUID, asyncio.Task[None]] = {}
        self._landed: list[Flight] = []
        self._scanned = 0.0
        self._in_doubt = False
        self._busy = False

    def hand(self, reserved: Iterable[Kept]) -> None:
        """What has just been reserved and committed in this process."""
        handed = [(row.workspace_id, row.id) for row in reserved if row.channel in self.channels]
        if handed:
            self._handed.extend(handed)
            self.told.set()

    async def turn(self) -> bool:
        self._owner = self._claimant.number or await self._claimant.hold()
        if self._in_doubt:
            await self._give_back()
        if self._busy:
            await asyncio.sleep(GATHER)
        moved = await self._move(Batch(list(self._landed)))
        self._busy = moved > 1
        return moved > 0

    async def _move(self, batch: Batch) -> int:
        """Settle and claim in one transaction; where that cannot be done, find out with which message and go on without."""
        try:
            return await self._together(batch)
        except NO_FAULT:
            raise
        except Exception:
            alone = batch.singly()
            if not alone:
                raise  # no message is to blame
            log.exception("a batch cannot be done; its messages are tried one by one", loop=self.name)
            return sum([await self._alone(one) for one in alone])

    async def _alone(self, one: Batch) -> int:
        try:
            return await self._together(one)
        except NO_FAULT:
            raise
        except Exception:
            log.exception("a message was given up", loop=self.name)
            await self._give_up(one)
            return 1

    async def _together(self, batch: Batch) -> int:
        """One transaction; how many messages were settled, or are on their way once it is committed."""
        self._in_doubt = True  # until the transaction has been heard to commit
        async with self._line.session() as db:
            if batch.landed:
                await self._settle(db, batch.landed)
            if batch.found is None:
                free = self.slots - len(self._flying)
                batch.found = await self._found(db, free) if free > 0 else []
            cleared = await self._claim(db, batch.found)
        self._in_doubt = False
        self._forget(batch)
        for flight in cleared:
            self._flying[flight.claim.id] = asyncio.create_task(self._fly(flight))
        return len(batch.landed) + len(cleared)

    def _forget(self, batch: Batch) -> None:
        settled = {flight.claim.id for flight in batch.landed}
        self._landed = [flight for flight in self._landed if flight.claim.id not in settled]

    async def _give_back(self) -> None:
        """A claim whose commit was not heard of may have been made: what was never begun is free for another claim."""
        begun = [*self._flying, *(flight.claim.id for flight in self._landed)]
        async with session() as db:
            await scope_to(db, await clocks.all_workspaces(db))
            await messages.give_back(db, self._owner, self.channels, besides=begun)

    async def _claim(self, db: Db, found: Sequence[Handed]) -> list[Flight]:
        """What may begin once this transaction is committed."""
        if not found:
            return []
        claims = await self._claims(db, found)
        effects = await self.prepare(db, claims)
        return [
            Flight(claim, effect) for claim, effect in zip(claims, effects, strict=True) if effect is not None
        ]

    async def _claims(self, db: Db, found: Sequence[Handed]) -> list[Claim]:
        async with pipeline(db):
            await scope_to(db, {workspace_id for workspace_id, _ in found})
            return await messages.claim(db, [message_id for _, message_id in found], self._owner)

    async def _found(self, db: Db, free: int) -> list[Handed]:
        if self._handed:
            return [self._handed.popleft() for _ in range(min(free, len(self._handed)))]
        wall = asyncio.get_running_loop().time()
        if self._flying and wall < self._scanned + self.every / 2:
            return []  # what has just been settled is no reason to look through the ledger
        self._scanned = wall
        workspaces = await self.workspaces(db)
        await scope_to(db, workspaces)
        return await messages.waiting(db, self.channels, datetime.now(UTC), free) if workspaces else []

    async def workspaces(self, db: Db) -> Sequence[UUID]:
        """Whose messages this loop delivers."""
        return await clocks.all_workspaces(db)

    async def _fly(self, flight: Flight) -> None:
        claim = flight.claim
        try:
            flight.performed = await self.perform(flight.effect)
        except Exception:
            # whether a step's own code failed before or after its effect cannot be told from here
            log.exception("a step failed", channel=claim.channel, message_id=str(claim.id))
            flight.performed = Unknown("the step failed with an error of its own")
        self._landed.append(flight)
        del self._flying[claim.id]
        self.told.set()

    @abstractmethod
    async def prepare(self, db: Db, claims: Sequence[Claim]) -> Sequence[Any]:
        """Read what it takes to act on each, in the transaction of the claim; None for one that is settled already."""

    @abstractmethod
    async def perform(self, effect: Any) -> Performed:
        """One attempt."""

    def record(self, settled: Settled, effect: Any, now: datetime) -> Settled:  # noqa: ARG002 -- for channels that keep more
        """What is kept of an effect that has happened."""
        return settled

    async def announce(self, db: Db, settled: Sequence[Flight], now: Mapping[UUID, datetime]) -> None:
        """Write the events of what has come of these effects, in the transaction that settles them."""

    async def _settle(self, db: Db, landed: Sequence[Flight]) -> None:
        """Write down what has come back; until that is committed it is kept."""
        workspaces = {flight.claim.workspace_id for flight in landed}
        async with pipeline(db):
            await scope_to(db, workspaces)
            now, sandboxes = await asyncio.gather(
                clocks.times(db, workspaces), clocks.standing_still(db, workspaces)
            )
            outcomes = [self._settled(flight, now, set(sandboxes)) for flight in landed]
            done = await messages.settle(db, outcomes)
            answered = {one.id for one in outcomes if one.id in done and one.state in _ANSWERS}
            settled = [flight for flight in landed if flight.claim.id in done]
            await _answer(db, [flight.claim for flight in settled if flight.claim.id in answered])
            await self.announce(db, settled, now)
            await clocks.announce(db, workspaces)

    def _settled(self, flight: Flight, now: Mapping[UUID, datetime], sandboxes: set[UUID]) -> Settled:
        claim, at = flight.claim, now[flight.claim.workspace_id]
        match flight.performed:
            case Sent(result):
                return self.record(Settled(claim.id, "sent", sent_at=at, result=result), flight.effect, at)
            case Refused(reason):
                return Settled(claim.id, "failed", reason=reason)
            case Later(reason, after):
                return _later(claim, reason, after, at, sandbox=claim.workspace_id in sandboxes)
            case Unknown(reason):
                return Settled(claim.id, "unknown", reason=reason)
            case None:
                raise RuntimeError("what has not come back cannot be settled")

    async def _give_up(self, one: Batch) -> None:
        """Write a message off without what could not be done with it; a person is told, and decides."""
        async with session() as db:
            if one.landed:
                claims, given_up = [one.landed[0].claim], _written_off(one.landed[0])
                await scope_to(db, [claims[0].workspace_id])
            else:
                claims = await self._claims(db, one.found or [])
                given_up = [Settled(claim.id, "failed", reason=NOT_PREPARED) for claim in claims]
            done = await messages.settle(db, given_up)
            answered = {settled.id for settled in given_up if settled.state in _ANSWERS} & done
            await _answer(db, [claim for claim in claims if claim.id in answered])
            await clocks.announce(db, {claim.workspace_id for claim in claims})
        self._forget(one)

    async def close(self) -> None:
        """What is in the air is waited for, so that a planned stop leaves nothing unknown."""
        if self._flying:
            await asyncio.wait(self._flying.values(), timeout=5)
        try:
            if self._landed:
                await self._write_down()
        finally:
            await self._line.close()

    async def _write_down(self) -> None:
        """Without Postgres nothing can be: the sweeper of another worker, or of the next, finds what was begun."""
        try:
            await self._move(Batch(list(self._landed), []))
        except AWAY as error:
            log.warning(
                "the database is away; what was done last cannot be written down",
                loop=self.name,
                messages=len(self._landed),
                error=type(error).__name__,
            )


async def _answer(db: Db, claims: Sequence[Claim]) -> None:
    """Whoever waits for one of these goes on."""
    awaited = [(c.workspace_id, c.enrolment_id, c.id) for c in claims if c.enrolment_id]
    await queue.resume(db, awaited)


def _written_off(flight: Flight) -> list[Settled]:
    """What is said of an effect whose outcome cannot be kept as it is. One that may have happened is never called failed."""
    if isinstance(flight.performed, Refused | Later):
        return [Settled(flight.claim.id, "failed", reason=_NOT_DONE)]
    return [Settled(flight.claim.id, "unknown", reason=_NOT_RECORDED)]


def _later(claim: Claim, reason: str, after: timedelta | None, now: datetime, *, sandbox: bool) -> Settled:
    """Nothing has happened: again when the other side says, or after a pause that grows, until it makes no sense any more.

    In a sandbox everybody waits for it, so nobody's wish is granted for longer than a minute.
    """
    old = now - claim.created_at > _GIVE_UP
    if claim.attempts >= _SANDBOX_TRIES if sandbox else old and claim.attempts >= _TRIES:
        return Settled(claim.id, "failed", reason=reason)
    pause = min(timedelta(seconds=2 ** min(claim.attempts, 6)), _LONGEST_PAUSE)
    if after is not None:
        pause = min(after, _LONGEST_PAUSE) if sandbox else after
    return Settled(claim.id, "reserved", reason=reason, not_before=datetime.now(UTC) + pause)
