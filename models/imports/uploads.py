"""Uploads: a file becomes pages of rows, a plan says how they are read, and its process is told to begin."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlmodel import col, select

from core.db import Db, execute
from domain.errors import Conflict, NotFound
from domain.ids import new_id
from domain.imports import PAGE, Plan, superseded
from domain.spreadsheets import Record, Sheet
from models import custom_fields, outbox
from models.imports.tables import Import, ImportPage

WORKFLOW = "import"

_STORE = """
insert into import_pages (id, workspace_id, import_id, number, records)
select p.id, %s, %s, p.number, p.records from unnest(%s::uuid[], %s::int[], %s::jsonb[]) p(id, number, records)
"""
_SUPERSEDE = """
update import_pages p set superseded = s.superseded from unnest(%s::int[], %s::jsonb[]) s(number, superseded)
where p.import_id = %s and p.number = s.number
"""


async def upload(db: Db, workspace_id: UUID, sheet: Sheet, *, file: str, by: str, at: datetime) -> Import:
    """Keep the rows of a file until somebody says how they are read."""
    row = Import(workspace_id=workspace_id, file=file, by=by, created_at=at, rows=len(sheet.records))
    row.header, row.delimiter = list(sheet.header), sheet.delimiter
    db.add(row)
    await db.flush()
    pages = [sheet.records[start : start + PAGE] for start in range(0, len(sheet.records), PAGE)]
    await execute(
        db,
        _STORE,
        (
            workspace_id,
            row.id,
            [new_id() for _ in pages],
            list(range(len(pages))),
            [Jsonb([(r.number, r.cells, r.fault) for r in page]) for page in pages],
        ),
    )
    return row


async def get(db: Db, workspace_id: UUID, import_id: UUID, *, lock: bool = False) -> Import:
    query = select(Import).where(col(Import.id) == import_id, col(Import.workspace_id) == workspace_id)
    row = (await db.execute(query.with_for_update() if lock else query)).scalar_one_or_none()
    if row is None:
        raise NotFound("There is no such import.")
    return row


async def recent(db: Db, workspace_id: UUID, *, limit: int = 20) -> Sequence[Import]:
    """The latest imports that were begun."""
    query = select(Import).where(col(Import.workspace_id) == workspace_id, col(Import.state) != "draft")
    return (await db.execute(query.order_by(col(Import.id).desc()).limit(limit))).scalars().all()


async def sheet_of(db: Db, row: Import, *, pages: int | None = None) -> Sheet:
    """The rows again, or those of the first pages."""
    query = select(ImportPage.records).where(col(ImportPage.import_id) == row.id)
    found = await db.execute(query.order_by(col(ImportPage.number)).limit(pages))
    records = tuple(record for records in found.scalars() for record in as_records(records))
    return Sheet(tuple(row.header), records, row.delimiter)


def as_records(stored: Sequence[Any]) -> list[Record]:
    return [Record(number, tuple(cells), fault) for number, cells, fault in stored]


async def begin(db: Db, row: Import, plan: Plan, sheet: Sheet, *, dry_run: bool, at: datetime) -> None:
    """Have the rows imported as planned; a rehearsal comes to the same numbers and writes nothing."""
    if row.state != "draft":
        raise Conflict("This import has begun already. Upload the file again to import it again.")
    replaced = superseded(sheet.records, plan)
    row.plan, row.dry_run, row.state, row.duplicates = (
        plan.model_dump(mode="json"),
        dry_run,
        "queued",
        len(replaced),
    )
    await db.flush()
    await _mark(db, row, sheet, replaced)
    if not dry_run:
        await custom_fields.define(db, row.workspace_id, plan.new_fields, at=at)
    await outbox.put(db, [outbox.wake(row.workspace_id, WORKFLOW, row.id, title=f"Import {row.file}")])


async def _mark(db: Db, row: Import, sheet: Sheet, replaced: set[int]) -> None:
    by_page: dict[int, list[int]] = {}
    for place, record in enumerate(sheet.records):
        if record.number in replaced:
            by_page.setdefault(place // PAGE, []).append(record.number)
    await execute(db, _SUPERSEDE, (list(by_page), [Jsonb(numbers) for numbers in by_page.values()], row.id))


async def undo(db: Db, row: Import) -> None:
    """Have what the import did taken back, or what is left of it when that has failed before."""
    if row.dry_run or row.state not in ("finished", "failed"):
        raise Conflict("Only an import that has ended can be undone.")
    if row.undo and row.undo != "failed":
        raise Conflict("This import is being undone, or has been.")
    row.undo, row.undo_fault = "queued", None
    await db.flush()
    await outbox.put(
        db, [outbox.wake(row.workspace_id, WORKFLOW, row.id, title=f"Undo import of {row.file}")]
    )
