"""Who is calling, and the browsers in which a person is signed in."""

from datetime import UTC, datetime
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, Field

from api.deps import Caller, Db, Workspace, needs
from api.routes import Body, Router
from core.db import session
from core.visits import door, scope_of
from domain.errors import Forbidden
from domain.people import ABSOLUTE, IDLE
from models import rate_limits, sign_ins, users

router = Router(prefix="/me", tags=["Me"])


class Me(BaseModel):
    """The person or the program that calls."""

    kind: str = Field(description="`user` or `api_key`.")
    id: UUID
    name: str
    role: str | None = Field(description="Of a person; a key has scopes only.")
    permissions: list[str]
    workspace_id: UUID
    workspace_name: str
    sandbox: bool


class Session(BaseModel):
    """A browser in which this person is signed in."""

    id: UUID
    current: bool = Field(description="The one that asks.")
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    ip: str | None
    user_agent: str


class Sessions(BaseModel):
    items: list[Session]
    next: str | None = None


class PasswordChange(Body):
    current_password: str = Field(max_length=1000)
    new_password: str = Field(max_length=1000)


@router.get("", dependencies=[needs()])
async def read_me(caller: Caller, workspace: Workspace) -> Me:
    """Who this key or session is, and what it may do."""
    return Me(
        kind=caller.kind,
        id=caller.id,
        name=caller.name,
        role=caller.role,
        permissions=sorted(caller.permissions),
        workspace_id=workspace.id,
        workspace_name=workspace.name,
        sandbox=workspace.sandbox,
    )


@router.get("/sessions", dependencies=[needs()])
async def list_sessions(caller: Caller, db: Db) -> Sessions:
    """The browsers in which you are signed in."""
    _require_person(caller)
    rows = await sign_ins.open_of(db, caller.id, now=datetime.now(UTC))
    return Sessions(
        items=[
            Session(
                id=row.id,
                current=row.id == caller.sign_in_id,
                created_at=row.created_at,
                seen_at=row.seen_at,
                expires_at=min(row.seen_at + IDLE, row.created_at + ABSOLUTE),
                ip=row.ip,
                user_agent=row.user_agent,
            )
            for row in rows
        ]
    )


@router.delete("/sessions/{session_id}", status_code=204, dependencies=[needs()])
async def end_session(session_id: UUID, caller: Caller, db: Db) -> None:
    """Sign out in one browser."""
    _require_person(caller)
    await sign_ins.end(db, caller.id, session_id, now=datetime.now(UTC))


@router.put("/password", status_code=204, dependencies=[needs()])
async def change_password(change: PasswordChange, request: Request, caller: Caller) -> None:
    """Change your password. All other browsers are signed out."""
    _require_person(caller)
    passwords, now = door(request).passwords, datetime.now(UTC)
    async with (
        session() as db
    ):  # counted also when the password is wrong, so not in the transaction of the change
        await rate_limits.hit(db, rate_limits.PASSWORD_CHANGE, str(caller.id), now=now)
    async with session(scope_of(request, caller)) as db:
        await users.change_password(
            db, passwords, caller.id, current=change.current_password, new=change.new_password, now=now
        )
        await sign_ins.end_all(db, caller.id, now=now, but=caller.sign_in_id)


def _require_person(caller: Caller) -> None:
    if caller.kind != "user":
        raise Forbidden("This is for people who are signed in; an API key has no sessions and no password.")
