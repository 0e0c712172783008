"""The pages of an import: each is read, written and counted in one transaction, so that a crash repeats or skips none."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from psycopg.types.json import Jsonb
from sqlmodel import col, select

from core.db import Db, execute
from domain.contacts import Conventions, Details, Origin
from domain.imports import PAGE, Plan, RowError, proof, read_row, superseded
from domain.spreadsheets import Record, Sheet
from models import clocks, contacts, processes
from models.contacts import Written
from models.imports.tables import Import, ImportPage
from models.imports.uploads import WORKFLOW, as_records

_KEEP = """
insert into import_changes (id, workspace_id, import_id, page, row, contact_id, before, after)
select uuidv7(), %(workspace)s, %(import)s, %(page)s, c.row, c.contact_id, c.before, c.after
from jsonb_to_recordset(%(changes)s) as c(row int, contact_id uuid, before jsonb, after jsonb)
"""


@dataclass(slots=True)
class Result:
    """What became of the rows of a page."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    errors: list[RowError] = field(default_factory=list[RowError])

    def add(self, more: "Result") -> None:
        self.created += more.created
        self.updated += more.updated
        self.unchanged += more.unchanged
        self.failed += more.failed
        self.errors += more.errors


async def is_held(db: Db, row: Import) -> bool:
    """Whether somebody put it on hold; whoever looks at its process then reads that this is what it waits for."""
    held = await processes.is_held(db, f"{WORKFLOW}/{row.id}")
    if held:
        now = await clocks.now(db, row.workspace_id)
        await processes.waits(db, f"{WORKFLOW}/{row.id}", until=None, what="the release of its hold", now=now)
    return held


async def take(db: Db, row: Import) -> bool:
    """Import the next page; False when there is none left. The import's row is locked: one page at a time."""
    page = await _next(db, row)
    now = await clocks.now(db, row.workspace_id)
    if page is None:
        row.state, row.finished_at = "finished", now
        await _note(db, row, now, _ending(row))
        return False
    row.state = "running"
    result = await _import(db, row, page, now)
    failing = {error.row for error in result.errors}
    row.done += len(page.records)
    page.records = [record for record in page.records if record[0] in failing]
    page.errors, page.state = [asdict(error) for error in result.errors], "done"
    row.created += result.created
    row.updated += result.updated
    row.unchanged += result.unchanged
    row.failed += result.failed
    await _note(db, row, now, f"{row.done:,} of {row.rows:,} rows done")
    return True


async def rehearse(db: Db, row: Import, plan: Plan, sheet: Sheet) -> Result:
    """A whole file at once, while somebody waits. Nothing is written."""
    conventions, replaced, total = (
        await _conventions(db, row, plan),
        superseded(sheet.records, plan),
        Result(),
    )
    for start in range(0, len(sheet.records), PAGE):
        records = [r for r in sheet.records[start : start + PAGE] if r.number not in replaced]
        read = await asyncio.to_thread(_read, records, plan, conventions)
        total.add(_count(read, await contacts.rehearse(db, row.workspace_id, read.said, **_rules(plan))))
    return total


async def fail(db: Db, row: Import, fault: str) -> None:
    """It cannot go on; what was done before stays, and can be undone. An undo that cannot go on can be tried again."""
    now = await clocks.now(db, row.workspace_id)
    if row.undo:
        row.undo, row.undo_fault = "failed", fault
        await _note(db, row, now, f"The undo ended early: {fault}")
    else:
        row.state, row.fault, row.finished_at = "failed", fault, now
        await _note(db, row, now, f"The import ended early: {fault}")


async def _next(db: Db, row: Import) -> ImportPage | None:
    query = select(ImportPage).where(col(ImportPage.import_id) == row.id, col(ImportPage.state) == "waiting")
    return (await db.execute(query.order_by(col(ImportPage.number)).limit(1))).scalar_one_or_none()


@dataclass(slots=True)
class _Read:
    """The rows of a page that say something about somebody, and what is wrong with the others."""

    rows: list[int] = field(default_factory=list[int])
    said: list[Details] = field(default_factory=list[Details])
    errors: list[RowError] = field(default_factory=list[RowError])


async def _import(db: Db, row: Import, page: ImportPage, now: datetime) -> Result:
    plan = Plan.model_validate(row.plan)
    records = [record for record in as_records(page.records) if record.number not in page.superseded]
    read = await asyncio.to_thread(_read, records, plan, await _conventions(db, row, plan))
    if row.dry_run:
        return _count(read, await contacts.rehearse(db, row.workspace_id, read.said, **_rules(plan)))
    origin = Origin("import", by=row.by, wording=proof(plan, row.file), because={"import_id": str(row.id)})
    written = await contacts.upsert(db, row.workspace_id, read.said, at=now, origin=origin, **_rules(plan))
    await _keep(db, row, page, read.rows, written)
    return _count(read, written)


async def _conventions(db: Db, row: Import, plan: Plan) -> Conventions:
    """With the fields that the import brings, which a rehearsal does not define."""
    known = await contacts.conventions_of(db, row.workspace_id)
    fields = {**{new.name: new for new in plan.new_fields}, **known.fields}
    return Conventions(fields, known.region, known.zone)


def _rules(plan: Plan) -> dict[str, bool]:
    """Whoever said no is not made to say yes by a file."""
    return {"keep_refusals": True, "keep_existing": plan.options.existing == "keep"}


def _read(records: Sequence[Record], plan: Plan, conventions: Conventions) -> _Read:
    read = _Read()
    for record in records:
        said = read_row(record, plan, conventions)
        if isinstance(said, Details):
            read.rows.append(record.number)
            read.said.append(said)
        else:
            read.errors += said
    return read


def _count(read: _Read, written: Sequence[Written]) -> Result:
    result = Result(errors=list(read.errors), failed=len({error.row for error in read.errors}))
    for number, one in zip(read.rows, written, strict=True):
        if one.conflict:
            result.errors.append(RowError(number, "", one.conflict))
        result.failed += bool(one.conflict)
        result.created += one.created
        result.updated += not one.created and not one.conflict
        result.unchanged += not one.changed and not one.conflict
    result.errors.sort(key=lambda error: error.row)
    return result


async def _keep(
    db: Db, row: Import, page: ImportPage, numbers: Sequence[int], written: Sequence[Written]
) -> None:
    """What each contact was before the page, by the last row about it."""
    changed = {
        one.person.id: (number, one.person)
        for number, one in zip(numbers, written, strict=True)
        if one.person
    }
    changes = [
        {
            "row": number,
            "contact_id": str(person.id),
            "before": asdict(person.before) if person.before else None,
            "after": asdict(person.profile),
        }
        for number, person in changed.values()
        if person.changed
    ]
    await execute(
        db,
        _KEEP,
        {"workspace": row.workspace_id, "import": row.id, "page": page.number, "changes": Jsonb(changes)},
    )


async def _note(db: Db, row: Import, now: datetime, said: str) -> None:
    await processes.note(db, row.workspace_id, f"{WORKFLOW}/{row.id}", now, said)


def _ending(row: Import) -> str:
    counts = f"{row.created:,} created, {row.updated:,} updated, {row.failed:,} failed"
    return f"Rehearsed: {counts}" if row.dry_run else f"Imported: {counts}"
