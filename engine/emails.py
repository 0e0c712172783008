"""The loops of e-mail: into the captured inbox where nothing leaves the house, or out over SMTP.

Capturing is a row in our own database, so claim, act and settle are one transaction: nothing can be unknown.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from activities.emails import Letter, Mailroom
from core.db import Db, scope_to, session
from domain.steps import Performed, Refused
from engine.delivery import Delivery, Flight
from engine.loops import Loop
from engine.sweeper import Claimant
from integrations.smtp import SmtpChannel
from models import clocks, events, inbox, messages
from models.events import NewEvent
from models.messages import Claim, Kept, Settled

_BATCH = 500


class Capture(Loop):
    """Takes e-mail of all workspaces, or of the sandboxes alone: a sandbox never writes to the world."""

    name = "capture"
    channel = "messages"

    def __init__(self, mailroom: Mailroom, *, sandboxes_only: bool) -> None:
        super().__init__()
        self._mailroom = mailroom
        self._sandboxes_only = sandboxes_only
        self._handed: deque[tuple[UUID, UUID]] = deque()

    def hand(self, reserved: Iterable[Kept]) -> None:
        """What has just been reserved and committed in this process."""
        self._handed.extend((row.workspace_id, row.id) for row in reserved if row.channel == "email")
        self.told.set()

    async def turn(self) -> bool:
        async with session() as db:
            found = await self._found(db)
            if not found:
                return False
            workspaces = {workspace_id for workspace_id, _ in found}
            await scope_to(db, workspaces)
            claims = await messages.take(db, [message_id for _, message_id in found])
            letters = await self._mailroom.letters(db, claims)
            await _forget(db, claims, letters)
            await keep(db, letters, await clocks.times(db, workspaces))
            for workspace_id in workspaces:
                await clocks.announce(db, workspace_id)
        return True

    async def _found(self, db: Db) -> list[tuple[UUID, UUID]]:
        if self._handed:
            found = [self._handed.popleft() for _ in range(min(_BATCH, len(self._handed)))]
        else:
            await scope_to(db, await clocks.all_workspaces(db))
            found = await messages.waiting(db, ["email"], datetime.now(UTC), _BATCH)
        if not self._sandboxes_only:
            return found
        sandboxes = await clocks.standing_still(db, {workspace_id for workspace_id, _ in found})
        return [one for one in found if one[0] in sandboxes]


async def _forget(db: Db, claims: Sequence[Claim], letters: Sequence[Letter]) -> None:
    """Letters to contacts who have been removed meanwhile are not written."""
    written = {letter.claim.id for letter in letters}
    gone = [
        Settled(claim.id, "dropped", reason="The contact was removed.")
        for claim in claims
        if claim.id not in written
    ]
    await messages.settle(db, gone, was=("reserved",))


async def keep(db: Db, letters: Sequence[Letter], now: dict[UUID, datetime]) -> None:
    """Settle the letters, put those that were written into the inbox, and announce them."""
    await messages.settle(
        db, [_settled(one, now[one.claim.workspace_id]) for one in letters], was=("reserved",)
    )
    written = [one for one in letters if not one.refused and not one.dropped]
    for workspace_id in {one.claim.workspace_id for one in written}:
        theirs = [one for one in written if one.claim.workspace_id == workspace_id]
        at = now[workspace_id]
        await inbox.capture(db, [(workspace_id, one.claim.id) for one in theirs], at)
        await events.append(db, [went_out(one, at) for one in theirs], recorded_at=at)


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
    claim = letter.claim
    properties = {
        "message_id": str(claim.id),
        "automation_id": str(claim.automation_id) if claim.automation_id else None,
        "node": claim.node,
        "subject": letter.subject,
    }
    return NewEvent(claim.workspace_id, "email.sent", claim.contact_id, at, properties, source="automation")


class Smtp(Delivery):
    """The loop of e-mail that goes out over SMTP: the letters of real workspaces."""

    name = "smtp"
    channels = ("email",)

    def __init__(self, claimant: Claimant, mailroom: Mailroom, channel: SmtpChannel) -> None:
        super().__init__(claimant)
        self._mailroom = mailroom
        self._smtp = channel

    async def workspaces(self, db: Db) -> Sequence[UUID]:
        everybody = await clocks.all_workspaces(db)
        sandboxes = await clocks.standing_still(db, everybody)
        return [workspace_id for workspace_id in everybody if workspace_id not in sandboxes]

    async def prepare(self, db: Db, claims: Sequence[Claim]) -> Sequence[Letter | None]:
        letters = {letter.claim.id: letter for letter in await self._mailroom.letters(db, claims)}
        unwritten = [claim for claim in claims if claim.id not in letters]
        dropped = [letter for letter in letters.values() if letter.dropped]
        await messages.settle(
            db,
            [Settled(claim.id, "dropped", reason="The contact was removed.") for claim in unwritten]
            + [Settled(letter.claim.id, "dropped", reason=letter.dropped) for letter in dropped],
        )
        done = {letter.claim.id for letter in dropped}
        return [letters.get(claim.id) if claim.id not in done else None for claim in claims]

    async def perform(self, effect: Letter) -> Performed:
        if effect.refused:
            return Refused(effect.refused)
        return await self._smtp.send(effect.message(datetime.now(UTC)))

    def record(self, settled: Settled, effect: Letter, now: datetime) -> Settled:
        return replace(
            settled, subject=effect.subject, html=effect.html, text=effect.text, headers=effect.headers(now)
        )

    async def announce(self, db: Db, sent: Sequence[Flight], now: Mapping[UUID, datetime]) -> None:
        for workspace_id in {flight.claim.workspace_id for flight in sent}:
            at = now[workspace_id]
            theirs = [went_out(f.effect, at) for f in sent if f.claim.workspace_id == workspace_id]
            await events.append(db, theirs, recorded_at=at)

    async def close(self) -> None:
        await super().close()
        await self._smtp.close()
