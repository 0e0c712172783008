"""Password resets: links by which somebody who forgot their password chooses a new one; each works once, for an hour."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field

from core import security
from core.db import Db
from domain.errors import NotFound
from domain.people import PASSWORD_RESET
from models.base import Instant, Table, belongs_to, instant

GONE = "This link has been used, replaced by a newer one, or is older than an hour. Ask for a new one."


class PasswordReset(Table, table=True):
    """The token is in the link that was sent; the row has only its hash. All instants are wall time."""

    __table_args__ = (Index("password_resets_user", "user_id"),)

    token_hash: str = Field(unique=True)
    user_id: UUID = belongs_to("users")
    created_at: Instant = instant()
    expires_at: Instant = instant()


@dataclass(frozen=True, slots=True)
class Whose:
    """The person behind a link."""

    user_id: UUID
    name: str
    email: str


# From here on the transaction may read what is this person's own.
_PRESENTED = text(
    "select user_id, set_config('app.user', user_id::text, true) from password_resets"
    " where token_hash = :hash and expires_at > :now"
)
_WHOSE = text("select id, name, email from users where id = :user")


async def issue(db: Db, user_id: UUID, *, now: datetime) -> str:
    """The token for a link, in a transaction of this person; links from before stop working."""
    await _forget(db, user_id)
    token = security.new_token()
    db.add(
        PasswordReset(
            token_hash=security.digest(token),
            user_id=user_id,
            created_at=now,
            expires_at=now + PASSWORD_RESET,
        )
    )
    await db.flush()
    return token


async def presented(db: Db, token: str, *, now: datetime) -> Whose:
    """Whose link it is, in a transaction that presents the hash of its token."""
    found = (await db.execute(_PRESENTED, {"hash": security.digest(token), "now": now})).first()
    if found is None:
        raise NotFound(GONE)
    return Whose(*(await db.execute(_WHOSE, {"user": found.user_id})).one())


async def take(db: Db, token: str, *, now: datetime) -> None:
    """Use it up. Two who click at once: one of them is told that it is gone."""
    taken = await db.execute(
        text("delete from password_resets where token_hash = :hash and expires_at > :now returning user_id"),
        {"hash": security.digest(token), "now": now},
    )
    row = taken.first()
    if row is None:
        raise NotFound(GONE)
    await _forget(db, row.user_id)


async def _forget(db: Db, user_id: UUID) -> None:
    await db.execute(text("delete from password_resets where user_id = :user"), {"user": user_id})
