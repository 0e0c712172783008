"""One's own account: name, password, and where one is signed in."""

import re
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Form as Field
from fastapi import Request
from fastapi.responses import Response

from core.db import session
from core.visits import door, scope_of
from domain.errors import Invalid, MainspringError
from domain.people import person_name
from models import rate_limits, sign_ins, users
from models.sign_ins import SignIn
from web.contexts.account import Account, SignedInBrowser
from web.contexts.base import Form
from web.deps import Caller, Db, Pages, SignedIn, View, see_other
from web.forms import refused

router = Pages(prefix="/settings/account")
Text = Annotated[str, Field(max_length=1000)]
_HERE = "/settings/account"
# The first that is found says it: Edge and Chrome call themselves Safari as well.
_BROWSERS = ("Firefox", "Edg", "OPR", "Chrome", "Safari")
_SYSTEMS = ("Windows", "Android", "iPhone", "iPad", "Mac OS X", "Linux")
_CALLED = {"Edg": "Edge", "OPR": "Opera", "Mac OS X": "a Mac", "iPhone": "an iPhone", "iPad": "an iPad"}


@router.get("")
async def show(view: View, db: Db, person: SignedIn) -> Response:
    return view(await _page(db, person))


@router.post("")
async def rename(view: View, db: Db, person: SignedIn, name: Text = "") -> Response:
    try:
        await users.rename(db, person.user_id, person_name(name))
    except Invalid as error:
        return view(await _page(db, person, refused(error, {"name": name})), status=422)
    return see_other(_HERE, toast="Saved.")


@router.post("/password")
async def change_password(
    request: Request,
    view: View,
    caller: Caller,
    person: SignedIn,
    current_password: Text = "",
    new_password: Text = "",
) -> Response:
    now = datetime.now(UTC)
    try:
        async with session() as limits:  # counted also when the password is wrong
            await rate_limits.hit(limits, rate_limits.PASSWORD_CHANGE, str(person.user_id), now=now)
        async with session(scope_of(request, caller)) as db:
            passwords = door(request).passwords
            await users.change_password(
                db, passwords, person.user_id, current=current_password, new=new_password, now=now
            )
            await sign_ins.end_all(db, person.user_id, now=now, but=person.sign_in_id)
    except MainspringError as error:
        async with session(scope_of(request, caller)) as db:
            return view(await _page(db, person, refused(error, {"name": person.name})), status=error.status)
    return see_other(_HERE, toast="Your password is changed. Your other browsers are signed out.")


@router.post("/browsers/{sign_in_id}/end")
async def end(db: Db, person: SignedIn, sign_in_id: UUID) -> Response:
    await sign_ins.end(db, person.user_id, sign_in_id, now=datetime.now(UTC))
    return see_other(_HERE, toast="That browser is signed out.")


@router.post("/browsers/end-others")
async def end_others(db: Db, person: SignedIn) -> Response:
    await sign_ins.end_all(db, person.user_id, now=datetime.now(UTC), but=person.sign_in_id)
    return see_other(_HERE, toast="You are signed in here only.")


async def _page(db: Db, person: sign_ins.SignedIn, form: Form | None = None) -> Account:
    rows = await sign_ins.open_of(db, person.user_id, now=datetime.now(UTC))
    return Account(
        browsers=tuple(_browser(row, person.sign_in_id) for row in rows),
        form=form or Form(values={"name": person.name}),
    )


def _browser(row: SignIn, this: UUID) -> SignedInBrowser:
    return SignedInBrowser(
        id=row.id,
        name=browser_name(row.user_agent),
        ip=row.ip or "",
        seen_at=row.seen_at,
        begun_at=row.created_at,
        this_one=row.id == this,
    )


def browser_name(user_agent: str) -> str:
    """`Mozilla/5.0 (Windows NT 10.0; …) … Chrome/140 Safari/537 Edg/140` → `Edge on Windows`."""
    program = next((name for name in _BROWSERS if re.search(rf"\b{name}/", user_agent)), None)
    system = next((name for name in _SYSTEMS if name in user_agent), None)
    called = [_CALLED.get(part, part) for part in (program or "A browser", system) if part]
    return " on ".join(called)
