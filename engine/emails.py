"""The loops of e-mail: into the captured inbox where nothing leaves the house, or out over SMTP. Each workspace's own
connection says which of the two takes a message; only one of them can claim it.

Capturing is a row in our own database, so claim, act and settle are one transaction: nothing can be unknown.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import structlog

from activities.emails import Letter, Mailroom
from core.db import Db, Scope, pipeline, scope_to, session
from domain.connections import Way
from domain.steps import Later, Performed, Refused, Sent
from engine.delivery import NO_FAULT, NOT_PREPARED, Delivery, Flight, Handed
from engine.loops import Loop
from engine.outlets import Outlets
from engine.sweeper import Claimant
from integrations.smtp import Bounced, SmtpChannel
from models import clocks, contacts, events, inbox, messages
from models.events import NewEvent
from models.messages import Claim, Kept, Settled

log = structlog.get_logger(__name__)

_BATCH = 500  # mails a transaction
# Mails that are looked for at a time. What has gone meanwhile is in the way of the next look, until a vacuum.
_SCAN = 10 * _BATCH
_LANES = 2  # transactions at a time, each at its own pace: while Postgres writes one, the letters of the other are made
_GONE = "The contact or the e-mail is not there any more."
_KEPT: tuple[Way, ...] = ("captured",)
_LEAVING: tuple[Way, ...] = ("instance", "own")


class Capture(Loop):
    """Takes the e-mail of those workspaces whose mail stays in the house: sandboxes are always among them."""

    name = "capture"
    channel = "messages"

    def __init__(self, mailroom: Mailroom, outlets: Outlets) -> None:
        super().__init__()
        self._mailroom = mailroom
        self._outlets = outlets
        self._handed: deque[Handed] = deque()
        self._lanes: dict[asyncio.Task[None], frozenset[UUID]] = {}  # with the messages in each

    def hand(self, reserved: Iterable[Kept]) -> None:
        """What has just been reserved and committed in this process."""
        handed = [(row.workspace_id, row.id) for row in reserved if row.channel == "email"]
        if handed:
            self._handed.extend(handed)
            self.told.set()

    async def turn(self) -> bool:
        if len(self._lanes) < _LANES and (batch := await self._found()):
            lane = asyncio.create_task(self._capture(batch))
            self._lanes[lane] = frozenset(message_id for _, message_id in batch)
        elif self._lanes:
            await self._free_lane()
        else:
            return False
        return True

    async def _free_lane(self) -> None:
        """Until a lane is through, or there may be something for one that is free."""
        told = asyncio.create_task(self.told.wait())
        try:
            done, _ = await asyncio.wait(
                [*self._lanes, told], timeout=self.every, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            told.cancel()
        self.told.clear()
        for lane in self._lanes.keys() & done:
            del self._lanes[lane]
            lane.result()

    async def _found(self) -> list[Handed]:
        async with session() as db:
            if found := await self._kept(db):
                return found
            self._handed.extend(await self._waiting(db))
            return await self._kept(db)

    async def _kept(self, db: Db) -> list[Handed]:
        """Some of those that were handed over; what goes out by SMTP is among them."""
        while self._handed:
            some = [self._handed.popleft() for _ in range(min(_BATCH, len(self._handed)))]
            if found := await self._outlets.among(db, some, _KEPT):
                return found
        return []

    async def _waiting(self, db: Db) -> list[Handed]:
        """What cohorts and other processes have reserved, and what a crash has left behind."""
        taken = frozenset[UUID]().union(*self._lanes.values())
        await scope_to(db, await self._outlets.going(db, _KEPT))
        found = await messages.waiting(db, ["email"], datetime.now(UTC), _SCAN + len(taken))
        return [one for one in found if one[1] not in taken]

    async def _capture(self, batch: Sequence[Handed]) -> None:
        """Together; where that cannot be done, find out with which mail and go on without it."""
        try:
            await self._together(batch)
        except NO_FAULT:
            raise
        except Exception:
            log.exception("mails cannot be written", loop=self.name, messages=len(batch))
            if len(batch) == 1:
                await _give_up(batch[0])
            else:
                for one in batch:
                    await self._capture([one])

    async def _together(self, batch: Sequence[Handed]) -> None:
        workspaces = {workspace_id for workspace_id, _ in batch}
        async with session() as db:
            await scope_to(db, workspaces)
            claims = await messages.take(db, [message_id for _, message_id in batch])
            letters = await self._mailroom.letters(db, claims)
            await _forget(db, claims, letters)
            await keep(db, letters, await clocks.times(db, workspaces))
            await clocks.announce(db, workspaces)

    async def close(self) -> None:
        """What is not through soon is rolled back; it is found again at the next start."""
        lanes = list(self._lanes)
        if lanes:
            await asyncio.wait(lanes, timeout=5)
        for lane in lanes:
            lane.cancel()
        for error in await asyncio.gather(*lanes, return_exceptions=True):
            if error:
                log.warning("mails were left for the next start", loop=self.name, error=type(error).__name__)


async def _give_up(mail: Handed) -> None:
    """Write it off; a person is told, and decides."""
    workspace_id, message_id = mail
    async with session(Scope(workspaces=(workspace_id,))) as db:
        await messages.settle(db, [Settled(message_id, "failed", reason=NOT_PREPARED)], was=("reserved",))
        await clocks.announce(db, [workspace_id])


async def _forget(db: Db, claims: Sequence[Claim], letters: Sequence[Letter]) -> None:
    """Letters to contacts who have been removed meanwhile, or of steps that have none, are not written."""
    written = {letter.claim.id for letter in letters}
    gone = [Settled(claim.id, "dropped", reason=_GONE) for claim in claims if claim.id not in written]
    await messages.settle(db, gone, was=("reserved",))


async def keep(db: Db, letters: Sequence[Letter], now: dict[UUID, datetime]) -> None:
    """Settle the letters, put those that were written into the inbox, and announce them."""
    settled = [_settled(one, now[one.claim.workspace_id]) for one in letters]
    written = [one for one in letters if not one.refused and not one.dropped]
    async with pipeline(db):
        await asyncio.gather(
            messages.settle(db, settled, was=("reserved",)),
            *(
                _deliver(
                    db, [one for one in written if one.claim.workspace_id == workspace_id], now[workspace_id]
                )
                for workspace_id in {one.claim.workspace_id for one in written}
            ),
        )


async def _deliver(db: Db, letters: Sequence[Letter], at: datetime) -> None:
    """Into the inbox of their workspace, at its time."""
    await inbox.capture(db, [(one.claim.workspace_id, one.claim.id) for one in letters], at)
    await events.append(db, [went_out(one, at) for one in letters], recorded_at=at)


def _settled(letter: Letter, now: datetime) -> Settled:
    if letter.dropped:
        return Settled(letter.claim.id, "dropped", reason=letter.dropped)
    if letter.refused:
        return Settled(letter.claim.id, "failed", reason=letter.refused)
    return Settled(
        letter.claim.id,
        "sent",
        sent_at=now,
        subject=letter.subject,
        html=letter.html,
        text=letter.text,
        headers=letter.headers(now),
    )


def went_out(letter: Letter, at: datetime) -> NewEvent:
    return _event("email.sent", letter, at)


def _event(name: str, letter: Letter, at: datetime, **more: str) -> NewEvent:
    claim = letter.claim
    properties = {
        "message_id": str(claim.id),
        "automation_id": str(claim.automation_id) if claim.automation_id else None,
        "node": claim.node,
        "subject": letter.subject,
        **more,
    }
    return NewEvent(claim.workspace_id, name, claim.contact_id, at, properties, source="automation")


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A letter and what it goes over, or why that cannot be said at the moment."""

    letter: Letter
    outlet: SmtpChannel | str


def _told(flight: Flight, at: datetime) -> NewEvent | None:
    """The event of what came of a mail, if it is one: it went out, or it came back."""
    match flight.performed:
        case Sent():
            return went_out(flight.effect.letter, at)
        case Bounced(reason):
            return _event("email.bounced", flight.effect.letter, at, reason=reason)
        case _:
            return None


class Smtp(Delivery):
    """The loop of e-mail that goes out over SMTP: over a server of the workspace's own, or over that of the instance."""

    name = "smtp"
    channels = ("email",)

    def __init__(self, claimant: Claimant, mailroom: Mailroom, outlets: Outlets) -> None:
        super().__init__(claimant)
        self._mailroom = mailroom
        self._outlets = outlets

    async def workspaces(self, db: Db) -> Sequence[UUID]:
        await self._outlets.tidy()
        return await self._outlets.going(db, _LEAVING)

    async def _found(self, db: Db, free: int) -> list[Handed]:
        if self._handed:
            await self._sort_out(db)
        return await super()._found(db, free)

    async def _sort_out(self, db: Db) -> None:
        """Of what was handed over, only what leaves the house is ours."""
        handed = list(self._handed)
        self._handed.clear()
        self._handed.extend(await self._outlets.among(db, handed, _LEAVING))

    async def prepare(self, db: Db, claims: Sequence[Claim]) -> Sequence[Dispatch | None]:
        letters = {letter.claim.id: letter for letter in await self._mailroom.letters(db, claims)}
        outlets = await self._outlets.channels(db, {claim.workspace_id for claim in claims})
        unwritten = [claim for claim in claims if claim.id not in letters]
        dropped = [letter for letter in letters.values() if letter.dropped]
        await messages.settle(
            db,
            [Settled(claim.id, "dropped", reason=_GONE) for claim in unwritten]
            + [Settled(letter.claim.id, "dropped", reason=letter.dropped) for letter in dropped],
        )
        ready = {id_: letter for id_, letter in letters.items() if not letter.dropped}
        return [
            Dispatch(ready[claim.id], outlets[claim.workspace_id]) if claim.id in ready else None
            for claim in claims
        ]

    async def perform(self, effect: Dispatch) -> Performed:
        if effect.letter.refused:
            return Refused(effect.letter.refused)
        if isinstance(effect.outlet, str):
            return Later(effect.outlet)
        return await effect.outlet.send(effect.letter.message(datetime.now(UTC)))

    def record(self, settled: Settled, effect: Dispatch, now: datetime) -> Settled:
        letter = effect.letter
        if letter.refused:
            return settled
        return replace(
            settled, subject=letter.subject, html=letter.html, text=letter.text, headers=letter.headers(now)
        )

    def _settled(self, flight: Flight, now: Mapping[UUID, datetime], sandboxes: set[UUID]) -> Settled:
        """What did not arrive, or may not have, is kept as it was written too: somebody will want to see it."""
        settled = super()._settled(flight, now, sandboxes)
        if isinstance(flight.performed, Bounced):
            settled = replace(settled, state="bounced")
        if settled.state not in ("bounced", "failed", "unknown"):
            return settled
        return self.record(settled, flight.effect, now[flight.claim.workspace_id])

    async def announce(self, db: Db, settled: Sequence[Flight], now: Mapping[UUID, datetime]) -> None:
        """Who cannot be reached at an address is not written to there again."""
        for workspace_id in {flight.claim.workspace_id for flight in settled}:
            at = now[workspace_id]
            theirs = [flight for flight in settled if flight.claim.workspace_id == workspace_id]
            await events.append(db, [event for f in theirs if (event := _told(f, at))], recorded_at=at)
            dead = sorted(
                {
                    f.effect.letter.to
                    for f in theirs
                    if f.claim.contact_id and isinstance(f.performed, Bounced)
                }
            )
            await contacts.suppress(db, workspace_id, "email", dead, reason=contacts.BOUNCED, at=at)

    async def close(self) -> None:
        await super().close()
        await self._outlets.close()
