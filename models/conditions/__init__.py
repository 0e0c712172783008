"""Conditions for many contacts at once: whom one is true of, and the events of a batch for those that are judged one by one."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text

from core.db import Db, fetch
from domain.conditions import Condition
from domain.facts import Happening, Happenings, by_name
from models.conditions.compiling import Sql, where

__all__ = ["MOST_HAPPENINGS", "Sql", "happenings", "matching", "where"]

MOST_HAPPENINGS = 1_000
"""Of one contact and event name. Older ones are not seen by `evaluate`, so counts stop there; no clause can ask for more."""


async def matching(
    db: Db,
    workspace_id: UUID,
    condition: Condition | None,
    *,
    now: datetime,
    zone: ZoneInfo,
    since: datetime | None = None,
    among: Iterable[UUID] | None = None,
    after: UUID | None = None,
    limit: int | None = None,
) -> list[UUID]:
    """The contacts of whom the condition is true (None: everybody), by id; of `among` if given, in pages that begin behind `after`."""
    asked = None if among is None else list(among)
    compiled = where(condition, workspace_id=workspace_id, now=now, zone=zone, since=since, among=asked)
    params = dict(compiled.params) | {"workspace": workspace_id, "limit": limit}
    parts = ["c.workspace_id = :workspace", compiled.text]
    if after is not None:
        parts.append("c.id > :after")
        params["after"] = after
    statement = f"select c.id from contacts c where {' and '.join(parts)} order by c.id limit :limit"
    return list(await db.scalars(text(statement), params))


_HAPPENINGS = """
select found.contact_id, found.id, found.name, found.occurred_at, found.properties
from unnest(%s::uuid[]) as asked (contact_id)
cross join unnest(%s::text[]) as named (name)
cross join lateral (
    select e.contact_id, e.id, e.name, e.occurred_at, e.properties from events e
    where e.contact_id = asked.contact_id and e.name = named.name
      and e.occurred_at >= coalesce(%s::timestamptz, '-infinity')
    order by e.occurred_at desc, e.id desc limit %s
) as found
"""


async def happenings(
    db: Db, contact_ids: Iterable[UUID], names: Iterable[str], since: datetime | None = None
) -> dict[UUID, Happenings]:
    """The events of these names, as `Facts` keeps them, for a whole batch in one statement; a contact without any is not there.

    Of each contact and name the newest thousand, from `since` on (`Mentions.since` knows how far back it must go).
    """
    asked = (list(contact_ids), list(names), since, MOST_HAPPENINGS)
    found: dict[UUID, list[Happening]] = {}
    rows = await fetch(db, _HAPPENINGS, asked)
    for contact_id, *event in rows:
        found.setdefault(contact_id, []).append(Happening(*event))
    return {contact_id: by_name(events) for contact_id, events in found.items()}
