"""The team: members, roles, invitations."""

from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, Field

from api.deps import Caller, Db, needs
from api.routes import Body, Router
from core.visits import door
from domain.people import email_address
from domain.permissions import ROLES
from models import invitations, memberships, rate_limits

router = Router(prefix="/team", tags=["Team"])
RoleName = Literal["owner", "admin", "marketer", "developer", "viewer"]


class MemberOut(BaseModel):
    """A person in the team."""

    id: UUID
    user_id: UUID
    name: str
    email: str
    role: str
    joined_at: datetime
    seen_at: datetime | None
    disabled_at: datetime | None = Field(description="Since when they are shut out.")


class MembersOut(BaseModel):
    items: list[MemberOut]
    next: str | None = None


class MemberChange(Body):
    role: RoleName | None = None
    disabled: bool | None = Field(None, description="Shut them out, or let them in again.")


class InvitationOut(BaseModel):
    """A place that is kept for somebody."""

    id: UUID
    email: str
    role: str
    created_at: datetime
    expires_at: datetime


class NewInvitationOut(InvitationOut):
    url: str = Field(description="The link to send. It is shown this once.")


class InvitationsOut(BaseModel):
    items: list[InvitationOut]
    next: str | None = None


class NewInvitation(Body):
    email: str = Field(max_length=320, examples=["ada@example.com"], json_schema_extra={"format": "email"})
    role: RoleName


class RoleOut(BaseModel):
    """A role and what it includes."""

    name: str
    title: str
    help: str
    permissions: list[str]


class RolesOut(BaseModel):
    items: list[RoleOut]
    next: str | None = None


@router.get("/members", dependencies=[needs("team:read")])
async def list_members(caller: Caller, db: Db) -> MembersOut:
    """Everybody in the team, those who are shut out included."""
    team = await memberships.team(db, caller.workspace_id)
    return MembersOut(items=[_out(one) for one in team])


@router.patch("/members/{member_id}", dependencies=[needs("team:write")])
async def change_member(member_id: UUID, change: MemberChange, caller: Caller, db: Db) -> MemberOut:
    """Give somebody another role, shut them out, or let them in again."""
    here, by = caller.workspace_id, caller.role
    if change.role is not None:
        await memberships.change_role(db, here, member_id, change.role, by=by)
    if change.disabled is True:
        await memberships.disable(db, here, member_id, by=by, now=datetime.now(UTC))
    if change.disabled is False:
        await memberships.enable(db, here, member_id, by=by)
    return _out(await memberships.member(db, here, member_id))


@router.get("/invitations", dependencies=[needs("team:read")])
async def list_invitations(caller: Caller, db: Db) -> InvitationsOut:
    """Invitations that nobody has taken yet."""
    waiting = await invitations.waiting(db, caller.workspace_id)
    return InvitationsOut(items=[InvitationOut.model_validate(one, from_attributes=True) for one in waiting])


@router.post("/invitations", status_code=201, dependencies=[needs("team:write")])
async def invite(wanted: NewInvitation, request: Request, caller: Caller, db: Db) -> NewInvitationOut:
    """Keep a place for somebody. Send them the link; it works once, for a week."""
    email, now = email_address(wanted.email), datetime.now(UTC)
    await rate_limits.hit(db, rate_limits.INVITE_WORKSPACE, str(caller.workspace_id), now=now)
    invitation, token = await invitations.invite(
        db,
        workspace_id=caller.workspace_id,
        email=email,
        role=wanted.role,
        by=caller.id if caller.kind == "user" else None,
        by_role=caller.role,
        now=now,
    )
    shown = InvitationOut.model_validate(invitation, from_attributes=True)
    return NewInvitationOut(**shown.model_dump(), url=f"{door(request).settings.url}/invitations/{token}")


@router.delete("/invitations/{invitation_id}", status_code=204, dependencies=[needs("team:write")])
async def revoke_invitation(invitation_id: UUID, db: Db) -> None:
    """Take an invitation back: its link stops working."""
    await invitations.revoke(db, invitation_id, now=datetime.now(UTC))


@router.get("/roles", dependencies=[needs("team:read")])
async def list_roles() -> RolesOut:
    """The roles that can be given, and what each includes."""
    return RolesOut(
        items=[
            RoleOut(name=r.name, title=r.title, help=r.help, permissions=sorted(r.permissions))
            for r in ROLES.values()
        ]
    )


def _out(one: memberships.Member) -> MemberOut:
    return MemberOut.model_validate(one, from_attributes=True)
