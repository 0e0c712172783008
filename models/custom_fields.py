"""Custom fields: which details a business keeps about its contacts, as people and programs have defined them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg.types.json import Jsonb
from sqlalchemy import UniqueConstraint, text
from sqlmodel import col, select

from core.db import Db, driver
from domain import custom_fields as rules
from domain.custom_fields import parse_value
from domain.errors import Conflict, Invalid, NotFound
from domain.ids import new_id
from models.base import Instant, Owned, instant, json_or_null


class CustomField(Owned, table=True):
    """A detail this business keeps about its contacts, with the type that its values must have."""

    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    name: str
    label: str
    type: str  # text | number | boolean | date | datetime | choice
    options: list[str] | None = json_or_null()
    created_at: Instant = instant()


_DEFINE = """
insert into custom_fields (id, workspace_id, name, label, type, options, created_at)
select id, %(workspace)s, name, label, type, options, %(at)s
from jsonb_to_recordset(%(fields)s) as f(id uuid, name text, label text, type text, options jsonb)
on conflict (workspace_id, name) do nothing
"""
_USAGE = text("""
select name, count(*) as used_by from contacts, jsonb_object_keys(attributes) as name
where workspace_id = :workspace group by name
""")
_REWRITE = """
update contacts c set attributes = jsonb_set(c.attributes, array[%(name)s], v.new)
from unnest(%(old)s::jsonb[], %(new)s::jsonb[]) v(old, new)
where c.workspace_id = %(workspace)s and c.attributes -> %(name)s = v.old and v.old is distinct from v.new
"""


@dataclass(frozen=True, slots=True)
class Usage:
    """A field, and how many contacts have a value in it."""

    field: CustomField
    used_by: int


async def listing(db: Db, workspace_id: UUID) -> Sequence[CustomField]:
    """All fields of a workspace, by label."""
    statement = select(CustomField).where(CustomField.workspace_id == workspace_id)
    return (
        (await db.execute(statement.order_by(col(CustomField.label), col(CustomField.name)))).scalars().all()
    )


async def known(db: Db, workspace_id: UUID) -> dict[str, rules.CustomField]:
    """The fields of a workspace by name, in the order of their labels, as rules read them."""
    return {field.name: as_rule(field) for field in await listing(db, workspace_id)}


async def usage(db: Db, workspace_id: UUID) -> list[Usage]:
    """Reads every contact of the workspace once."""
    counts = {row.name: row.used_by for row in await db.execute(_USAGE, {"workspace": workspace_id})}
    return [Usage(field, counts.get(field.name, 0)) for field in await listing(db, workspace_id)]


async def define(db: Db, workspace_id: UUID, fields: Sequence[rules.CustomField], *, at: datetime) -> None:
    """Fields that came to be by being used; one that is there already stays as it is."""
    if fields:
        rows = [{"id": str(new_id()), **_columns(field)} for field in fields]
        await (await driver(db)).execute(
            _DEFINE, {"workspace": workspace_id, "at": at, "fields": Jsonb(rows)}
        )


async def create(db: Db, workspace_id: UUID, field: rules.CustomField, *, at: datetime) -> CustomField:
    if field.name in await known(db, workspace_id):
        raise Conflict(f"There is a field “{field.name}” already. Choose another name, or change that one.")
    row = CustomField(workspace_id=workspace_id, created_at=at, **_columns(field))
    db.add(row)
    await db.flush()
    return row


async def get(db: Db, workspace_id: UUID, field_id: UUID) -> CustomField:
    row = await db.get(CustomField, field_id)
    if row is None or row.workspace_id != workspace_id:
        raise NotFound("There is no such field.")
    return row


async def named(db: Db, workspace_id: UUID, name: str) -> CustomField:
    query = select(CustomField).where(CustomField.workspace_id == workspace_id, CustomField.name == name)
    row = (await db.execute(query)).scalar_one_or_none()
    if row is None:
        raise NotFound("There is no such field.")
    return row


async def change(db: Db, row: CustomField, wanted: rules.CustomField, *, zone: ZoneInfo) -> None:
    """Another label, other answers, or another type that all values there are can take on. A name stays for good."""
    if (wanted.type, wanted.options) != (row.type, tuple(row.options or ())):
        await _rewrite(db, row, wanted, zone)
    row.label, row.type = wanted.label, wanted.type
    row.options = list(wanted.options) or None
    await db.flush()


async def remove(db: Db, row: CustomField) -> int:
    """The field and what contacts have in it; for how many."""
    emptied = await (await driver(db)).execute(
        "update contacts set attributes = attributes - %(name)s where workspace_id = %(workspace)s and attributes ? %(name)s",
        {"workspace": row.workspace_id, "name": row.name},
    )
    await db.delete(row)
    await db.flush()
    return emptied.rowcount


def as_rule(row: CustomField) -> rules.CustomField:
    """The field as rules read it."""
    return rules.CustomField(row.name, _type(row.type), row.label, tuple(row.options or ()))


def _type(stored: str) -> rules.FieldType:
    return next(type_ for type_ in rules.FIELD_TYPES if type_ == stored)


def _columns(field: rules.CustomField) -> dict[str, Any]:
    options = list(field.options) or None
    return {"name": field.name, "label": field.label, "type": field.type, "options": options}


async def _rewrite(db: Db, row: CustomField, wanted: rules.CustomField, zone: ZoneInfo) -> None:
    connection = await driver(db)
    cursor = await connection.execute(
        "select attributes -> %(name)s, count(*) from contacts where workspace_id = %(workspace)s and attributes ? %(name)s"
        " group by 1",
        {"workspace": row.workspace_id, "name": row.name},
    )
    values = await cursor.fetchall()
    became = [_converted(wanted, value, zone) for value, _ in values]
    unfit = [(value, n) for (value, n), new in zip(values, became, strict=True) if new is None]
    if unfit:
        people = sum(n for _, n in unfit)
        raise Invalid.at(
            "type",
            f"{people:,} contacts have a value that does not fit, such as “{unfit[0][0]}”. Change those first.",
        )
    pairs = {"old": [Jsonb(value) for value, _ in values], "new": [Jsonb(new) for new in became]}
    await connection.execute(_REWRITE, {"workspace": row.workspace_id, "name": row.name, **pairs})


def _converted(wanted: rules.CustomField, value: Any, zone: ZoneInfo) -> rules.Value | None:
    try:
        return parse_value(wanted, value, zone=zone)
    except Invalid:
        return None
