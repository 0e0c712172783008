"""What a handler may ask for: who calls, what they may do, the transaction of the request, the workspace and its time.

`dependencies=[needs("contacts:write")]` stands beside each route; `Db`, `Caller`, `Workspace` and `Now` are arguments.
"""

from datetime import UTC, datetime
from typing import Annotated, Any

import structlog
from fastapi import Depends, Request

from core import security, visits
from core.db import Db as Transaction
from core.db import Scope, session
from core.visits import UNSAFE, door, scope_of, transaction, visit
from domain import permissions
from domain.errors import Forbidden, Unauthenticated
from models import api_keys, clocks, sign_ins
from models import workspaces as workspace_rows

_STATE = "mainspring.caller"


async def current_caller(request: Request) -> permissions.Caller:
    """The person behind the session cookie, or the program behind the key. Asked for once per request."""
    known: permissions.Caller | None = request.scope.get(_STATE)
    if known is None:
        known = request.scope[_STATE] = await _identify(request)
        _admit(request, known)
    return known


Caller = Annotated[permissions.Caller, Depends(current_caller)]


async def open_transaction(request: Request, caller: Caller) -> Transaction:
    """One for the whole request, in the caller's workspace, with the caller as the one behind every change."""
    return await transaction(request, scope_of(request, caller))


Db = Annotated[Transaction, Depends(open_transaction)]


async def current_workspace(db: Db, caller: Caller) -> workspace_rows.Workspace:
    return await workspace_rows.get(db, caller.workspace_id)


async def business_now(db: Db, caller: Caller) -> datetime:
    """What time it is for the business: the wall, or where the clock of a sandbox stands. It stands still until the commit."""
    return await clocks.now(db, caller.workspace_id)


Workspace = Annotated[workspace_rows.Workspace, Depends(current_workspace)]
Now = Annotated[datetime, Depends(business_now)]


class Needs(visits.Needs):
    """The permission check of a route; the API's description reads `permissions` from here."""

    async def __call__(self, caller: Caller) -> None:
        caller.require(*self.permissions)


def needs(*needed: str) -> Any:
    """`dependencies=[needs("contacts:write")]`. Without a permission: whoever is known may."""
    return Depends(Needs(*needed))


async def _identify(request: Request) -> permissions.Caller:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme:
        return await _by_key(request, key.strip() if scheme.lower() == "bearer" else "")
    return await _by_cookie(request)


async def _by_key(request: Request, key: str) -> permissions.Caller:
    known_keys: api_keys.KnownKeys = request.app.state.known_keys
    hashed = security.digest(key)
    caller = known_keys.get(hashed)
    if caller is None:
        async with session(Scope(presented=hashed)) as db:
            caller = await api_keys.recognise(db, hashed, now=datetime.now(UTC))
        if caller is None:
            raise Unauthenticated(
                "This API key is not known, or it was revoked. Send Authorization: Bearer <key>, with a key from the settings."
            )
        known_keys.remember(hashed, caller)
    return caller


async def _by_cookie(request: Request) -> permissions.Caller:
    token = request.cookies.get(door(request).cookie)
    if not token:
        raise Unauthenticated("Send Authorization: Bearer <key>, with an API key from the settings.")
    async with session(Scope(presented=security.digest(token))) as db:
        person = await sign_ins.recognise(db, token, now=datetime.now(UTC))
    if person is None:
        raise Unauthenticated("You are signed out. Sign in again.")
    if request.method in UNSAFE:
        _check_csrf(request, token)
    if person.caller is None:
        raise Forbidden("You belong to no workspace any more. Ask for an invitation.")
    return person.caller


def _check_csrf(request: Request, token: str) -> None:
    """A cookie alone proves nothing: other sites' pages send it too. They cannot read this header's value."""
    sent = request.headers.get("x-csrf-token", "")
    if not door(request).csrf.knows(token, sent):
        raise Forbidden(
            "This request lacks its X-CSRF-Token. Load the page again and repeat what you did.", code="csrf"
        )


def _admit(request: Request, caller: permissions.Caller) -> None:
    here = visit(request)
    here.workspace_id = caller.workspace_id
    structlog.contextvars.bind_contextvars(workspace_id=str(caller.workspace_id))
    limiter = request.app.state.limiter
    here.headers |= limiter.hit(caller.id)
    limiter.check(caller.id)
