"""Invitations: a place in the team that is kept for an e-mail address until it is taken, taken back, or too old."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field, col, select

from core import security
from core.db import Db
from domain.errors import NotFound
from domain.people import INVITATION
from domain.permissions import check_role_change
from models.base import Instant, Owned, belongs_to, instant

GONE = "This invitation has been used, taken back, or is older than a week. Ask for a new one."


class Invitation(Owned, table=True):
    """The token is in the link that was sent; the row has only its hash."""

    __table_args__ = (
        Index(
            "invitations_open",
            "workspace_id",
            "email",
            unique=True,
            postgresql_where=text("accepted_at is null and revoked_at is null"),
        ),
    )

    email: str
    role: str
    token_hash: str = Field(unique=True)
    invited_by: UUID | None = belongs_to("users", null=True, on_delete="SET NULL")
    created_at: Instant = instant()
    expires_at: Instant = instant()
    accepted_at: Instant | None = instant(default=None)
    revoked_at: Instant | None = instant(default=None)


@dataclass(frozen=True, slots=True)
class Invited:
    """An open invitation as somebody reads it, in the team's list or behind its link."""

    id: UUID
    workspace_id: UUID
    workspace_name: str
    email: str
    role: str
    invited_by: str
    created_at: datetime
    expires_at: datetime


_READ = """
select i.id, i.workspace_id, w.name as workspace_name, i.email, i.role, coalesce(u.name, '') as invited_by,
       i.created_at, i.expires_at
from invitations i join workspaces w on w.id = i.workspace_id left join users u on u.id = i.invited_by
where i.accepted_at is null and i.revoked_at is null and {}
"""
_IN_TEAM = text(_READ.format("i.workspace_id = :workspace order by i.id desc"))
_BY_TOKEN = text(_READ.format("i.token_hash = :hash and i.expires_at > :now"))


async def invite(
    db: Db, *, workspace_id: UUID, email: str, role: str, by: UUID | None, by_role: str | None, now: datetime
) -> tuple[Invitation, str]:
    """The invitation and the token for its link. Inviting an address again replaces the link that was sent before."""
    check_role_change(by_role, before=None, after=role)
    await db.execute(
        text(
            "update invitations set revoked_at = :now where workspace_id = :workspace and email = :email"
            " and accepted_at is null and revoked_at is null"
        ),
        {"now": now, "workspace": workspace_id, "email": email},
    )
    token = security.new_token()
    invitation = Invitation(
        workspace_id=workspace_id,
        email=email,
        role=role,
        token_hash=security.digest(token),
        invited_by=by,
        created_at=now,
        expires_at=now + INVITATION,
    )
    db.add(invitation)
    await db.flush()
    return invitation, token


async def waiting(db: Db, workspace_id: UUID) -> list[Invited]:
    return [Invited(*row) for row in await db.execute(_IN_TEAM, {"workspace": workspace_id})]


async def presented(db: Db, token: str, *, now: datetime) -> Invited:
    """The invitation behind a link, in a transaction that presents the hash of its token."""
    row = (await db.execute(_BY_TOKEN, {"hash": security.digest(token), "now": now})).first()
    if row is None:
        raise NotFound(GONE)
    return Invited(*row)


async def take(db: Db, invitation_id: UUID, *, now: datetime) -> None:
    """Use it up. Two who click at once: one of them is told that it is gone."""
    taken = await db.execute(
        text(
            "update invitations set accepted_at = :now where id = :id and accepted_at is null"
            " and revoked_at is null and expires_at > :now returning id"
        ),
        {"id": invitation_id, "now": now},
    )
    if taken.first() is None:
        raise NotFound(GONE)


async def revoke(db: Db, invitation_id: UUID, *, now: datetime) -> None:
    row = (
        await db.execute(select(Invitation).where(col(Invitation.id) == invitation_id).with_for_update())
    ).scalar_one_or_none()
    if row is None or row.accepted_at or row.revoked_at:
        raise NotFound("There is no such open invitation.")
    row.revoked_at = now
    await db.flush()
