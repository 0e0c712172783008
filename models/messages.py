"""The ledger: one row for every outside effect, reserved before it happens, committed once, observed until it is known.

States: reserved, deferred, dropped, sending, sent, delivered, bounced, failed, unknown. What is `sending` belongs to a
process that is alive; when that dies its rows become `unknown`, and nothing leads from there back to a second attempt
without somebody's word.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import defer
from sqlmodel import col, select

from core import telemetry
from core.db import Db, execute, fetch
from domain.errors import NotFound
from domain.ids import new_id
from models.base import Instant, Owned, belongs_to, instant, json_or_null


class Message(Owned, table=True):
    """One effect on one contact. `send_key` names it for ever: enrolment, node, hop and index, or what else caused it."""

    __table_args__ = (
        UniqueConstraint("workspace_id", "send_key"),
        Index("messages_contact", "contact_id", "id"),
        Index("messages_node", "automation_id", "node", "state"),
        Index("messages_recent", "workspace_id", "id"),
        Index("messages_waiting", "channel", "id", postgresql_where=text("state = 'reserved'")),
        Index("messages_sending", "owner", postgresql_where=text("state = 'sending'")),
        Index("messages_unknown", "id", postgresql_where=text("state = 'unknown'")),
        Index(
            "messages_unsettled",
            "workspace_id",
            "id",
            postgresql_where=text("state in ('failed', 'unknown', 'deferred')"),
        ),
    )

    channel: str  # email | http | what a step of one's own says
    contact_id: UUID | None = belongs_to("contacts", null=True, on_delete="SET NULL")
    automation_id: UUID | None = None
    version_id: UUID | None = None
    enrolment_id: UUID | None = None
    node: str | None = None
    send_key: str
    state: str = "reserved"
    reason: str | None = None
    address: str | None = None
    subject: str | None = None
    # beside the row and not compressed (migration 0007), which would be a third of what settling it costs
    html: str | None = None
    text: str | None = None
    headers: dict[str, Any] | None = json_or_null()
    result: dict[str, Any] | None = json_or_null()
    created_at: Instant = instant()
    not_before: Instant | None = instant(
        default=None
    )  # wall time: when a channel that was down is tried again
    attempts: int = 0
    owner: int | None = None
    sent_at: Instant | None = instant(default=None)
    opened_at: Instant | None = instant(default=None)
    clicked_at: Instant | None = instant(default=None)


@dataclass(frozen=True, slots=True)
class NewMessage:
    """An effect that the send gate has allowed, or dropped for a reason."""

    workspace_id: UUID
    channel: str
    contact_id: UUID | None
    send_key: str
    created_at: datetime
    automation_id: UUID | None = None
    version_id: UUID | None = None
    enrolment_id: UUID | None = None
    node: str | None = None
    state: str = "reserved"
    reason: str | None = None
    address: str | None = None
    id: UUID = field(default_factory=new_id)


_RESERVE = """
insert into messages (id, workspace_id, channel, contact_id, automation_id, version_id, enrolment_id, node, send_key, state,
                      reason, address, created_at, attempts)
select *, 0 from unnest(%s::uuid[], %s::uuid[], %s::text[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::text[],
                        %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[])
on conflict (workspace_id, send_key) do update set state = excluded.state, reason = excluded.reason, address = excluded.address
where messages.state = 'deferred'
returning send_key, id, workspace_id, channel, state
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A row of the ledger as it now stands."""

    id: UUID
    workspace_id: UUID
    channel: str
    state: str


async def reserve(db: Db, messages: Sequence[NewMessage]) -> dict[str, Kept]:
    """Write effects down before they happen, by send key. One that was deferred takes its new state; anything else that is
    there already stays as it is and is not returned."""
    if not messages:
        return {}
    rows = await fetch(
        db,
        _RESERVE,
        (
            [m.id for m in messages],
            [m.workspace_id for m in messages],
            [m.channel for m in messages],
            [m.contact_id for m in messages],
            [m.automation_id for m in messages],
            [m.version_id for m in messages],
            [m.enrolment_id for m in messages],
            [m.node for m in messages],
            [m.send_key for m in messages],
            [m.state for m in messages],
            [m.reason for m in messages],
            [m.address for m in messages],
            [m.created_at for m in messages],
        ),
    )
    kept = {row[0]: Kept(*row[1:]) for row in rows}
    telemetry.count_messages(one.state for one in kept.values())
    return kept


async def announce(db: Db) -> None:
    """Tell the loops that deliver, wherever they run."""
    await execute(db, "select pg_notify('messages', '')")


async def hurry(db: Db, workspace_id: UUID, channel: str) -> None:
    """Have what waits for another try be tried now: what stood in its way may be mended."""
    await db.execute(
        text(
            "update messages set not_before = null where workspace_id = :workspace and channel = :channel"
            " and state = 'reserved' and not_before is not null"
        ),
        {"workspace": workspace_id, "channel": channel},
    )
    await announce(db)


@dataclass(frozen=True, slots=True)
class Body:
    """A message that was written before it was reserved, such as a test."""

    subject: str
    html: str
    text: str


async def write(db: Db, message_id: UUID, body: Body) -> None:
    await execute(
        db,
        "update messages set subject = %s, html = %s, text = %s where id = %s",
        (body.subject, body.html, body.text, message_id),
    )


async def written(db: Db, message_ids: Sequence[UUID]) -> dict[UUID, Body]:
    """Of those messages that were written before they were reserved."""
    rows = await fetch(
        db,
        "select id, subject, html, text from messages where id = any(%s) and html is not null",
        (list(message_ids),),
    )
    return {row[0]: Body(row[1] or "", row[2], row[3] or "") for row in rows}


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that this process, and no other, is about to act on."""

    id: UUID
    workspace_id: UUID
    channel: str
    contact_id: UUID | None
    automation_id: UUID | None
    version_id: UUID | None
    enrolment_id: UUID | None
    node: str | None
    send_key: str
    address: str | None
    attempts: int
    created_at: datetime


# As a parameter, so that a kept plan finds the messages by their ids: by `messages_waiting` it would look through all that
# wait, and all that did since the last vacuum.
_FREE = "reserved"
_CLAIMED = (
    " returning id, workspace_id, channel, contact_id, automation_id, version_id, enrolment_id, node, send_key, address,"
    " attempts, created_at"
)


async def waiting(db: Db, channels: Sequence[str], wall: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """(workspace, message) of what nobody has claimed: left behind by a crash, or due for another try."""
    return await fetch(
        db,
        "select workspace_id, id from messages where state = 'reserved' and channel = any(%s)"
        " and (not_before is null or not_before <= %s) order by id limit %s",
        (list(channels), wall, limit),
    )


async def claim(db: Db, ids: Sequence[UUID], owner: int) -> list[Claim]:
    """Take what is still free. What is claimed counts as begun, so claim no more than can be in flight."""
    rows = await fetch(
        db,
        "update messages set state = 'sending', owner = %s, attempts = attempts + 1"
        " where id = any(%s) and state = %s" + _CLAIMED,
        (owner, list(ids), _FREE),
    )
    return _taken([Claim(*row) for row in rows])


async def give_back(db: Db, owner: int, channels: Sequence[str], *, besides: Sequence[UUID]) -> None:
    """Free what a process has claimed and knows that it has never begun."""
    await execute(
        db,
        "update messages set state = 'reserved', owner = null where owner = %s and state = 'sending'"
        " and channel = any(%s) and id <> all(%s)",
        (owner, list(channels), list(besides)),
    )


async def take(db: Db, ids: Sequence[UUID]) -> list[Claim]:
    """Lock what is still free for this transaction: for a channel whose act is part of it (the captured inbox)."""
    rows = await fetch(
        db,
        "select id, workspace_id, channel, contact_id, automation_id, version_id, enrolment_id, node, send_key, address,"
        " attempts, created_at from messages where id = any(%s) and state = %s order by id for update skip locked",
        (list(ids), _FREE),
    )
    return _taken([Claim(*row) for row in rows])


def _taken(claims: list[Claim]) -> list[Claim]:
    if claims:
        telemetry.BATCH.labels("messages").observe(len(claims))
    return claims


@dataclass(frozen=True, slots=True)
class Settled:
    """How an effect came out. `not_before` (wall time) with state `reserved`: nothing has happened, try again then."""

    id: UUID
    state: str
    reason: str | None = None
    sent_at: datetime | None = None
    not_before: datetime | None = None
    subject: str | None = None
    html: str | None = None
    text: str | None = None
    headers: Mapping[str, Any] | None = None
    result: Mapping[str, Any] | None = None


_SETTLE = """
update messages m set state = s.state, reason = s.reason, sent_at = s.sent_at, not_before = s.not_before, owner = null,
    subject = coalesce(s.subject, m.subject), html = coalesce(s.html, m.html), text = coalesce(s.text, m.text),
    headers = coalesce(s.headers, m.headers), result = coalesce(s.result, m.result)
from unnest(%s::uuid[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::text[], %s::text[], %s::text[],
            %s::jsonb[], %s::jsonb[]) s(id, state, reason, sent_at, not_before, subject, html, text, headers, result)
where m.id = s.id and m.state = any(%s) returning m.id
"""


def _jsonb(value: Mapping[str, Any] | None) -> Jsonb | None:
    return None if value is None else Jsonb(dict(value))


async def settle(
    db: Db, settled: Sequence[Settled], *, was: Sequence[str] = ("sending", "unknown")
) -> set[UUID]:
    """Write outcomes down; a late answer resolves what had become unknown. Returns what was settled by this call."""
    if not settled:
        return set()
    rows = await fetch(
        db,
        _SETTLE,
        (
            [s.id for s in settled],
            [s.state for s in settled],
            [s.reason for s in settled],
            [s.sent_at for s in settled],
            [s.not_before for s in settled],
            [s.subject for s in settled],
            [s.html for s in settled],
            [s.text for s in settled],
            [_jsonb(s.headers) for s in settled],
            [_jsonb(s.result) for s in settled],
            list(was),
        ),
    )
    done = {row[0] for row in rows}
    telemetry.count_messages(one.state for one in settled if one.id in done)
    return done


@dataclass(frozen=True, slots=True)
class Filter:
    """Which messages a list shows; what is None does not count."""

    contact_id: UUID | None = None
    automation_id: UUID | None = None
    channel: str | None = None
    state: str | None = None
    node: str | None = None


_BODY: tuple[Any, ...] = (col(Message.html), col(Message.text), col(Message.headers))


async def page(
    db: Db, workspace_id: UUID, sought: Filter, *, before: UUID | None, limit: int
) -> list[Message]:
    """The newest first; `before` is the id after which the last page ended. Bodies are left where they are."""
    query = select(Message).options(*(defer(column) for column in _BODY))
    query = query.where(col(Message.workspace_id) == workspace_id)
    for name in ("contact_id", "automation_id", "channel", "state", "node"):
        if (value := getattr(sought, name)) is not None:
            query = query.where(getattr(Message, name) == value)
    if before is not None:
        query = query.where(col(Message.id) < before)
    return list((await db.execute(query.order_by(col(Message.id).desc()).limit(limit))).scalars())


async def get(db: Db, message_id: UUID, *, lock: bool = False) -> Message:
    query = select(Message).where(col(Message.id) == message_id)
    row = (await db.execute(query.with_for_update() if lock else query)).scalar_one_or_none()
    if row is None:
        raise NotFound("There is no such message.")
    return row


Answer = tuple[str, dict[str, Any] | None, str | None]  # state, result, reason


async def answers(db: Db, message_ids: Sequence[UUID]) -> dict[UUID, Answer]:
    """The outcomes of messages that have one."""
    rows = await fetch(
        db,
        "select id, state, result, reason from messages where id = any(%s)"
        " and state in ('sent', 'delivered', 'bounced', 'failed', 'dropped')",
        (list(message_ids),),
    )
    return {row[0]: row[1:] for row in rows}


async def opened(db: Db, message_id: UUID, at: datetime, *, unless_before: timedelta) -> Message | None:
    """Note the first opening, unless it comes so soon after sending that no person can have done it."""
    return await _note(db, message_id, "opened_at", at, unless_before)


async def clicked(db: Db, message_id: UUID, at: datetime, *, unless_before: timedelta) -> Message | None:
    """Note the first click; whoever clicks has opened it too."""
    row = await _note(db, message_id, "clicked_at", at, unless_before)
    if row and row.opened_at is None:
        row.opened_at = at
    return row


async def _note(
    db: Db, message_id: UUID, column: str, at: datetime, unless_before: timedelta
) -> Message | None:
    row = (
        await db.execute(select(Message).where(col(Message.id) == message_id).with_for_update())
    ).scalar_one_or_none()
    if row is None or row.sent_at is None or getattr(row, column) is not None:
        return None
    if timedelta() < at - row.sent_at < unless_before:
        return None
    setattr(row, column, at)
    return row
