"""Sign-ins: one row per browser that somebody signed in with; the cookie holds a token, the row only its hash."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field, col, select

from core import security
from core.db import Db, scope_to
from domain.errors import NotFound
from domain.people import ABSOLUTE, IDLE
from domain.permissions import ROLES, Caller
from models.base import Instant, Table, belongs_to, instant

# `seen_at` need not be exact, and a write per click would cost more than the page.
SEEN_EVERY = timedelta(minutes=1)
KEPT_FOR = timedelta(days=90)  # what is over is a record of where one was signed in


class SignIn(Table, table=True):
    """`workspace_id` is the business that is open in this browser. All instants are wall time."""

    __table_args__ = (Index("sign_ins_user", "user_id", postgresql_where=text("ended_at is null")),)

    token_hash: str = Field(unique=True)
    user_id: UUID = belongs_to("users")
    workspace_id: UUID | None = belongs_to("workspaces", null=True, on_delete="SET NULL")
    created_at: Instant = instant()
    seen_at: Instant = instant()
    ended_at: Instant | None = instant(default=None)
    ip: str | None = None
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is behind a cookie. `caller` is None for somebody who belongs to no workspace (any more)."""

    sign_in_id: UUID
    user_id: UUID
    name: str
    email: str
    caller: Caller | None


_OPEN = "ended_at is null and seen_at > :idle_since and created_at > :begun_since"
# From here on the transaction may read what is this person's own.
_RECOGNISE = text(
    "select id, user_id, workspace_id, seen_at, set_config('app.user', user_id::text, true)"
    f" from sign_ins where token_hash = :hash and {_OPEN}"
)
_PLACE = text("""
select u.name, u.email, m.workspace_id, m.role from users u
left join memberships m on m.user_id = u.id and m.disabled_at is null
left join workspaces w on w.id = m.workspace_id
where u.id = :user
order by m.workspace_id is distinct from cast(:open as uuid), w.sandbox, m.created_at limit 1
""")
_FORGET = text("delete from sign_ins where user_id = :user and created_at < :old")
_SEEN = text(
    "with browser as (update sign_ins set seen_at = :now where id = :id)"
    " update memberships set seen_at = :now where user_id = :user and workspace_id = :workspace"
)


def _limits(now: datetime) -> dict[str, datetime]:
    return {"idle_since": now - IDLE, "begun_since": now - ABSOLUTE}


async def begin(
    db: Db, *, user_id: UUID, workspace_id: UUID | None, now: datetime, ip: str | None, user_agent: str
) -> str:
    """The token for the cookie: always a new one, so that a token planted before signing in is worth nothing."""
    await db.execute(_FORGET, {"user": user_id, "old": now - KEPT_FOR})
    token = security.new_token()
    db.add(
        SignIn(
            token_hash=security.digest(token),
            user_id=user_id,
            workspace_id=workspace_id,
            created_at=now,
            seen_at=now,
            ip=ip,
            user_agent=user_agent[:300],
        )
    )
    await db.flush()
    return token


async def recognise(db: Db, token: str, *, now: datetime) -> SignedIn | None:
    """Who is behind this token, in a transaction that presents its hash; None when it is unknown, ended or too old."""
    found = (await db.execute(_RECOGNISE, {"hash": security.digest(token), **_limits(now)})).first()
    if found is None:
        return None
    place = (await db.execute(_PLACE, {"user": found.user_id, "open": found.workspace_id})).one()
    if now - found.seen_at > SEEN_EVERY:
        await _note_seen(db, found, place.workspace_id, now)
    return SignedIn(found.id, found.user_id, place.name, place.email, _caller(found, place))


def _caller(sign_in: Any, place: Any) -> Caller | None:
    if place.workspace_id is None:
        return None
    return Caller(
        kind="user",
        id=sign_in.user_id,
        name=place.name,
        workspace_id=place.workspace_id,
        permissions=ROLES[place.role].permissions,
        role=place.role,
        sign_in_id=sign_in.id,
    )


async def _note_seen(db: Db, sign_in: Any, workspace_id: UUID | None, now: datetime) -> None:
    """In the row of the browser for its owner, in the membership for the team."""
    await scope_to(db, [workspace_id] if workspace_id else [])
    await db.execute(
        _SEEN, {"now": now, "id": sign_in.id, "user": sign_in.user_id, "workspace": workspace_id}
    )


async def open_of(db: Db, user_id: UUID, *, now: datetime) -> Sequence[SignIn]:
    """The browsers in which this person is signed in, the one used last first."""
    mine = select(SignIn).where(col(SignIn.user_id) == user_id, text(_OPEN).bindparams(**_limits(now)))
    return (await db.execute(mine.order_by(col(SignIn.seen_at).desc()))).scalars().all()


async def switch(db: Db, sign_in_id: UUID, workspace_id: UUID) -> None:
    """Open another business of this person in this browser."""
    allowed = await db.execute(
        text(
            "update sign_ins s set workspace_id = m.workspace_id from memberships m where s.id = :id"
            " and m.user_id = s.user_id and m.workspace_id = :workspace and m.disabled_at is null returning s.id"
        ),
        {"id": sign_in_id, "workspace": workspace_id},
    )
    if allowed.first() is None:
        raise NotFound("You do not belong to that workspace.")


async def end(db: Db, user_id: UUID, sign_in_id: UUID, *, now: datetime) -> None:
    ended = await db.execute(
        text(
            "update sign_ins set ended_at = :now where id = :id and user_id = :user and ended_at is null returning id"
        ),
        {"now": now, "id": sign_in_id, "user": user_id},
    )
    if ended.first() is None:
        raise NotFound("You are not signed in there any more.")


async def end_presented(db: Db, token: str, *, now: datetime) -> None:
    """End the one behind this token, if there is one, in a transaction that presents its hash."""
    await db.execute(
        text("update sign_ins set ended_at = :now where token_hash = :hash and ended_at is null"),
        {"now": now, "hash": security.digest(token)},
    )


async def end_all(db: Db, user_id: UUID, *, now: datetime, but: UUID | None = None) -> None:
    """Sign a person out everywhere, but for the browser they are looking at."""
    await db.execute(
        text(
            "update sign_ins set ended_at = :now where user_id = :user and ended_at is null"
            " and id is distinct from cast(:but as uuid)"
        ),
        {"now": now, "user": user_id, "but": but},
    )
