"""What the kernel may know: contacts as facts, with their zone and with what stands between them and a message."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from core.db import Db, fetch
from domain.calendars import find_zone
from domain.facts import ContactFacts, Facts, zone_for

_UTC = ZoneInfo("UTC")  # for a workspace whose zone is none any more


class Known(NamedTuple):
    """One contact: whose, the facts without events, and why a channel must not be used (`{"email": "hard_bounce"}`)."""

    workspace_id: UUID
    facts: Facts
    suppressed: Mapping[str, str]


_SELECT = """
select c.workspace_id, w.time_zone, c.id, c.created_at, c.updated_at, c.email, c.phone, c.first_name, c.last_name,
       c.external_id, c.time_zone, c.attributes, c.tags, c.consent,
       (select jsonb_object_agg(s.channel, s.reason) from suppressions s
        where s.workspace_id = c.workspace_id and s.address in (c.email, c.phone))
from contacts c join workspaces w on w.id = c.workspace_id where c.id = any(%s)
"""


async def load(db: Db, contact_ids: Iterable[UUID]) -> dict[UUID, Known]:
    """The contacts of a batch, by id; one that was removed meanwhile is not there."""
    return {row[2]: _known(row) for row in await fetch(db, _SELECT, [list(contact_ids)])}


def _known(row: tuple[Any, ...]) -> Known:
    workspace_id, home, *details, suppressed = row
    contact = ContactFacts(
        id=details[0],
        created_at=details[1],
        updated_at=details[2],
        email=details[3],
        phone=details[4],
        first_name=details[5],
        last_name=details[6],
        external_id=details[7],
        time_zone=details[8],
        attributes=details[9],
        tags=frozenset(details[10]),
        consent=details[11],
    )
    zone, source = zone_for(contact.time_zone, find_zone(home) or _UTC)
    return Known(workspace_id, Facts(contact=contact, zone=zone, zone_source=source), suppressed or {})
