"""Coming in and going out: signing in, signing up a business, accepting an invitation, switching workspaces."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Form as Field
from fastapi import Request
from fastapi.responses import Response

from core import security
from core.db import Scope, session
from core.visits import client_address, door
from domain.errors import Invalid, MainspringError, TooMany
from domain.ids import new_id
from domain.people import check_password, email_address, person_name
from domain.permissions import ROLES
from domain.workspaces import time_zone, time_zones
from models import invitations, memberships, rate_limits, sign_ins, sign_up, users
from models.invitations import Invited
from models.users import User
from web import entrance
from web.contexts import auth
from web.deps import Bare, Pages, Redirect, SignedIn, local_path, see_other, signed_in
from web.forms import Checked, patient, refused

router = Pages()
Text = Annotated[str, Field(max_length=1000)]


@router.get("/sign-in")
async def sign_in_page(request: Request, view: Bare) -> Response:
    wanted = local_path(request.query_params.get("next"), default="")
    try:
        await signed_in(request)
    except Redirect:
        return view(auth.SignIn(next=wanted))
    return see_other(wanted or "/")


@router.post("/sign-in")
async def sign_in(
    request: Request,
    view: Bare,
    email: Text = "",
    password: Text = "",
    wanted: Annotated[str, Field(alias="next", max_length=2000)] = "",
) -> Response:
    try:
        user = await entrance.check(request, email.strip().lower(), password)
    except MainspringError as error:
        page = auth.SignIn(form=refused(error, {"email": email}), next=local_path(wanted, default=""))
        return patient(view(page, status=error.status), error)
    return await entrance.enter(request, user, to=local_path(wanted))


@router.post("/sign-out")
async def sign_out(request: Request, person: SignedIn) -> Response:
    async with session(Scope(user=person.user_id)) as db:
        await sign_ins.end(db, person.user_id, person.sign_in_id, now=datetime.now(UTC))
    return entrance.leave(request, see_other("/sign-in", toast="You are signed out.", tone="info"))


@router.post("/workspaces/{workspace_id}/switch")
async def switch_workspace(workspace_id: UUID, person: SignedIn) -> Response:
    async with session(Scope(user=person.user_id)) as db:
        await sign_ins.switch(db, person.sign_in_id, workspace_id)
    return see_other("/")


@router.get("/sign-up")
async def sign_up_page(view: Bare) -> Response:
    return view(auth.SignUp(time_zones=time_zones()))


@router.post("/sign-up")
async def sign_up_business(
    request: Request,
    view: Bare,
    business_name: Text = "",
    name: Text = "",
    email: Text = "",
    password: Text = "",
    zone: Annotated[str, Field(alias="time_zone", max_length=100)] = "UTC",
) -> Response:
    typed = {"business_name": business_name, "name": name, "email": email, "time_zone": zone}
    try:
        user, workspace_id = await _sign_up(request, typed, password)
    except MainspringError as error:
        page = auth.SignUp(form=refused(error, typed), time_zones=time_zones())
        return patient(view(page, status=error.status), error)
    return await entrance.enter(request, user, to="/", workspace_id=workspace_id)


async def _sign_up(request: Request, typed: dict[str, str], password: str) -> tuple[User, UUID]:
    form = Checked()
    business = form.take("business_name", lambda: person_name(typed["business_name"]), "")
    name = form.take("name", lambda: person_name(typed["name"]), "")
    email = form.take("email", lambda: email_address(typed["email"]), "")
    form.take("password", lambda: check_password(password, near=(email, name, business)), "")
    zone = form.take("time_zone", lambda: time_zone(typed["time_zone"]), "UTC")
    form.raise_faults()
    now, workspace_id, sandbox_id = datetime.now(UTC), new_id(), new_id()
    async with session() as db:
        await rate_limits.hit(
            db, rate_limits.SIGN_UP_ADDRESS, rate_limits.place(client_address(request)), now=now
        )
    known = await _known(request, email, password)
    user_id = known.id if known else new_id()
    who = entrance.actor(request, user_id, known.name if known else name)
    hashed = "" if known else await door(request).passwords.hash(password)
    async with session(Scope(workspaces=(workspace_id, sandbox_id), presented=email, actor=who)) as db:
        user = known or await users.add(
            db, email=email, name=name, password_hash=hashed, now=now, user_id=user_id
        )
        details = sign_up.Business(business, zone)
        await sign_up.open_business(db, details, owner=user_id, now=now, workspace_id=workspace_id)
        empty = sign_up.sandbox_of(details, now)
        await sign_up.open_business(db, empty, owner=user_id, now=now, workspace_id=sandbox_id)
    return user, workspace_id


async def _known(request: Request, email: str, password: str) -> User | None:
    """Somebody with an account opens one more business with it, if the password is theirs."""
    if await entrance.find(email) is None:
        return None
    try:
        return await entrance.check(request, email, password)
    except TooMany:
        raise
    except MainspringError:
        raise Invalid.at(
            "email",
            "You cannot sign up with this address and this password. Do you have an account? Sign in.",
        ) from None


@router.get("/invitations/{token}")
async def invitation_page(request: Request, token: str, view: Bare) -> Response:
    invited = await _invited(request, token)
    return view(await _invitation(invited, token))


@router.post("/invitations/{token}")
async def accept_invitation(
    request: Request, token: str, view: Bare, name: Text = "", password: Text = ""
) -> Response:
    invited = await _invited(request, token)
    try:
        user = await _join(request, invited, name, password)
    except MainspringError as error:
        page = await _invitation(invited, token, error=error, name=name)
        return patient(view(page, status=error.status), error)
    return await entrance.enter(request, user, to="/", workspace_id=invited.workspace_id)


async def _invited(request: Request, token: str) -> Invited:
    now = datetime.now(UTC)
    async with session() as db:
        await rate_limits.hit(
            db, rate_limits.TOKEN_ADDRESS, rate_limits.place(client_address(request)), now=now
        )
    async with session(Scope(presented=security.digest(token))) as db:
        return await invitations.presented(db, token, now=now)


async def _invitation(
    invited: Invited, token: str, *, error: MainspringError | None = None, name: str = ""
) -> auth.AcceptInvitation:
    known = await entrance.find(invited.email) is not None
    return auth.AcceptInvitation(
        token=token,
        workspace_name=invited.workspace_name,
        invited_by=invited.invited_by or invited.workspace_name,
        role=ROLES[invited.role].title.lower(),
        email=invited.email,
        known=known,
        **({"form": refused(error, {"name": name})} if error else {}),
    )


async def _join(request: Request, invited: Invited, name: str, password: str) -> User:
    """A known person shows that it is them; a new one chooses a name and a password."""
    now, hashed = datetime.now(UTC), ""
    known = await entrance.find(invited.email)
    if known:
        known = await entrance.check(request, invited.email, password)
    else:
        form = Checked()
        name = form.take("name", lambda: person_name(name), "")
        form.take("password", lambda: check_password(password, near=(invited.email, name)), "")
        form.raise_faults()
        hashed = await door(request).passwords.hash(password)
    user_id = known.id if known else new_id()
    who = entrance.actor(request, user_id, known.name if known else name)
    async with session(Scope(workspaces=(invited.workspace_id,), presented=invited.email, actor=who)) as db:
        await invitations.take(db, invited.id, now=now)
        user = known or await users.add(
            db, email=invited.email, name=name, password_hash=hashed, now=now, user_id=user_id
        )
        await memberships.add(
            db, workspace_id=invited.workspace_id, user_id=user_id, role=invited.role, now=now
        )
    return user
