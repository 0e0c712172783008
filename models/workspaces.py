"""Workspaces: a tenant is one business with its people, data, clock, time zone and currency."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlmodel import Field, col, select

from core.db import Db, fetch
from domain.errors import NotFound
from models.base import Instant, Table, instant, json


class Workspace(Table, table=True):
    name: str
    slug: str = Field(unique=True)
    time_zone: str = "UTC"
    currency: str = "EUR"
    sandbox: bool = False
    postal_address: str = ""
    mail_from_name: str = ""
    mail_from: str = ""
    settings: dict[str, Any] = json(default_factory=dict)
    created_at: Instant = instant()


async def get(db: Db, workspace_id: UUID) -> Workspace:
    """Raises `NotFound` for one that is gone."""
    found = await db.get(Workspace, workspace_id)
    if found is None:
        raise NotFound("This workspace is gone.")
    return found


async def time_zone(db: Db, workspace_id: UUID) -> str:
    return (
        await db.execute(select(Workspace.time_zone).where(col(Workspace.id) == workspace_id))
    ).scalar_one()


async def by_ids(db: Db, workspace_ids: Iterable[UUID]) -> dict[UUID, Workspace]:
    """Copies to read from."""
    rows = await fetch(db, f"select {_COLUMNS} from workspaces where id = any(%s)", [list(workspace_ids)])
    return {row[0]: Workspace(**dict(zip(_COLUMNS.split(", "), row, strict=True))) for row in rows}


_COLUMNS = "id, name, slug, time_zone, currency, sandbox, postal_address, mail_from_name, mail_from, settings, created_at"
