"""API keys: what a program signs in with. The key is shown once; its prefix tells keys apart, its hash recognises it."""

import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field, col, select

from core import security
from core.db import Db
from domain.errors import NotFound
from domain.permissions import Caller
from models.base import Instant, Owned, belongs_to, instant, texts

CHANNEL = "api_keys"  # NOTIFY carries the hash of a key that was revoked
USED_EVERY = timedelta(minutes=1)


class ApiKey(Owned, table=True):
    """`scopes` are permissions of the matrix, such as `contacts:read`."""

    __table_args__ = (Index("api_keys_workspace", "workspace_id", "id"),)

    name: str
    prefix: str
    key_hash: str = Field(unique=True)
    scopes: list[str] = texts()
    created_by: UUID | None = belongs_to("users", null=True, on_delete="SET NULL")
    created_at: Instant = instant()
    last_used_at: Instant | None = instant(default=None)
    revoked_at: Instant | None = instant(default=None)


async def create(
    db: Db, *, workspace_id: UUID, name: str, scopes: Iterable[str], by: UUID | None, now: datetime
) -> tuple[ApiKey, str]:
    """The row and the key itself, which nobody can read again."""
    token = f"ms_{security.new_token()}"
    key = ApiKey(
        workspace_id=workspace_id,
        name=name,
        prefix=token[:11],
        key_hash=security.digest(token),
        scopes=sorted(scopes),
        created_by=by,
        created_at=now,
    )
    db.add(key)
    await db.flush()
    return key, token


async def listing(db: Db, workspace_id: UUID) -> Sequence[ApiKey]:
    """Newest first, revoked ones included: what a key did can be looked up after its end."""
    mine = select(ApiKey).where(col(ApiKey.workspace_id) == workspace_id)
    return (await db.execute(mine.order_by(col(ApiKey.id).desc()))).scalars().all()


async def get(db: Db, key_id: UUID) -> ApiKey:
    key = await db.get(ApiKey, key_id)
    if key is None:
        raise NotFound("There is no such API key.")
    return key


async def revoke(db: Db, key_id: UUID, *, now: datetime) -> ApiKey:
    """It stops working at once in every process. Revoking it again changes nothing."""
    key = await get(db, key_id)
    if key.revoked_at is None:
        key.revoked_at = now
        await db.flush()
        await db.execute(
            text("select pg_notify(:channel, :hash)"), {"channel": CHANNEL, "hash": key.key_hash}
        )
    return key


async def recognise(db: Db, key_hash: str, *, now: datetime) -> Caller | None:
    """Who presents the key with this hash, in a transaction that presents the hash."""
    query = select(ApiKey).where(col(ApiKey.key_hash) == key_hash, col(ApiKey.revoked_at).is_(None))
    key = (await db.execute(query)).scalar_one_or_none()
    if key is None:
        return None
    if key.last_used_at is None or now - key.last_used_at > USED_EVERY:
        await db.execute(
            text("update api_keys set last_used_at = :now where id = :id"), {"now": now, "id": key.id}
        )
    return Caller(
        kind="api_key",
        id=key.id,
        name=key.name,
        workspace_id=key.workspace_id,
        permissions=frozenset(key.scopes),
    )


class KnownKeys:
    """Keys that were recognised less than two seconds ago: at 1,700 requests a second a look-up each would be a third of the work.

    A revoked key is dropped by NOTIFY; should that be lost with its connection, the two seconds are the limit.
    """

    def __init__(self, *, seconds: float = 2, most: int = 10_000) -> None:
        self._seconds = seconds
        self._most = most
        self._callers: dict[str, tuple[Caller, float]] = {}

    def get(self, key_hash: str) -> Caller | None:
        known = self._callers.get(key_hash)
        return known[0] if known and known[1] > time.monotonic() else None

    def remember(self, key_hash: str, caller: Caller) -> None:
        if len(self._callers) >= self._most:
            self._callers.clear()
        self._callers[key_hash] = (caller, time.monotonic() + self._seconds)

    def forget(self, key_hash: str) -> None:
        self._callers.pop(key_hash, None)
