"""Contacts as a file: every detail in a column, safe to open, and understood by our own import."""

from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text

from core.db import Db
from domain.spreadsheets import write_row
from models import custom_fields
from models.contacts.lists import Filter, Search

COLUMNS = (
    "id",
    "email",
    "phone",
    "first_name",
    "last_name",
    "external_id",
    "time_zone",
    "tags",
    "created_at",
    "updated_at",
)
_AT_ONCE = 500
_CHANNELS = ("email", "sms")
_ROWS = f"select {', '.join(COLUMNS)}, attributes, consent from contacts c where {{where}} order by created_at, id"


async def lines(db: Db, workspace_id: UUID, where: Filter) -> AsyncGenerator[str]:
    """Everybody who matches, as they are when this begins; some hundred lines at a time, never all of them in memory."""
    fields = list(await custom_fields.known(db, workspace_id))
    consents = [f"consent.{channel}" for channel in _CHANNELS]
    yield write_row([*COLUMNS, *consents, *(f"attributes.{name}" for name in fields)])
    search = Search(workspace_id, where)
    rows = await db.stream(text(_ROWS.format(where=search.where)), search.values)
    async for some in rows.mappings().partitions(_AT_ONCE):
        yield "".join(write_row(_cells(row, fields)) for row in some)


def _cells(row: RowMapping, fields: list[str]) -> list[Any]:
    return [
        *(row[name] for name in COLUMNS),
        *(row["consent"].get(channel) for channel in _CHANNELS),
        *(row["attributes"].get(name) for name in fields),
    ]
