"""What goes on in a workspace: its latest events, its numbers of the last days, and what waits for a person."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from core.db import Db

DAYS = 30


@dataclass(frozen=True, slots=True)
class Happened:
    """One event with the name of whom it happened to."""

    id: UUID
    name: str
    properties: dict[str, Any]
    occurred_at: datetime
    contact_id: UUID | None
    who: str


_NAME = "coalesce(nullif(trim(concat_ws(' ', c.first_name, c.last_name)), ''), c.email, c.phone, 'Somebody')"
_LATEST = text(f"""
select e.id, e.name, e.properties, e.occurred_at, e.contact_id, {_NAME} as who
from events e left join contacts c on c.id = e.contact_id
where e.workspace_id = :id and (cast(:after as uuid) is null or e.id > :after) order by e.id desc limit :limit
""")


async def latest(db: Db, workspace_id: UUID, *, after: UUID | None = None, limit: int = 30) -> list[Happened]:
    """The newest first; `after` is the last one that is known."""
    rows = await db.execute(_LATEST, {"id": workspace_id, "after": after, "limit": limit})
    return [Happened(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Daily:
    """Per day, oldest first, over twice the time that is shown: the first half is what it is compared with."""

    joined: tuple[int, ...]
    sent: tuple[int, ...]
    opened: tuple[int, ...]
    clicked: tuple[int, ...]


_DAILY = text("""
select d.day::date as day,
       (select count(*) from contacts c where c.workspace_id = :id and c.created_at >= d.day and c.created_at < d.day + interval '1 day') as joined,
       coalesce(m.sent, 0) as sent, coalesce(m.opened, 0) as opened, coalesce(m.clicked, 0) as clicked
from generate_series(cast(:since as timestamptz), cast(:until as timestamptz), interval '1 day') d(day)
left join (select date_trunc('day', sent_at at time zone 'UTC') as day, count(*) as sent, count(opened_at) as opened,
                  count(clicked_at) as clicked from messages
           where workspace_id = :id and channel = 'email' and sent_at >= :since group by 1) m
  on m.day = d.day at time zone 'UTC'
order by 1
""")


async def daily(db: Db, workspace_id: UUID, today: date) -> Daily:
    since = datetime.fromordinal(today.toordinal() - 2 * DAYS + 1)
    rows = (
        await db.execute(
            _DAILY,
            {
                "id": workspace_id,
                "since": f"{since:%Y-%m-%d}T00:00:00Z",
                "until": f"{today:%Y-%m-%d}T00:00:00Z",
            },
        )
    ).all()
    return Daily(
        *(tuple(getattr(row, name) for row in rows) for name in ("joined", "sent", "opened", "clicked"))
    )


_SENT = text("""
select a.name, (m.sent_at at time zone 'UTC')::date as day, count(*) as n from messages m
left join automations a on a.id = m.automation_id
where m.workspace_id = :id and m.channel = 'email' and m.sent_at >= :since group by 1, 2
""")


async def sent_by_automation(db: Db, workspace_id: UUID, today: date) -> dict[str, dict[date, int]]:
    """E-mails per automation and day, over the time that is shown."""
    since = date.fromordinal(today.toordinal() - DAYS + 1)
    found: dict[str, dict[date, int]] = {}
    for row in await db.execute(_SENT, {"id": workspace_id, "since": since}):
        found.setdefault(row.name or "Other", {})[row.day] = row.n
    return found


@dataclass(frozen=True, slots=True)
class Waiting:
    """What needs somebody: messages until somebody has decided, processes that failed lately."""

    unknown: int
    failed: int
    held: int
    failed_processes: int


_NEEDS = text("""
select (select count(*) from messages where workspace_id = :id and state = 'unknown'),
       (select count(*) from messages where workspace_id = :id and state = 'failed'),
       (select count(*) from holds where workspace_id = :id and released_at is null),
       (select count(*) from processes where workspace_id = :id and state = 'failed' and updated_at > :since)
""")


async def waiting(db: Db, workspace_id: UUID, since: datetime) -> Waiting:
    return Waiting(*(await db.execute(_NEEDS, {"id": workspace_id, "since": since})).one())
