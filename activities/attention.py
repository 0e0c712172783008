"""Messages that failed or are in doubt: sending them again, or saying what became of them, at a person's word."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from core.db import Db
from domain.errors import Conflict
from models import attention, audit, clocks, events, holds, messages, queue
from models.attention import Resolved, Which
from models.events import NewEvent

Outcome = Literal["sent", "not_sent"]
_PAGE = 1_000  # events a statement


@dataclass(frozen=True, slots=True)
class Done:
    """How many it was done for, and how many a hold keeps back."""

    count: int
    held: int = 0


async def retry(db: Db, workspace_id: UUID, which: Which) -> Done:
    """Have them sent once more, each under the key it has. Whoever waits at one of them goes on with its outcome."""
    held = await holds.in_force(db, [workspace_id])
    if (workspace_id, "workspace", str(workspace_id)) in held:
        raise Conflict("Everything is on hold. Release it first; then these can be sent again.")
    retried = await attention.retry(db, workspace_id, which, held)
    await _note(db, workspace_id, "retried", which, retried)
    await messages.announce(db)
    return Done(retried, await attention.count(db, workspace_id, which))


async def resolve(
    db: Db, workspace_id: UUID, which: Which, outcome: Outcome, *, by: str, now: datetime
) -> Done:
    """What a person found out: it was sent, or it was not and shall not be. Whoever waits for it goes on."""
    if outcome == "sent":
        resolved = await attention.arrived(db, workspace_id, which, words=f"{by} said that it was sent.")
        await _announce(db, workspace_id, resolved, now)
    else:
        resolved = await attention.given_up(db, workspace_id, which, words=f"{by} left it unsent.")
    await queue.resume(db, [(workspace_id, one.enrolment_id, one.id) for one in resolved if one.enrolment_id])
    await _note(db, workspace_id, "resolved", which, len(resolved), outcome=outcome)
    await clocks.announce(db, [workspace_id])
    return Done(len(resolved))


async def _announce(db: Db, workspace_id: UUID, sent: Sequence[Resolved], now: datetime) -> None:
    """As if the mail server had answered at the time: the timeline, triggers and waits read the same event."""
    happened = [_went_out(workspace_id, one) for one in sent if one.channel == "email" and one.contact_id]
    for first in range(0, len(happened), _PAGE):
        await events.append(db, happened[first : first + _PAGE], recorded_at=now)


def _went_out(workspace_id: UUID, one: Resolved) -> NewEvent:
    properties = {
        "message_id": str(one.id),
        "automation_id": str(one.automation_id) if one.automation_id else None,
        "node": one.node,
        "subject": one.subject,
    }
    return NewEvent(
        workspace_id, "email.sent", one.contact_id, one.created_at, properties, source="automation"
    )


async def _note(db: Db, workspace_id: UUID, action: str, which: Which, count: int, **more: str) -> None:
    """Nobody's row shows who decided it, so the audit log does."""
    if count:
        asked = {name: str(value) for name, value in asdict(which).items() if value is not None}
        details = {**asked, **more, "messages": count}
        await audit.note(db, workspace_id, action, "messages", subject_id=which.message_id, details=details)
