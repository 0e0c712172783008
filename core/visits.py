"""One request: what is known of it on its way, and the one transaction that it is; shared by the JSON and the HTML side."""

import re
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from fastapi.routing import APIRoute

from core import db
from core.db import Actor, Db, Scope
from core.security import Passwords, Signer
from core.settings import Settings
from domain.permissions import PERMISSIONS, Caller

_KEY = "mainspring.visit"
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})

BeforeCommit = Callable[[Response], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Door:
    """What it takes to let people in; made once per process, kept in `app.state.door`."""

    settings: Settings
    passwords: Passwords
    csrf: Signer

    @property
    def cookie(self) -> str:
        """The `__Host-` prefix binds the cookie to this very host, but browsers take it over TLS only."""
        return "__Host-session" if self.settings.secure else "session"

    def csrf_token(self, session_token: str) -> str:
        return self.csrf.sign(session_token)


def door(request: Request) -> Door:
    return request.app.state.door


@dataclass(slots=True)
class Visit:
    """`headers` go out with the answer, whatever the answer turns out to be."""

    request_id: str
    workspace_id: UUID | None = None
    headers: dict[str, str] = field(default_factory=dict[str, str])
    unit: AsyncExitStack | None = None
    transaction: Db | None = None
    before_commit: list[BeforeCommit] = field(default_factory=list[BeforeCommit])


def begin(scope: Any, request_id: str) -> Visit:
    """The outermost layer calls this; everybody else asks `visit()`."""
    scope[_KEY] = made = Visit(request_id)
    return made


def visit(request: Request) -> Visit:
    return request.scope[_KEY]


async def transaction(request: Request, scope: Scope) -> Db:
    """The transaction of this request, opened by whoever asks first, committed before the answer leaves."""
    here = visit(request)
    if here.unit is None:
        raise RuntimeError("this route is not a UnitRoute: nobody would commit")
    if here.transaction is None:
        here.transaction = await here.unit.enter_async_context(db.session(scope))
    return here.transaction


def client_address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def scope_of(request: Request, caller: Caller) -> Scope:
    """What the caller's transactions may touch, and in whose name they change it."""
    actor = Actor(
        kind=caller.kind,
        id=caller.id,
        name=caller.name,
        ip=client_address(request),
        request_id=visit(request).request_id,
    )
    return Scope(
        workspaces=(caller.workspace_id,), user=caller.id if caller.kind == "user" else None, actor=actor
    )


class Needs:
    """The permissions that a route asks for; each side of the house knows its own caller."""

    def __init__(self, *needed: str) -> None:
        if unknown := set(needed) - set(PERMISSIONS):
            raise ValueError(f"not in the matrix: {', '.join(unknown)}")
        self.permissions = needed


class UnitRoute(APIRoute):
    """One request is one transaction. What raises leaves nothing behind; what answers has been committed."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        # ids are UUIDs, so that `/contacts/batch` is never taken for a contact
        super().__init__(re.sub(r"\{(\w+_id)\}", r"{\1:uuid}", path), endpoint, **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            here = visit(request)
            async with AsyncExitStack() as unit:
                here.unit = unit
                response = await self.before(request) or await handle(request)
                for finish in here.before_commit:
                    await finish(response)
            return response

        return handler

    async def before(self, request: Request) -> Response | None:  # noqa: ARG002 -- for routes that have it
        """The answer, when it is known before FastAPI begins."""
        return None
