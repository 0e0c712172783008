"""Users: the people who sign in. One person has one password and may belong to any number of workspaces."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, col, select

from core.db import Db
from core.security import Passwords
from domain.errors import Invalid
from domain.ids import new_id
from domain.people import check_password
from models.base import Instant, Table, instant


class User(Table, table=True):
    """The e-mail address is kept in lower case. A user is seen by themselves, by their teams, and by whoever presents the address."""

    email: str = Field(unique=True)
    name: str
    password_hash: str
    created_at: Instant = instant()
    password_changed_at: Instant = instant()


async def by_email(db: Db, email: str) -> User | None:
    """In a transaction that presents this very address."""
    return (await db.execute(select(User).where(col(User.email) == email))).scalar_one_or_none()


async def get(db: Db, user_id: UUID) -> User | None:
    return await db.get(User, user_id)


async def add(
    db: Db, *, email: str, name: str, password_hash: str, now: datetime, user_id: UUID | None = None
) -> User:
    """In a transaction that presents the address; a second person with it is refused by the database."""
    user = User(
        id=user_id or new_id(),
        email=email,
        name=name,
        password_hash=password_hash,
        created_at=now,
        password_changed_at=now,
    )
    db.add(user)
    await db.flush()
    return user


async def rename(db: Db, user_id: UUID, name: str) -> None:
    user = await db.get_one(User, user_id)
    user.name = name
    await db.flush()


async def change_password(
    db: Db, passwords: Passwords, user_id: UUID, *, current: str, new: str, now: datetime
) -> None:
    """By whoever knows the present one. `sign_ins.end_all` in the same transaction signs out their other browsers."""
    user = await db.get_one(User, user_id)
    if not await passwords.verify(current, user.password_hash):
        raise Invalid.at("current_password", "That is not your present password.")
    check_password(new, near=(user.email, user.name), path="new_password")
    user.password_hash, user.password_changed_at = await passwords.hash(new), now
    await db.flush()


async def reset_password(db: Db, user_id: UUID, password_hash: str, *, now: datetime) -> None:
    """By whoever has shown that the mailbox is theirs; in the same transaction their sessions end."""
    user = await db.get_one(User, user_id)
    user.password_hash, user.password_changed_at = password_hash, now
    await db.flush()


async def rehash(db: Db, user_id: UUID, password_hash: str) -> None:
    """The same password under stronger parameters."""
    user = await db.get_one(User, user_id)
    user.password_hash = password_hash
    await db.flush()
