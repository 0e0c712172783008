"""The entrance: checking who somebody is, and giving their browser its session. Used by signing in, up and by invitation."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response

from core import security
from core.db import Actor, Db, Scope, session
from core.visits import client_address, door, visit
from domain.errors import Unauthenticated
from domain.people import ABSOLUTE
from models import audit, memberships, rate_limits, sign_ins, users
from models.users import User
from web.deps import see_other

WRONG = "The e-mail address or the password is not right."


async def check(request: Request, email: str, password: str) -> User:
    """The person with this address and password. Who is unknown is refused in the same words and after the same time."""
    place = rate_limits.place(client_address(request))
    await _count(email, place)
    user = await find(email)
    passwords = door(request).passwords
    if not await passwords.verify(password, user.password_hash if user else None) or user is None:
        raise Unauthenticated(WRONG)
    async with session(Scope(user=user.id)) as db:
        await rate_limits.forgive(db, rate_limits.SIGN_IN_ADDRESS, place)
        await rate_limits.clear(db, rate_limits.SIGN_IN_PAIR, _pair(email, place))
        await rate_limits.forgive(db, rate_limits.SIGN_IN_ACCOUNT, email)
        if passwords.is_outdated(user.password_hash):
            await users.rehash(db, user.id, await passwords.hash(password))
    return user


async def _count(email: str, place: str) -> None:
    """One more attempt: refused when too many came from this place, slowed when too many came from anywhere."""
    now = datetime.now(UTC)
    async with session() as db:  # committed before anything is tried, so fifty at once are counted one by one
        await rate_limits.hit(db, rate_limits.SIGN_IN_ADDRESS, place, now=now)
        await rate_limits.hit(db, rate_limits.SIGN_IN_PAIR, _pair(email, place), now=now)
        pause = await rate_limits.slow(db, rate_limits.SIGN_IN_ACCOUNT, email, now=now)
    await asyncio.sleep(pause.total_seconds())


async def start_anew(request: Request, db: Db, email: str) -> None:
    """Whoever has proved that the account is theirs is held to no attempt of before."""
    pair = _pair(email, rate_limits.place(client_address(request)))
    await rate_limits.clear(db, rate_limits.SIGN_IN_PAIR, pair)
    await rate_limits.clear(db, rate_limits.SIGN_IN_ACCOUNT, email)


def _pair(email: str, place: str) -> str:
    return f"{email} {place}"


async def find(email: str) -> User | None:
    async with session(Scope(presented=email)) as db:
        return await users.by_email(db, email)


async def enter(request: Request, user: User, *, to: str, workspace_id: UUID | None = None) -> Response:
    """A new session for this browser; the one that it had ends."""
    now = datetime.now(UTC)
    await _leave_behind(request, now)
    async with session(Scope(user=user.id)) as db:
        places = await memberships.workspaces_of(db, user.id)
    opened = workspace_id or next((place.id for place in places), None)
    scope = Scope(
        workspaces=(opened,) if opened else (), user=user.id, actor=actor(request, user.id, user.name)
    )
    async with session(scope) as db:
        token = await sign_ins.begin(
            db,
            user_id=user.id,
            workspace_id=opened,
            now=now,
            ip=client_address(request),
            user_agent=request.headers.get("user-agent", ""),
        )
        if opened:
            await memberships.note_seen(db, opened, user.id, now=now)
            await audit.note(db, opened, "signed_in", "users", subject_id=user.id)
    return _with_cookie(request, see_other(to), token)


def leave(request: Request, response: Response) -> Response:
    """Take the cookie away again."""
    here = door(request)
    response.delete_cookie(here.cookie, secure=here.settings.secure, httponly=True, samesite="lax")
    return response


def actor(request: Request, user_id: UUID, name: str) -> Actor:
    return Actor("user", user_id, name, client_address(request), visit(request).request_id)


def _with_cookie(request: Request, response: Response, token: str) -> Response:
    here = door(request)
    response.set_cookie(
        here.cookie,
        token,
        max_age=int(ABSOLUTE.total_seconds()),
        secure=here.settings.secure,
        httponly=True,
        samesite="lax",
    )
    return response


async def _leave_behind(request: Request, now: datetime) -> None:
    if old := request.cookies.get(door(request).cookie):
        async with session(Scope(presented=security.digest(old))) as db:
            await sign_ins.end_presented(db, old, now=now)
