"""What went wrong with rows, and what an undo has left: to be read on a page, or to be corrected in a file."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from core.db import Db
from domain.imports import ERROR_COLUMNS, RowError
from domain.spreadsheets import Record, write_row
from models.imports.tables import Import, ImportPage
from models.imports.uploads import as_records

_ERRORS = text("""
select e."row", e."column", e.message from import_pages p,
    jsonb_to_recordset(p.errors) as e("row" int, "column" text, message text)
where p.import_id = :id order by p.number, e."row" limit :limit
""")
# The cells are looked for after the limit: Postgres puts off what an answer only shows.
_WITH_CELLS = text("""
select e."row", e."column", e.message,
    (select r -> 1 from jsonb_array_elements(p.records) r where cast(r ->> 0 as int) = e."row" limit 1) as cells
from import_pages p, jsonb_to_recordset(p.errors) as e("row" int, "column" text, message text)
where p.import_id = :id order by p.number, e."row" limit :limit
""")
_KEPT = text("""
select k."row", k.message from import_pages p, jsonb_to_recordset(p.kept) as k("row" int, message text)
where p.import_id = :id order by k."row" limit :limit
""")


async def errors(db: Db, import_id: UUID, *, limit: int) -> list[RowError]:
    """What is wrong with rows, in their order."""
    found = await db.execute(_ERRORS, {"id": import_id, "limit": limit})
    return [RowError(one.row, one.column, one.message) for one in found]


async def first_errors(db: Db, import_id: UUID, *, limit: int) -> list[tuple[RowError, Sequence[str]]]:
    """What is wrong with rows, in their order, each with the cells of its row."""
    found = await db.execute(_WITH_CELLS, {"id": import_id, "limit": limit})
    return [(RowError(one.row, one.column, one.message), one.cells or ()) for one in found]


async def failures(db: Db, import_id: UUID) -> list[tuple[Record, list[RowError]]]:
    """The rows that failed, as they stood in the file, each with what is wrong with it."""
    query = select(ImportPage.records, ImportPage.errors).where(col(ImportPage.import_id) == import_id)
    found = list[tuple[Record, list[RowError]]]()
    for records, wrong in (await db.execute(query.order_by(col(ImportPage.number)))).all():
        by_row: dict[int, list[RowError]] = {}
        for one in wrong:
            by_row.setdefault(one["row"], []).append(RowError(**one))
        found += [
            (record, by_row[record.number]) for record in as_records(records) if record.number in by_row
        ]
    return found


async def failures_file(db: Db, row: Import) -> str:
    """The rows that failed as CSV, with what is wrong in columns that an import passes over: correct it and import it.

    Its columns are cut as those of the original were: who saved that with semicolons has a program that expects them.
    """
    lines = [write_row([*row.header, *ERROR_COLUMNS], delimiter=row.delimiter)]
    for record, wrong in await failures(db, row.id):
        problems = " ".join(f"{one.column}: {one.message}" if one.column else one.message for one in wrong)
        cells = record.cells + ("",) * (len(row.header) - len(record.cells))
        lines.append(write_row([*cells, record.number, problems], delimiter=row.delimiter))
    return "".join(lines)


async def kept(db: Db, import_id: UUID, *, limit: int) -> list[dict[str, Any]]:
    """What an undo has left as it was, and why."""
    found = await db.execute(_KEPT, {"id": import_id, "limit": limit})
    return [{"row": one.row, "message": one.message} for one in found]
