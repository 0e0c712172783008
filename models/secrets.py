"""Secrets: what vendors gave a workspace in confidence, sealed so that a copy of the database tells nothing."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, LargeBinary, UniqueConstraint
from sqlmodel import Field, col, select

from core.db import Db
from core.security import Keyring, Sealed
from models.base import Instant, Owned, instant


class Secret(Owned, table=True):
    """Sealed with AES-GCM and bound to its workspace and row: a ciphertext moved elsewhere does not open."""

    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    name: str
    key_id: str = Field(index=True)
    ciphertext: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    created_at: Instant = instant()
    updated_at: Instant = instant()

    @property
    def place(self) -> str:
        return f"{self.workspace_id}/{self.id}"

    def take(self, sealed: Sealed) -> None:
        self.key_id, self.ciphertext = sealed.key_id, sealed.ciphertext


async def put(db: Db, keys: Keyring, workspace_id: UUID, name: str, value: str, *, now: datetime) -> UUID:
    """Keep a value under its name; an earlier one is replaced."""
    # Locked: only what has changed is written, so a reseal in between would leave its key beside our ciphertext.
    secret = await _find(db, workspace_id, name, lock=True)
    if secret is None:
        secret = Secret(
            workspace_id=workspace_id, name=name, key_id="", ciphertext=b"", created_at=now, updated_at=now
        )
        db.add(secret)
    secret.take(keys.seal(value.encode(), bound_to=secret.place))
    secret.updated_at = now
    await db.flush()
    return secret.id


async def reveal(db: Db, keys: Keyring, workspace_id: UUID, name: str) -> str | None:
    """The value, for the call that needs it; never for a page or a log."""
    secret = await _find(db, workspace_id, name)
    if secret is None:
        return None
    return keys.open(Sealed(secret.key_id, secret.ciphertext), bound_to=secret.place).decode()


async def exists(db: Db, workspace_id: UUID, name: str) -> bool:
    """Whether there is one; what it is stays sealed."""
    return await _find(db, workspace_id, name) is not None


async def remove(db: Db, workspace_id: UUID, name: str) -> None:
    if secret := await _find(db, workspace_id, name):
        await db.delete(secret)
        await db.flush()


async def reseal(db: Db, keys: Keyring, *, limit: int = 100) -> int:
    """Seal with the key in force what an older one sealed; call again until 0. Readers are never in the way."""
    keys.refresh()
    old = select(Secret).where(col(Secret.key_id) != keys.current).limit(limit)
    secrets = (await db.execute(old.with_for_update(skip_locked=True))).scalars().all()
    for secret in secrets:
        plain = keys.open(Sealed(secret.key_id, secret.ciphertext), bound_to=secret.place)
        secret.take(keys.seal(plain, bound_to=secret.place))
    await db.flush()
    return len(secrets)


async def _find(db: Db, workspace_id: UUID, name: str, *, lock: bool = False) -> Secret | None:
    query = select(Secret).where(col(Secret.workspace_id) == workspace_id, col(Secret.name) == name)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await db.execute(query)).scalar_one_or_none()
