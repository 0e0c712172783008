"""Attention: messages that failed or are in doubt, until a person says what shall become of them.

A retry is the same row with the same send key: `failed` or `unknown` becomes `reserved`. Nothing else leads there from either.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import text

from core.db import Db
from models.holds import Held

State = Literal["failed", "unknown"]

# The same fault of many people is one thing to decide, so what differs from one to the next is left out of its name.
_REASON = (
    "regexp_replace(regexp_replace(coalesce(m.reason, ''), '[^[:space:]<>“”\"'']+@[^[:space:]<>“”\"'']+', '…', 'g'),"
    " '[0-9]{6,}', '…', 'g')"
)


@dataclass(frozen=True, slots=True)
class Which:
    """Which of them; what is None does not count. `reason` is that of a group."""

    message_id: UUID | None = None
    state: State | None = None
    channel: str | None = None
    automation_id: UUID | None = None
    node: str | None = None
    reason: str | None = None


_WHICH = f"""
from messages m where m.workspace_id = :workspace and m.state in ('failed', 'unknown')
  and (cast(:message_id as uuid) is null or m.id = :message_id)
  and (cast(:state as text) is null or m.state = :state)
  and (cast(:channel as text) is null or m.channel = :channel)
  and (cast(:automation_id as uuid) is null or m.automation_id = :automation_id)
  and (cast(:node as text) is null or m.node = :node)
  and (cast(:reason as text) is null or {_REASON} = :reason)
"""


def _values(workspace_id: UUID, which: Which) -> dict[str, Any]:
    return {"workspace": workspace_id, **asdict(which)}


@dataclass(frozen=True, slots=True)
class Group:
    """Messages of one step that ended in the same way."""

    state: State
    channel: str
    automation_id: UUID | None
    automation: str | None
    node: str | None
    reason: str
    version_id: UUID | None  # one of those that they are of
    count: int
    first_at: datetime
    last_at: datetime


_GROUPS = text(f"""
select g.state, g.channel, g.automation_id, a.name as automation, g.node, g.reason, g.version_id, g.count, g.first_at, g.last_at
from (select m.state, m.channel, m.automation_id, m.node, {_REASON} as reason, (max(m.version_id::text))::uuid as version_id,
             count(*) as count, min(m.created_at) as first_at, max(m.created_at) as last_at
      {_WHICH} group by 1, 2, 3, 4, 5) g
left join automations a on a.id = g.automation_id order by g.state = 'unknown' desc, g.last_at desc limit 100
""")


async def groups(db: Db, workspace_id: UUID, which: Which = Which()) -> list[Group]:
    """What is in doubt first, then the latest."""
    return [Group(*row) for row in await db.execute(_GROUPS, _values(workspace_id, which))]


async def count(db: Db, workspace_id: UUID, which: Which = Which()) -> int:
    return (await db.execute(text(f"select count(*) {_WHICH}"), _values(workspace_id, which))).scalar_one()


@dataclass(frozen=True, slots=True)
class Listed:
    """One message with the name of its contact."""

    id: UUID
    state: State
    contact_id: UUID | None
    name: str
    address: str
    subject: str
    reason: str
    created_at: datetime


_NAME = (
    "coalesce(nullif(trim(concat_ws(' ', c.first_name, c.last_name)), ''), m.address, c.email, c.phone, '')"
)
_PAGE = text(f"""
select m.id, m.state, m.contact_id, {_NAME} as name, coalesce(m.address, '') as address, coalesce(m.subject, '') as subject,
       coalesce(m.reason, '') as reason, m.created_at
{_WHICH.replace("from messages m", "from messages m left join contacts c on c.id = m.contact_id")}
  and (cast(:before as uuid) is null or m.id < :before) order by m.id desc limit :limit
""")


async def page(db: Db, workspace_id: UUID, which: Which, *, before: UUID | None, limit: int) -> list[Listed]:
    """The newest first."""
    values = {**_values(workspace_id, which), "before": before, "limit": limit}
    return [Listed(*row) for row in await db.execute(_PAGE, values)]


_FREE = " and m.channel <> all(:channels) and (m.automation_id is null or m.automation_id::text <> all(:automations))"
_RETRY = text(f"""
with wanted as (select m.id {_WHICH}{_FREE} for update)
update messages m set state = 'reserved', reason = null, not_before = null, owner = null, attempts = 0
from wanted where m.id = wanted.id returning m.id
""")


async def retry(db: Db, workspace_id: UUID, which: Which, held: Held) -> int:
    """Have them sent once more, under the same keys; those that something holds stay where they are. How many there were."""
    values = {
        **_values(workspace_id, which),
        "channels": [about for _, scope, about in held if scope == "channel"],
        "automations": [about for _, scope, about in held if scope == "automation"],
    }
    return len((await db.execute(_RETRY, values)).all())


@dataclass(frozen=True, slots=True)
class Resolved:
    """What must be known of a message to announce what became of it."""

    id: UUID
    channel: str
    contact_id: UUID | None
    enrolment_id: UUID | None
    automation_id: UUID | None
    node: str | None
    subject: str | None
    created_at: datetime


_RESOLVE = f"""
with wanted as (select m.id {_WHICH} %s for update)
update messages m set state = cast(:became as text), reason = :words,
    sent_at = case when cast(:became as text) = 'sent' then m.created_at end
from wanted where m.id = wanted.id
returning m.id, m.channel, m.contact_id, m.enrolment_id, m.automation_id, m.node, m.subject, m.created_at
"""
_ARRIVED = text(_RESOLVE % "and m.state = 'unknown'")
_GIVEN_UP = text(_RESOLVE % "")


async def arrived(db: Db, workspace_id: UUID, which: Which, *, words: str) -> Sequence[Resolved]:
    """Of messages in doubt: they were sent."""
    values = {**_values(workspace_id, which), "became": "sent", "words": words}
    return [Resolved(*row) for row in await db.execute(_ARRIVED, values)]


async def given_up(db: Db, workspace_id: UUID, which: Which, *, words: str) -> Sequence[Resolved]:
    """They were not sent, and shall not be."""
    values = {**_values(workspace_id, which), "became": "dropped", "words": words}
    return [Resolved(*row) for row in await db.execute(_GIVEN_UP, values)]
