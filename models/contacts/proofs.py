"""The proof of consent: each statement by or about a person, with where it came from and the words that were agreed to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from core.db import Db, execute
from domain.contacts import Origin
from models.contacts.tables import ConsentRecord

_RECORD = """
insert into consent_records (id, workspace_id, contact_id, channel, state, source, wording, ip, by, at)
select uuidv7(), s.workspace_id, s.contact_id, s.channel, s.state, %s, s.wording, %s, %s, %s
from unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[]) s(workspace_id, contact_id, channel, state, wording)
"""


@dataclass(frozen=True, slots=True)
class Statement:
    workspace_id: UUID
    contact_id: UUID
    channel: str
    state: str


async def record(db: Db, said: Sequence[Statement], *, at: datetime, origin: Origin) -> None:
    """Append-only: what was true once stays provable."""
    if not said:
        return
    await execute(
        db,
        _RECORD,
        (
            origin.proof or origin.source,
            origin.ip,
            origin.by,
            at,
            [s.workspace_id for s in said],
            [s.contact_id for s in said],
            [s.channel for s in said],
            [s.state for s in said],
            [origin.wording.get(s.channel) for s in said],
        ),
    )


async def statements(db: Db, contact_id: UUID) -> Sequence[ConsentRecord]:
    """Every statement about what this contact agreed to, the latest first."""
    newest = (col(ConsentRecord.at).desc(), col(ConsentRecord.id).desc())
    found = await db.execute(
        select(ConsentRecord).where(col(ConsentRecord.contact_id) == contact_id).order_by(*newest)
    )
    return found.scalars().all()
