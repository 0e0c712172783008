"""Rate limits that must hold across processes and restarts: sign-in, sign-up, invitations. Keys are hashes, not addresses."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from sqlalchemy import Row, text
from sqlmodel import Field, SQLModel

from core import security
from core.db import Db
from domain.errors import TooMany
from models.base import Instant, instant


class RateLimit(SQLModel, table=True):
    """A window that opens with the first hit and closes by itself. Wall time; nothing of a workspace, so no policy."""

    __tablename__ = "rate_limits"  # pyright: ignore[reportAssignmentType]

    key: str = Field(primary_key=True)
    hits: int = 0
    resets_at: Instant = instant()


@dataclass(frozen=True, slots=True)
class Counted:
    """So many hits per subject within this time are nothing to speak of."""

    name: str
    hits: int
    within: timedelta

    def key(self, subject: str) -> str:
        return f"{self.name}/{security.digest(subject)}"


@dataclass(frozen=True, slots=True)
class Limit(Counted):
    """One more is refused; `message` says what was too much."""

    message: str


@dataclass(frozen=True, slots=True)
class Brake(Counted):
    """Nobody is refused: each one more waits a `step` longer, up to `longest`."""

    step: timedelta
    longest: timedelta

    def pause(self, hits: int) -> timedelta:
        return min(self.longest, max(hits - self.hits, 0) * self.step)


_WAIT = "Wait a little and try again."
# Refusing counts per account and place, so that a stranger who guesses elsewhere does not lock the owner out.
SIGN_IN_PAIR = Limit(
    "sign_in/pair",
    10,
    timedelta(minutes=15),
    f"Too many attempts to sign in to this account from here. {_WAIT}",
)
SIGN_IN_ACCOUNT = Brake(
    "sign_in/account", 100, timedelta(minutes=15), step=timedelta(seconds=0.1), longest=timedelta(seconds=5)
)
SIGN_IN_ADDRESS = Limit(
    "sign_in/address", 100, timedelta(minutes=15), f"Too many attempts to sign in from here. {_WAIT}"
)
SIGN_UP_ADDRESS = Limit(
    "sign_up/address", 30, timedelta(hours=1), f"Too many new businesses from here. {_WAIT}"
)
INVITE_WORKSPACE = Limit("invite/workspace", 50, timedelta(hours=1), f"Too many invitations at once. {_WAIT}")
PASSWORD_CHANGE = Limit("password/account", 10, timedelta(minutes=15), f"Too many attempts. {_WAIT}")
RESET_ACCOUNT = Limit(
    "password_reset/account", 5, timedelta(hours=1), f"Enough links have been asked for this address. {_WAIT}"
)
RESET_ADDRESS = Limit(
    "password_reset/address", 30, timedelta(hours=1), f"Too many links asked for from here. {_WAIT}"
)
TOKEN_ADDRESS = Limit("token/address", 100, timedelta(minutes=15), f"Too many attempts from here. {_WAIT}")

# One statement, so that fifty at once are counted one by one.
_HIT = text("""
insert into rate_limits as r (key, hits, resets_at) values (:key, 1, :resets_at)
on conflict (key) do update set
    hits = case when r.resets_at <= :now then 1 else r.hits + 1 end,
    resets_at = case when r.resets_at <= :now then excluded.resets_at else r.resets_at end
returning hits, resets_at
""")


def place(address: str) -> str:
    """Where somebody is. One line at home owns 2⁶⁴ addresses of IPv6, so those count as one."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if not isinstance(known, IPv6Address):
        return address
    return str(known.ipv4_mapped or ip_network((known, 64), strict=False))


async def hit(db: Db, limit: Limit, subject: str, *, now: datetime) -> None:
    """Count one attempt, in a transaction that is committed before the attempt is made; refuse the one too many."""
    row = await _count(db, limit, subject, now)
    if row.hits > limit.hits:
        raise TooMany(limit.message, retry_after=max(1.0, (row.resets_at - now).total_seconds()))


async def slow(db: Db, brake: Brake, subject: str, *, now: datetime) -> timedelta:
    """Count one attempt, and say how long it has to wait before it is made."""
    return brake.pause((await _count(db, brake, subject, now)).hits)


async def _count(db: Db, limit: Counted, subject: str, now: datetime) -> Row[Any]:
    values = {"key": limit.key(subject), "now": now, "resets_at": now + limit.within}
    return (await db.execute(_HIT, values)).one()


async def forgive(db: Db, limit: Counted, subject: str) -> None:
    """An attempt that turned out to be right does not count."""
    await db.execute(
        text("update rate_limits set hits = greatest(hits - 1, 0) where key = :key"),
        {"key": limit.key(subject)},
    )


async def clear(db: Db, limit: Counted, subject: str) -> None:
    """Whoever knows the password starts anew."""
    await db.execute(text("delete from rate_limits where key = :key"), {"key": limit.key(subject)})


async def purge(db: Db, *, now: datetime) -> None:
    await db.execute(text("delete from rate_limits where resets_at < :now"), {"now": now})
