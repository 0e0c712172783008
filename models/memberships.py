"""Memberships: who belongs to a workspace, in which role, and who is shut out of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import col, select

from core.db import Db
from domain.errors import Conflict, NotFound
from domain.permissions import check_role_change
from models.base import Instant, Owned, belongs_to, instant


class Membership(Owned, table=True):
    """A person's place in one workspace; `disabled_at` shuts them out of it without losing what they did."""

    __table_args__ = (UniqueConstraint("workspace_id", "user_id"), Index("memberships_user", "user_id"))

    user_id: UUID = belongs_to("users")
    role: str
    created_at: Instant = instant()
    seen_at: Instant | None = instant(default=None)
    disabled_at: Instant | None = instant(default=None)


@dataclass(frozen=True, slots=True)
class Member:
    """A membership with the person behind it."""

    id: UUID
    user_id: UUID
    name: str
    email: str
    role: str
    joined_at: datetime
    seen_at: datetime | None
    disabled_at: datetime | None
    last_owner: bool


_TEAM = text("""
select m.id, m.user_id, u.name, u.email, m.role, m.created_at as joined_at, m.seen_at, m.disabled_at,
       m.role = 'owner' and m.disabled_at is null
       and count(*) filter (where m.role = 'owner' and m.disabled_at is null) over () = 1 as last_owner
from memberships m join users u on u.id = m.user_id where m.workspace_id = :workspace order by u.name, m.id
""")
_WORKSPACES = text("""
select w.id, w.name, w.time_zone, w.sandbox, m.role from memberships m join workspaces w on w.id = m.workspace_id
where m.user_id = :user and m.disabled_at is null order by w.sandbox, w.name, w.id
""")


async def team(db: Db, workspace_id: UUID) -> list[Member]:
    rows = await db.execute(_TEAM, {"workspace": workspace_id})
    return [Member(*row) for row in rows]


async def member(db: Db, workspace_id: UUID, membership_id: UUID) -> Member:
    for one in await team(db, workspace_id):
        if one.id == membership_id:
            return one
    raise NotFound("There is no such person in your team.")


async def workspaces_of(db: Db, user_id: UUID) -> Sequence[Any]:
    """The businesses that this person may enter (id, name, time_zone, sandbox, role), in a transaction of that person."""
    return (await db.execute(_WORKSPACES, {"user": user_id})).all()


async def add(db: Db, *, workspace_id: UUID, user_id: UUID, role: str, now: datetime) -> Membership:
    """A person who was shut out comes back in the new role; one who is inside already stays as they are."""
    there = (
        await db.execute(
            select(Membership).where(
                col(Membership.workspace_id) == workspace_id, col(Membership.user_id) == user_id
            )
        )
    ).scalar_one_or_none()
    if there is None:
        there = Membership(workspace_id=workspace_id, user_id=user_id, role=role, created_at=now)
        db.add(there)
    elif there.disabled_at is not None:
        there.role, there.disabled_at = role, None
    await db.flush()
    return there


async def change_role(db: Db, workspace_id: UUID, membership_id: UUID, role: str, *, by: str | None) -> None:
    """`by` is the role of who changes it."""
    await _lock(db, workspace_id)
    before = await member(db, workspace_id, membership_id)
    check_role_change(by, before=before.role, after=role)
    if before.last_owner and role != "owner":
        raise _last_owner(before)
    await _update(db, membership_id, role=role)


async def disable(db: Db, workspace_id: UUID, membership_id: UUID, *, by: str | None, now: datetime) -> None:
    """Shut somebody out: their browsers find the door closed at their next click."""
    await _lock(db, workspace_id)
    before = await member(db, workspace_id, membership_id)
    check_role_change(by, before=before.role, after=None)
    if before.last_owner:
        raise _last_owner(before)
    await _update(db, membership_id, disabled_at=now)


async def enable(db: Db, workspace_id: UUID, membership_id: UUID, *, by: str | None) -> None:
    await _lock(db, workspace_id)
    before = await member(db, workspace_id, membership_id)
    check_role_change(by, before=None, after=before.role)
    await _update(db, membership_id, disabled_at=None)


async def note_seen(db: Db, workspace_id: UUID, user_id: UUID, *, now: datetime) -> None:
    await db.execute(
        text("update memberships set seen_at = :now where workspace_id = :workspace and user_id = :user"),
        {"now": now, "workspace": workspace_id, "user": user_id},
    )


async def _update(db: Db, membership_id: UUID, **values: Any) -> None:
    row = await db.get_one(Membership, membership_id)
    row.sqlmodel_update(values)
    await db.flush()


async def _lock(db: Db, workspace_id: UUID) -> None:
    """One change of a team at a time, or the last two owners could each remove the other."""
    await db.execute(text("select 1 from workspaces where id = :id for update"), {"id": workspace_id})


def _last_owner(member: Member) -> Conflict:
    return Conflict(f"{member.name} is the only owner. Make somebody else an owner first.", code="last_owner")
