"""The captured inbox: mail that was kept here instead of being sent to the world, and who has looked at it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Row, UniqueConstraint, text
from sqlmodel import col, select

from core.db import Db, execute
from domain.errors import NotFound
from models.base import Instant, Owned, belongs_to, flag, instant
from models.messages import Message


class CapturedMail(Owned, table=True):
    """One sent message, once."""

    __table_args__ = (UniqueConstraint("message_id"), Index("captured_mails_recent", "workspace_id", "id"))

    message_id: UUID = belongs_to("messages")
    seen: bool = flag()
    at: Instant = instant()


async def capture(db: Db, messages: Iterable[tuple[UUID, UUID]], at: datetime) -> None:
    """Keep sent messages, given as (workspace, message)."""
    rows = list(messages)
    await execute(
        db,
        "insert into captured_mails (id, workspace_id, message_id, at)"
        " select uuidv7(), w, m, %s from unnest(%s::uuid[], %s::uuid[]) c(w, m) on conflict (message_id) do nothing",
        (at, [workspace_id for workspace_id, _ in rows], [message_id for _, message_id in rows]),
    )


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list."""

    id: UUID
    to: str
    name: str
    subject: str
    snippet: str
    at: datetime
    seen: bool


_NAME = "coalesce(nullif(trim(concat_ws(' ', c.first_name, c.last_name)), ''), m.address, '')"
_FROM = """
from captured_mails k join messages m on m.id = k.message_id left join contacts c on c.id = m.contact_id
where k.workspace_id = :workspace
  and (cast(:contact as uuid) is null or m.contact_id = :contact)
  and (:sought = '' or lower(m.subject) like :pattern or lower(m.address) like :pattern)
"""
_PAGE = text(f"""
select k.id, coalesce(m.address, '') as to, {_NAME} as name, coalesce(m.subject, '') as subject,
       left(regexp_replace(coalesce(m.text, ''), '(https?://\\S+|\\s)+', ' ', 'g'), 120) as snippet, k.at, k.seen
{_FROM} and (cast(:before as uuid) is null or k.id < :before) order by k.id desc limit :limit
""")
_TOTAL = text(f"select count(*) {_FROM}")


def _sought(workspace_id: UUID, sought: str, contact_id: UUID | None) -> dict[str, object]:
    plain = sought.strip().lower()
    pattern = "%" + plain.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return {"workspace": workspace_id, "contact": contact_id, "sought": plain, "pattern": pattern}


async def page(
    db: Db, workspace_id: UUID, *, sought: str, contact_id: UUID | None, before: UUID | None, limit: int
) -> list[Listed]:
    """The newest first."""
    values = _sought(workspace_id, sought, contact_id) | {"before": before, "limit": limit}
    return [Listed(*row) for row in await db.execute(_PAGE, values)]


async def total(db: Db, workspace_id: UUID, *, sought: str = "", contact_id: UUID | None = None) -> int:
    return (await db.execute(_TOTAL, _sought(workspace_id, sought, contact_id))).scalar_one()


@dataclass(frozen=True, slots=True)
class Opened:
    """One mail with whom it went to and what sent it."""

    message: Message
    at: datetime
    name: str
    automation: str
    step: str
    """What the marketer called it, if they did."""


_OPEN = text(f"""
select k.message_id, k.at, {_NAME} as name, coalesce(a.name, '') as automation,
       coalesce(v.definition -> 'nodes' -> m.node ->> 'name', '') as step
from captured_mails k join messages m on m.id = k.message_id left join contacts c on c.id = m.contact_id
left join automations a on a.id = m.automation_id left join automation_versions v on v.id = m.version_id where k.id = :id
""")


async def read(db: Db, mail_id: UUID) -> Opened:
    """Open a mail; it counts as seen from now on."""
    row = await _row(db, mail_id)
    await db.execute(
        text("update captured_mails set seen = true where id = :id and not seen"), {"id": mail_id}
    )
    message = (await db.execute(select(Message).where(col(Message.id) == row.message_id))).scalar_one()
    return Opened(message, row.at, row.name, row.automation, row.step)


async def body(db: Db, mail_id: UUID) -> str:
    row = await _row(db, mail_id)
    html = await db.execute(text("select html from messages where id = :id"), {"id": row.message_id})
    return html.scalar_one() or ""


async def _row(db: Db, mail_id: UUID) -> Row[tuple[UUID, datetime, str, str, str]]:
    found = (await db.execute(_OPEN, {"id": mail_id})).first()
    if found is None:
        raise NotFound("This e-mail is not here any more.")
    return found
