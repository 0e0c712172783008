"""Holds: anything may be made to stand still; a hold is a flag that the reservation reads."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field

from core.db import Db
from models.base import Instant, Owned, instant


class Hold(Owned, table=True):
    """Something that must stand still: the workspace, a channel, an automation, a process."""

    __table_args__ = (
        Index(
            "holds_in_force",
            "workspace_id",
            "scope",
            "subject",
            unique=True,
            postgresql_where=text("released_at is null"),
        ),
    )

    scope: str  # workspace | channel | automation | process
    subject: str
    held_at: Instant = instant()
    held_by: str = Field(default="")
    released_at: Instant | None = instant(default=None)


Held = frozenset[tuple[UUID, str, str]]


async def in_force(db: Db, workspace_ids: Iterable[UUID]) -> Held:
    """(workspace, scope, subject) of everything that stands still in these workspaces."""
    rows = await db.execute(
        text(
            "select workspace_id, scope, subject from holds where workspace_id = any(:ids) and released_at is null"
        ),
        {"ids": list(workspace_ids)},
    )
    return frozenset((row.workspace_id, row.scope, row.subject) for row in rows)


async def hold(db: Db, workspace_id: UUID, scope: str, subject: object, *, now: datetime, by: str) -> bool:
    """Make it stand still; False when it did already."""
    row = await db.execute(
        text(
            "insert into holds (id, workspace_id, scope, subject, held_at, held_by)"
            " values (uuidv7(), :workspace, :scope, :subject, :now, :by)"
            " on conflict (workspace_id, scope, subject) where released_at is null do nothing returning id"
        ),
        {"workspace": workspace_id, "scope": scope, "subject": str(subject), "now": now, "by": by},
    )
    return row.first() is not None


async def release(
    db: Db, workspace_id: UUID, scope: str, subject: object, *, now: datetime
) -> datetime | None:
    """Let it go on; since when it stood, or None when it did not stand."""
    row = await db.execute(
        text(
            "update holds set released_at = :now where workspace_id = :workspace and scope = :scope and subject = :subject"
            " and released_at is null returning held_at"
        ),
        {"workspace": workspace_id, "scope": scope, "subject": str(subject), "now": now},
    )
    return row.scalar_one_or_none()
