"""Owners: worker processes that may hold claims, each alive for as long as it holds the advisory lock of its number."""

from datetime import datetime

from sqlalchemy import text
from sqlmodel import Field, SQLModel

from core.db import Db
from models.base import Instant, instant

LOCKS = 77  # the advisory lock space of the owners' numbers


class Owner(SQLModel, table=True):
    __tablename__ = "owners"  # pyright: ignore[reportAssignmentType]

    id: int | None = Field(default=None, primary_key=True)
    process: str
    started_at: Instant = instant()


async def next_number(db: Db) -> int:
    return (await db.execute(text("select nextval(pg_get_serial_sequence('owners', 'id'))"))).scalar_one()


async def present(db: Db, number: int, process: str, at: datetime) -> None:
    """Be listed; after a restart of Postgres, in which every lock was lost, somebody may have struck us off."""
    await db.execute(
        text(
            "insert into owners (id, process, started_at) values (:id, :process, :at) on conflict (id) do nothing"
        ),
        {"id": number, "process": process, "at": at},
    )


async def dead(db: Db, mine: int) -> list[int]:
    """Owners whose lock can be had. They are locked until this transaction ends, so one process buries each."""
    rows = await db.execute(
        text("select id from owners where id <> :mine and pg_try_advisory_xact_lock(:space, id)"),
        {"mine": mine, "space": LOCKS},
    )
    return list(rows.scalars())


async def bury(db: Db, owner: int) -> int:
    """What a dead process was sending: nobody knows whether it did. Returns how many there were."""
    orphans = await db.execute(
        text(
            "update messages set state = 'unknown', owner = null, reason = 'the worker stopped while this was being sent'"
            " where owner = :owner and state = 'sending' returning id"
        ),
        {"owner": owner},
    )
    await db.execute(text("delete from owners where id = :owner"), {"owner": owner})
    return len(orphans.all())
