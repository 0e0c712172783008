"""People of the past: brought in as they are today, each known since they came. Their events come by `events.backfill`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from core.db import Db, fetch
from domain.contacts import STANDARD, Profile

_BACKFILL = f"""
insert into contacts (id, workspace_id, {", ".join(STANDARD)}, attributes, tags, consent, created_at, updated_at)
select id, %s, {", ".join(STANDARD)}, attributes, tags, consent, since, changed_at
from jsonb_to_recordset(%s) as p(id uuid, {", ".join(f"{name} text" for name in STANDARD)}, attributes jsonb, tags text[],
                                 consent jsonb, since timestamptz, changed_at timestamptz)
on conflict do nothing returning id
"""


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """Somebody who has been known for a while."""

    id: UUID
    profile: Profile
    since: datetime
    changed_at: datetime


async def backfill(db: Db, workspace_id: UUID, people: Sequence[Acquaintance]) -> set[UUID]:
    """Nothing is announced. Who has the address or external_id of somebody else is left out; the ids of those who were not."""
    rows = Jsonb([_row(person) for person in people])
    rows = await fetch(db, _BACKFILL, (workspace_id, rows))
    return {row[0] for row in rows}


def _row(person: Acquaintance) -> dict[str, Any]:
    profile = person.profile
    standard = {name: getattr(profile, name) for name in STANDARD}
    kept = {"attributes": profile.attributes, "tags": profile.tags, "consent": profile.consent}
    return {"id": str(person.id), "since": person.since, "changed_at": person.changed_at, **standard, **kept}
