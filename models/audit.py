"""The audit log: who changed what, when and from where. The database writes it, so nothing can forget to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import Column, ForeignKey, Index, text
from sqlmodel import Field, col, select

from core.db import Db
from models.base import Instant, Owned, instant, json_or_null


class AuditEntry(Owned, table=True):
    """One change of one row by a person or an API client, with the columns that changed, before and after."""

    __tablename__ = "audit_log"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        Index("audit_log_recent", "workspace_id", "id"),
        Index("audit_log_subject", "workspace_id", "resource", "subject_id", "id"),
    )

    # checked at the commit only: a sign-up makes the person before the workspace
    workspace_id: UUID = Field(
        sa_column=Column(
            ForeignKey("workspaces.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED"),
            nullable=False,
        )
    )
    at: Instant = instant(sa_column_kwargs={"server_default": text("clock_timestamp()")})
    actor_kind: str
    actor_id: UUID
    actor_name: str
    ip: str | None = None
    request_id: str | None = None
    action: str  # created | changed | removed, or a word for what changes no row, such as `signed_in`
    resource: str
    subject_id: str | None = Field(default=None)
    before: dict[str, Any] | None = json_or_null()
    after: dict[str, Any] | None = json_or_null()


@dataclass(frozen=True, slots=True)
class Filter:
    """What to look for; everything when nothing is given."""

    actor_id: UUID | None = None
    resource: str | None = None
    subject_id: str | None = None
    since: datetime | None = None


async def page(
    db: Db, workspace_id: UUID, wanted: Filter, *, before: UUID | None, limit: int
) -> Sequence[AuditEntry]:
    """Newest first, from the one before `before` on."""
    query = select(AuditEntry).where(col(AuditEntry.workspace_id) == workspace_id)
    if wanted.actor_id:
        query = query.where(col(AuditEntry.actor_id) == wanted.actor_id)
    if wanted.resource:
        query = query.where(col(AuditEntry.resource) == wanted.resource)
    if wanted.subject_id:
        query = query.where(col(AuditEntry.subject_id) == wanted.subject_id)
    if wanted.since:
        query = query.where(col(AuditEntry.at) >= wanted.since)
    if before:
        query = query.where(col(AuditEntry.id) < before)
    return (await db.execute(query.order_by(col(AuditEntry.id).desc()).limit(limit))).scalars().all()


async def actors(db: Db, workspace_id: UUID) -> list[tuple[UUID, str]]:
    """Everybody who changed something, under the name they had last."""
    rows = await db.execute(
        text(
            "select distinct on (actor_id) actor_id, actor_name from audit_log where workspace_id = :id"
            " order by actor_id, id desc"
        ),
        {"id": workspace_id},
    )
    return sorted(((row.actor_id, row.actor_name) for row in rows), key=lambda one: one[1].lower())


_NOTE = text("""
insert into audit_log (id, workspace_id, actor_kind, actor_id, actor_name, ip, request_id, action, resource, subject_id, after)
select uuidv7(), :workspace, a ->> 'kind', (a ->> 'id')::uuid, a ->> 'name', a ->> 'ip', a ->> 'request_id',
       :action, :resource, cast(:subject as text), cast(:details as jsonb)
from app_actor() a where a is not null
""")


async def note(
    db: Db,
    workspace_id: UUID,
    action: str,
    resource: str,
    *,
    subject_id: object | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """For what leaves no row behind: signing in, downloading a file. The actor is the one of the transaction."""
    await db.execute(
        _NOTE,
        {
            "workspace": workspace_id,
            "action": action,
            "resource": resource,
            "subject": None if subject_id is None else str(subject_id),
            "details": None if details is None else Jsonb(details),
        },
    )


# What the subject of an entry is called today; what is gone is called by what was recorded of it.
_NAMES = {
    "api_keys": "select id, name from api_keys",
    "automations": "select id, name from automations",
    "contacts": "select id, coalesce(nullif(concat_ws(' ', first_name, last_name), ''), email, phone) from contacts",
    "custom_fields": "select id, label from custom_fields",
    "invitations": "select id, email from invitations",
    "memberships": "select m.id, u.name from memberships m join users u on u.id = m.user_id",
    "users": "select id, name from users",
    "workspaces": "select id, name from workspaces",
}


async def subjects(db: Db, entries: Sequence[AuditEntry]) -> dict[str, str]:
    """Subject id → what it is called, for the entries of one page."""
    names: dict[str, str] = {}
    for resource, query in _NAMES.items():
        ids = [entry.subject_id for entry in entries if entry.resource == resource and entry.subject_id]
        if ids:
            rows = await db.execute(
                text(
                    f"select id::text, name from ({query}) named(id, name) where id = any(cast(:ids as uuid[]))"
                ),
                {"ids": ids},
            )
            names.update((row.id, row.name) for row in rows if row.name)
    return names
