"""Forgotten passwords: asking for a link, and choosing a new password by it."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Form as Field
from fastapi import Request
from fastapi.responses import Response
from starlette.background import BackgroundTask

from activities.password_resets import Post, send_link
from core import security
from core.db import Scope, session
from core.visits import client_address, door
from domain.errors import MainspringError
from domain.people import check_password, email_address
from models import memberships, password_resets, rate_limits, sign_ins, users
from models.password_resets import Whose
from web import entrance
from web.contexts import auth
from web.deps import Bare, Pages, see_other
from web.forms import patient, refused

router = Pages()
Text = Annotated[str, Field(max_length=1000)]


@router.get("/forgot-password")
async def forgot_page(request: Request, view: Bare) -> Response:
    return view(auth.ForgotPassword(sends=Post.of(door(request).settings) is not None))


@router.post("/forgot-password")
async def ask(request: Request, view: Bare, email: Text = "") -> Response:
    """The answer is the same whether or not there is such an account, and it does not wait for the mail."""
    post, now = Post.of(door(request).settings), datetime.now(UTC)
    if post is None:
        return view(auth.ForgotPassword(sends=False))
    try:
        address = email_address(email)
        async with session() as db:
            await rate_limits.hit(
                db, rate_limits.RESET_ADDRESS, rate_limits.place(client_address(request)), now=now
            )
            await rate_limits.hit(db, rate_limits.RESET_ACCOUNT, address, now=now)
    except MainspringError as error:
        page = auth.ForgotPassword(sends=True, form=refused(error, {"email": email}))
        return patient(view(page, status=error.status), error)
    answer = view(auth.ForgotPassword(sends=True, asked=address))
    answer.background = BackgroundTask(send_link, post, address, now=now)
    return answer


@router.get("/reset-password/{token}")
async def reset_page(request: Request, token: str, view: Bare) -> Response:
    whose = await _whose(request, token)
    return view(auth.ResetPassword(token=token, email=whose.email))


@router.post("/reset-password/{token}")
async def reset(request: Request, token: str, view: Bare, password: Text = "") -> Response:
    whose = await _whose(request, token)
    try:
        check_password(password, near=(whose.email, whose.name))
        hashed = await door(request).passwords.hash(password)
        await _replace(request, token, whose, hashed)
    except MainspringError as error:
        page = auth.ResetPassword(token=token, email=whose.email, form=refused(error, {}))
        return view(page, status=error.status)
    return entrance.leave(request, see_other("/sign-in", toast="Your password is changed. Sign in with it."))


async def _whose(request: Request, token: str) -> Whose:
    now = datetime.now(UTC)
    async with session() as db:
        await rate_limits.hit(
            db, rate_limits.TOKEN_ADDRESS, rate_limits.place(client_address(request)), now=now
        )
    async with session(Scope(presented=security.digest(token))) as db:
        return await password_resets.presented(db, token, now=now)


async def _replace(request: Request, token: str, whose: Whose, hashed: str) -> None:
    """The new password, the end of the link and of every session, in one transaction."""
    now = datetime.now(UTC)
    async with session(Scope(user=whose.user_id)) as db:
        places = await memberships.workspaces_of(db, whose.user_id)
    scope = Scope(
        workspaces=tuple(place.id for place in places),
        user=whose.user_id,
        presented=security.digest(token),
        actor=entrance.actor(request, whose.user_id, whose.name),
    )
    async with session(scope) as db:
        await password_resets.take(db, token, now=now)
        await users.reset_password(db, whose.user_id, hashed, now=now)
        await sign_ins.end_all(db, whose.user_id, now=now)
        await entrance.start_anew(request, db, whose.email)
