"""The team: who is in it, in which role, who is invited; and the page that says what each role may do."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Form as Field
from fastapi import Request
from fastapi.responses import Response

from core.visits import door
from domain.errors import Invalid, NotFound
from domain.people import email_address
from domain.permissions import PERMISSIONS, RESOURCES, ROLES, grouped
from models import invitations, memberships, rate_limits
from models.invitations import Invited as InvitedRow
from web.contexts.base import Choice, Form
from web.contexts.settings import Invited, MatrixRow, Member, Roles, Team
from web.deps import Caller, Db, Pages, View, needs, see_other
from web.forms import refused

router = Pages(prefix="/settings")
Text = Annotated[str, Field(max_length=400)]
_HERE = "/settings/team"


@router.get("/team", dependencies=[needs("team:read")])
async def show(view: View, db: Db, caller: Caller) -> Response:
    return view(await _page(db, caller))


@router.post("/team/invitations", dependencies=[needs("team:write")])
async def invite(
    request: Request, view: View, db: Db, caller: Caller, email: Text = "", role: Text = "viewer"
) -> Response:
    """The link stands on the page that answers, and nowhere else afterwards."""
    try:
        address = email_address(email)
        link = await _invite(request, db, caller, address, role)
    except Invalid as error:
        return view(await _page(db, caller, form=refused(error, {"email": email, "role": role})), status=422)
    return view(await _page(db, caller, link=link))


@router.post("/team/invitations/{invitation_id}/resend", dependencies=[needs("team:write")])
async def invite_again(invitation_id: UUID, request: Request, view: View, db: Db, caller: Caller) -> Response:
    """A new link; the one before stops working."""
    waiting = await invitations.waiting(db, caller.workspace_id)
    before = next((one for one in waiting if one.id == invitation_id), None)
    if before is None:
        raise NotFound("There is no such open invitation.")
    link = await _invite(request, db, caller, before.email, before.role)
    return view(await _page(db, caller, link=link))


@router.post("/team/invitations/{invitation_id}/revoke", dependencies=[needs("team:write")])
async def take_back(invitation_id: UUID, db: Db) -> Response:
    await invitations.revoke(db, invitation_id, now=datetime.now(UTC))
    return see_other(_HERE, toast="The invitation is taken back. Its link no longer works.")


@router.post("/team/{member_id}", dependencies=[needs("team:write")])
async def change_role(member_id: UUID, db: Db, caller: Caller, role: Text = "") -> Response:
    await memberships.change_role(db, caller.workspace_id, member_id, role, by=caller.role)
    who = await memberships.member(db, caller.workspace_id, member_id)
    return see_other(_HERE, toast=f"{who.name} is now {ROLES[who.role].title.lower()}.")


@router.post("/team/{member_id}/remove", dependencies=[needs("team:write")])
async def remove(member_id: UUID, db: Db, caller: Caller) -> Response:
    await memberships.disable(db, caller.workspace_id, member_id, by=caller.role, now=datetime.now(UTC))
    who = await memberships.member(db, caller.workspace_id, member_id)
    return see_other(_HERE, toast=f"{who.name} can no longer open this workspace.")


@router.get("/roles", dependencies=[needs("team:read")])
async def roles(view: View) -> Response:
    return view(Roles(roles=_choices(), rows=tuple(_matrix())))


def _matrix() -> list[MatrixRow]:
    """The permissions as people read them: grouped by what they are about."""
    return [
        MatrixRow(
            resource=RESOURCES[resource],
            detail="",
            actions=tuple(PERMISSIONS[permission] for permission in permissions),
            granted={
                role.name: frozenset(PERMISSIONS[p] for p in permissions if p in role.permissions)
                for role in ROLES.values()
            },
        )
        for resource, permissions in grouped().items()
    ]


async def _invite(request: Request, db: Db, caller: Caller, email: str, role: str) -> str:
    now = datetime.now(UTC)
    await rate_limits.hit(db, rate_limits.INVITE_WORKSPACE, str(caller.workspace_id), now=now)
    _row, token = await invitations.invite(
        db,
        workspace_id=caller.workspace_id,
        email=email,
        role=role,
        by=caller.id,
        by_role=caller.role,
        now=now,
    )
    return f"{door(request).settings.url}/invitations/{token}"


async def _page(db: Db, caller: Caller, *, form: Form | None = None, link: str = "") -> Team:
    team = await memberships.team(db, caller.workspace_id)
    waiting = await invitations.waiting(db, caller.workspace_id)
    now = datetime.now(UTC)
    return Team(
        members=tuple(_member(one, caller) for one in team),
        invitations=tuple(_invited(one, now) for one in waiting),
        roles=_choices(),
        form=form or Form(values={"role": "marketer"}),
        link=link,
    )


def _member(one: memberships.Member, caller: Caller) -> Member:
    return Member(
        id=one.id,
        name=one.name,
        email=one.email,
        role=one.role,
        joined_at=one.joined_at,
        last_seen_at=one.seen_at,
        you=one.user_id == caller.id,
        last_owner=one.last_owner,
        disabled=one.disabled_at is not None,
    )


def _invited(one: InvitedRow, now: datetime) -> Invited:
    return Invited(
        id=one.id,
        email=one.email,
        role=one.role,
        invited_by=one.invited_by or "a program",
        expires_at=one.expires_at,
        expired=one.expires_at <= now,
    )


def _choices() -> tuple[Choice, ...]:
    return tuple(Choice(value=role.name, label=role.title, detail=role.help) for role in ROLES.values())
