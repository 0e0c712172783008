"""Idempotency keys: the answer to a POST is kept with what it did, in one transaction, and given again when it is repeated.

Answers are sealed: one of them may hold an API key that is shown this once.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from core.db import Db
from core.security import Keyring, Sealed
from domain.errors import Conflict, Invalid
from models.base import Instant, instant

KEY_MAX = 255
KEY_PATTERN = f"^[!-~]{{1,{KEY_MAX}}}$"
KEPT_FOR = timedelta(hours=48)


class IdempotencyKey(SQLModel, table=True):
    """No row while the first request runs: that holds an advisory lock, so a crash frees the key by itself."""

    __tablename__ = "idempotency_keys"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("idempotency_keys_age", "workspace_id", "created_at"),)

    workspace_id: UUID = Field(primary_key=True, foreign_key="workspaces.id", ondelete="CASCADE")
    route: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    fingerprint: str
    status: int
    content_type: str
    key_id: str
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    created_at: Instant = instant()


@dataclass(frozen=True, slots=True)
class Request:
    """What makes two requests the same; `fingerprint` is a hash of the body."""

    workspace_id: UUID
    route: str
    key: str
    fingerprint: str

    @property
    def place(self) -> str:
        return f"{self.workspace_id}/{self.route}/{self.key}"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    content_type: str
    body: bytes


_LOCK = text("select pg_try_advisory_xact_lock(hashtextextended(:name, 0))")
_FIND = text(
    "select fingerprint, status, content_type, key_id, body from idempotency_keys"
    " where workspace_id = :workspace and route = :route and key = :key"
)
_KEEP = text("""
insert into idempotency_keys (workspace_id, route, key, fingerprint, status, content_type, key_id, body, created_at)
values (:workspace, :route, :key, :fingerprint, :status, :content_type, :key_id, :body, :now)
on conflict (workspace_id, route, key) do nothing
""")


async def claim(db: Db, keys: Keyring, request: Request) -> Answer | None:
    """None: go on, the key is ours until this transaction ends. Otherwise: the answer that was given before."""
    _check(request.key)
    if not (await db.execute(_LOCK, {"name": request.place})).scalar_one():
        raise Conflict(
            "The first request with this Idempotency-Key is still being worked on. Repeat this one in a moment.",
            code="idempotency_in_flight",
        )
    found = (await db.execute(_FIND, _names(request))).first()
    if found is None:
        return None
    if found.fingerprint != request.fingerprint:
        raise Invalid(
            "This Idempotency-Key was used for another request. Use a new key for each new request.",
            code="idempotency_mismatch",
        )
    body = keys.open(Sealed(found.key_id, bytes(found.body)), bound_to=request.place)
    return Answer(found.status, found.content_type, body)


async def keep(db: Db, keys: Keyring, request: Request, answer: Answer, *, now: datetime) -> None:
    """In the transaction of the change itself: either both are there afterwards, or neither."""
    sealed = keys.seal(answer.body, bound_to=request.place)
    values = {"status": answer.status, "content_type": answer.content_type, "now": now}
    values |= {"fingerprint": request.fingerprint, "key_id": sealed.key_id, "body": sealed.ciphertext}
    await db.execute(_KEEP, {**_names(request), **values})


async def purge(db: Db, *, now: datetime) -> None:
    """Forget what is older than anybody repeats, in the workspaces of this transaction."""
    await db.execute(text("delete from idempotency_keys where created_at < :old"), {"old": now - KEPT_FOR})


def _names(request: Request) -> dict[str, object]:
    return {"workspace": request.workspace_id, "route": request.route, "key": request.key}


def _check(key: str) -> None:
    if not re.fullmatch(KEY_PATTERN, key):
        raise Invalid.at(
            "Idempotency-Key", f"Use a key of 1 to {KEY_MAX} letters, digits and signs, without spaces."
        )
