"""Erasing people and blocking addresses: what is gone is gone everywhere, and who said no is not written to again."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from core.db import Db, fetch

BOUNCED = "hard_bounce"
LIFTED_BY_HAND = (BOUNCED, "manual")  # whoever said no, or complained, stays blocked

# Rows that refer to the contact go with it (events, consent, enrolments, trails). Mail that was sent stays as a number; what
# a mail server answered often quotes the address, while the reasons of what was never sent are our own words.
_FORGET = text("""
update messages set address = null, subject = null, html = null, text = null, headers = null, result = null,
    reason = case when state = 'dropped' then reason end
where contact_id = any(:ids)
""")
_TAKE_FROM_INBOX = text("""
delete from captured_mails k using messages m where m.id = k.message_id and m.contact_id = any(:ids)
""")
_REHEARSED = text("""
delete from simulations where workspace_id = :workspace and request ->> 'contact_id' = any(cast(:ids as text[]))
""")
# The log goes on saying that there was a change, by whom and when.
_OFF_THE_RECORD = text("select audit_forget('contacts', cast(:ids as text[]))")
_DELETE = text("delete from contacts where workspace_id = :workspace and id = any(:ids) returning id")
_REMEMBER_REFUSALS = text("""
insert into suppressions (id, workspace_id, channel, address, reason, at)
select uuidv7(), :workspace, r.channel, r.address, 'erased', :at from contacts c,
    lateral (values ('email', c.email), ('sms', c.phone)) r(channel, address)
where c.id = any(:ids) and r.address is not null and c.consent ->> r.channel = 'unsubscribed'
on conflict (workspace_id, channel, address) do nothing
""")
_SUPPRESS = """
insert into suppressions (id, workspace_id, channel, address, reason, at)
select uuidv7(), %s, %s, address, %s, %s from unnest(%s::text[]) as a(address)
on conflict (workspace_id, channel, address) do nothing returning address
"""
_UNSUPPRESS = text(
    "delete from suppressions where workspace_id = :workspace and channel = :channel and address = :address"
    " and reason = any(:reasons) returning address"
)


async def erase(db: Db, workspace_id: UUID, contact_ids: Sequence[UUID], *, at: datetime) -> int:
    """Remove people and all that is known about them; how many there were.

    Of somebody who said no, the bare address stays on the list of those that must not be written to.
    """
    who = {"workspace": workspace_id, "ids": list(contact_ids)}
    named = {"workspace": workspace_id, "ids": [str(contact_id) for contact_id in contact_ids]}
    await db.execute(_REMEMBER_REFUSALS, {**who, "at": at})
    await db.execute(_TAKE_FROM_INBOX, who)
    await db.execute(_FORGET, who)
    await db.execute(_REHEARSED, named)
    gone = await remove(db, workspace_id, contact_ids)
    await db.execute(_OFF_THE_RECORD, named)  # also of the entry that says that they were removed
    return gone


async def remove(db: Db, workspace_id: UUID, contact_ids: Sequence[UUID]) -> int:
    """Remove people who never were more than a row; how many there were."""
    gone = await db.execute(_DELETE, {"workspace": workspace_id, "ids": list(contact_ids)})
    return len(gone.all())


async def suppress(
    db: Db, workspace_id: UUID, channel: str, addresses: Sequence[str], *, reason: str, at: datetime
) -> list[str]:
    """Block addresses, whoever they belong to; those that were not blocked yet."""
    if not addresses:
        return []
    rows = await fetch(db, _SUPPRESS, (workspace_id, channel, reason, at, list(addresses)))
    return [address for (address,) in rows]


async def unsuppress(db: Db, workspace_id: UUID, channel: str, address: str) -> bool:
    """Let an address be written to again; False where that is not for us to say, or where nothing blocks it."""
    values = {
        "workspace": workspace_id,
        "channel": channel,
        "address": address,
        "reasons": list(LIFTED_BY_HAND),
    }
    return (await db.execute(_UNSUPPRESS, values)).first() is not None


async def suppressed(db: Db, workspace_id: UUID, addresses: Sequence[str]) -> dict[tuple[str, str], str]:
    """Which of these addresses are blocked: (channel, address) and why."""
    rows = await db.execute(
        text(
            "select channel, address, reason from suppressions where workspace_id = :workspace and address = any(:addresses)"
        ),
        {"workspace": workspace_id, "addresses": list(addresses)},
    )
    return {(row.channel, row.address): row.reason for row in rows}
