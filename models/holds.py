"""Holds: anything may be made to stand still; a hold is a flag that the reservation reads."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Index, text
from sqlmodel import Field, col, select

from core.db import Db, fetch
from domain.errors import NotFound
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


# Whoever waits in a cohort is known by the cohort, and not by the process that it is.
# A release waits for all who have read its hold, and then sees whom they left standing; one under way counts as done.
_IN_FORCE = """
with held as (
    select workspace_id, scope, subject from holds where workspace_id = any(%s) and released_at is null for share skip locked
)
select workspace_id, scope, subject from held
union all
select workspace_id, kind, subject_id::text from processes where kind = 'cohort' and id = any(array(
  select subject::uuid from held where scope = 'process'))
"""


async def in_force(db: Db, workspace_ids: Iterable[UUID]) -> Held:
    """(workspace, scope, subject) of everything that stands still in these workspaces, with the cohorts among the processes."""
    rows = await fetch(db, _IN_FORCE, [list(workspace_ids)])
    return frozenset((workspace_id, scope, subject) for workspace_id, scope, subject in rows)


def stand_still(held: Held, workspace_id: UUID, automation_id: UUID, cohort_id: UUID | None = None) -> bool:
    """Whether nobody moves in this automation, or nobody of those who wait together there."""
    if not held:  # as a rule, and asked for each of a crowd
        return False
    still = (("workspace", workspace_id), ("automation", automation_id), ("cohort", cohort_id))
    return any((workspace_id, scope, str(subject)) in held for scope, subject in still)


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


async def get(db: Db, hold_id: UUID) -> Hold:
    row = (
        await db.execute(select(Hold).where(col(Hold.id) == hold_id).with_for_update())
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("There is no such hold.")
    return row


async def of(db: Db, workspace_id: UUID, scope: str, subject: object) -> Hold | None:
    """The one in force, if there is one."""
    query = select(Hold).where(
        *_in_force(workspace_id), col(Hold.scope) == scope, col(Hold.subject) == str(subject)
    )
    return (await db.execute(query)).scalar_one_or_none()


async def subjects(db: Db, workspace_id: UUID, scope: str) -> list[str]:
    """What of this kind stands still."""
    query = select(Hold.subject).where(*_in_force(workspace_id), col(Hold.scope) == scope)
    return list((await db.execute(query)).scalars())


def _in_force(workspace_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return col(Hold.workspace_id) == workspace_id, col(Hold.released_at).is_(None)


@dataclass(frozen=True, slots=True)
class Listed:
    """A hold with what it is about, in words, where it is about one thing."""

    row: Hold
    name: str
    kind: str  # of a process


async def listed(db: Db, workspace_id: UUID) -> list[Listed]:
    """All that stands still, the latest first."""
    rows = (
        (await db.execute(select(Hold).where(*_in_force(workspace_id)).order_by(col(Hold.id).desc())))
        .scalars()
        .all()
    )
    named = await db.execute(
        _NAMES, {"ids": [row.subject for row in rows if row.scope in ("automation", "process")]}
    )
    known = {row.id: (row.name, row.kind) for row in named}
    return [Listed(row, *known.get(row.subject, ("", ""))) for row in rows]


_NAMES = text("""
select id::text as id, name, '' as kind from automations where id = any(cast(:ids as uuid[]))
union all
select id::text, title, kind from processes where id = any(cast(:ids as uuid[]))
""")
