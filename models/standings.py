"""Where the people of an automation stand: by version and step, for whoever asks what a change would mean to them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from core.db import Db, fetch
from models.enrolments import SELECT, Placed


@dataclass(frozen=True, slots=True)
class Group:
    """How many of an automation stand at one step of one version."""

    version_id: UUID
    node: str
    count: int


async def groups(db: Db, automation_id: UUID) -> list[Group]:
    rows = await db.execute(
        text(
            "select version_id, node, count(*) from enrolments where automation_id = :id and ended_at is null"
            " and node is not null group by 1, 2"
        ),
        {"id": automation_id},
    )
    return [Group(*row) for row in rows]


async def sample(db: Db, automation_id: UUID, groups: Iterable[Group], *, limit: int) -> list[Placed]:
    """Some of those who stand in these groups, drawn by the random end of their ids; nothing is locked."""
    pairs = [(group.version_id, group.node) for group in groups]
    rows = await fetch(
        db,
        SELECT + "where e.automation_id = %s and e.ended_at is null and (e.version_id, e.node) in"
        " (select * from unnest(%s::uuid[], %s::text[])) order by right(e.id::text, 12) limit %s",
        (automation_id, [version for version, _ in pairs], [node for _, node in pairs], limit),
    )
    return [Placed(*row) for row in rows]


# A message that a hold keeps back has no time at which it wakes; releasing looks at those too.
_OVERDUE = text("""
select count(*) from enrolments where automation_id = :id and ended_at is null and (wake_at <= :now
  or wake_at is null and awaits is null
     and id in (select enrolment_id from messages where automation_id = :id and state = 'deferred'))
""")


async def overdue(db: Db, automation_id: UUID, now: datetime) -> int:
    """How many would act at once if nothing held them: who should have moved on by now."""
    return (await db.execute(_OVERDUE, {"id": automation_id, "now": now})).scalar_one()
