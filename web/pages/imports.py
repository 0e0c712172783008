"""Imports: the file, which column is what, the rehearsal, the progress, the undo."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Literal
from uuid import UUID

from fastapi import File, Request, UploadFile
from fastapi.responses import Response
from starlette.datastructures import FormData

from domain.custom_fields import CustomField, name_from, parse_definition
from domain.errors import Invalid
from domain.imports import TARGETS, Options, Plan, RowError, guess_mapping, make_plan, parse_options
from domain.spreadsheets import Record, Sheet, read_sheet
from domain.texts import file_name, shown
from models import custom_fields, imports
from models.imports import Import
from web.contexts.base import BLANK, Choice, Form
from web.contexts.imports import (
    FileColumn,
    ImportMapping,
    ImportProgress,
    ImportUpload,
    PastImport,
    Rehearsal,
)
from web.contexts.imports import RowError as ShownError
from web.deps import Caller, Db, Now, Pages, View, into, needs, see_other
from web.forms import refused, typed

router = Pages(prefix="/contacts/import")
_SHOWN = 50
_LABELS = {
    "email": "E-mail",
    "phone": "Phone",
    "first_name": "First name",
    "last_name": "Last name",
    "name": "First and last name",
    "external_id": "External id",
    "time_zone": "Time zone",
    "tags": "Tags",
    "consent.email": "Consent to e-mail",
    "consent.sms": "Consent to SMS",
}
Shown = Literal["queued", "running", "finished", "failed", "undoing", "undone", "half_undone"]
_STATES: Mapping[str, Literal["queued", "running", "finished", "failed"]] = {
    "queued": "queued",
    "running": "running",
    "finished": "finished",
    "failed": "failed",
}
_UNDOING: Mapping[str, Shown] = {"finished": "undone", "failed": "half_undone"}
_OPTIONS = ("tag", "existing", "consent", "consent_wording")


@router.get("", dependencies=[needs("contacts:write")])
async def upload_page(db: Db, caller: Caller, view: View) -> Response:
    return view(await _upload(db, caller, BLANK))


@router.post("", dependencies=[needs("contacts:write")])
async def upload(
    db: Db, caller: Caller, now: Now, view: View, file: Annotated[UploadFile | None, File()] = None
) -> Response:
    try:
        name, sheet = await _read(file)
    except Invalid as error:
        form = refused(Invalid.at("file", error.message), {})
        return view(await _upload(db, caller, form), status=422)
    row = await imports.upload(db, caller.workspace_id, sheet, file=name, by=caller.name, at=now)
    return see_other(f"/contacts/import/{row.id}/mapping")


async def _read(sent: UploadFile | None) -> tuple[str, Sheet]:
    if sent is None or not sent.filename:
        raise Invalid("Choose a file.")
    return file_name(sent.filename), await asyncio.to_thread(read_sheet, await sent.read())


@router.get("/{import_id:uuid}/mapping", dependencies=[needs("contacts:write")])
async def mapping_page(import_id: UUID, db: Db, caller: Caller, view: View) -> Response:
    row = await imports.get(db, caller.workspace_id, import_id)
    if row.state != "draft":
        return see_other(f"/contacts/import/{import_id}")
    fields = await custom_fields.known(db, caller.workspace_id)
    chosen = _guessed(row.header, fields)
    return view(
        await _mapping(db, row, fields, chosen, Form(values={"existing": "update", "consent": "none"}))
    )


@router.post("/{import_id:uuid}/mapping", dependencies=[needs("contacts:write")])
async def settle(request: Request, import_id: UUID, db: Db, caller: Caller, now: Now, view: View) -> Response:
    """Try it, or do it."""
    row = await imports.get(db, caller.workspace_id, import_id, lock=True)
    fields = await custom_fields.known(db, caller.workspace_id)
    sent = await request.form()
    chosen, form = _chosen(row.header, sent), Form(values=typed(sent, _OPTIONS))
    try:
        sheet = await imports.sheet_of(db, row)
        plan = await asyncio.to_thread(_plan, sheet, fields, chosen, _options(sent))
    except Invalid as error:
        return view(await _mapping(db, row, fields, chosen, _refused(error, form), error), status=422)
    if sent.get("action") != "check":
        await imports.begin(db, row, plan, sheet, dry_run=False, at=now)
        return see_other(f"/contacts/import/{import_id}")
    page = await _mapping(db, row, fields, chosen, form, rehearsal=await _rehearsed(db, row, plan, sheet))
    return view(page, fragment="rehearsal" if into(request, "rehearsal") else None)


@router.get("/{import_id:uuid}", dependencies=[needs("contacts:read")])
async def progress_page(import_id: UUID, db: Db, caller: Caller, view: View) -> Response:
    row = await imports.get(db, caller.workspace_id, import_id)
    if row.state == "draft":
        return see_other(f"/contacts/import/{import_id}/mapping")
    return view(await _progress(db, row))


@router.get("/{import_id:uuid}/progress", dependencies=[needs("contacts:read")])
async def progress(import_id: UUID, db: Db, caller: Caller, view: View) -> Response:
    row = await imports.get(db, caller.workspace_id, import_id)
    return view(await _progress(db, row), fragment="progress")


@router.post("/{import_id:uuid}/undo", dependencies=[needs("contacts:write")])
async def undo(import_id: UUID, db: Db, caller: Caller) -> Response:
    await imports.undo(db, await imports.get(db, caller.workspace_id, import_id, lock=True))
    return see_other(f"/contacts/import/{import_id}")


@router.get("/{import_id:uuid}/errors.csv", dependencies=[needs("contacts:read")])
async def errors(import_id: UUID, db: Db, caller: Caller) -> Response:
    row = await imports.get(db, caller.workspace_id, import_id)
    text = "\ufeff" + await imports.failures_file(db, row)
    disposition = {"Content-Disposition": 'attachment; filename="left-out.csv"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=disposition)


async def _upload(db: Db, caller: Caller, form: Form) -> ImportUpload:
    past = await imports.recent(db, caller.workspace_id)
    return ImportUpload(past=tuple(_past(row) for row in past), form=form)


def _past(row: Import) -> PastImport:
    stopped = "failed" if row.undo == "failed" else row.state
    state = "undone" if row.undo == "finished" else _STATES.get(stopped, "queued")
    return PastImport(
        id=row.id, file=row.file, at=row.created_at, by=row.by, state=state, rows=row.rows, failed=row.failed
    )


@dataclass(frozen=True, slots=True)
class _Choice:
    """What somebody chose for a column: a target, `new` with its label and type, or nothing."""

    field: str = ""
    label: str = ""
    type: str = "text"

    @property
    def target(self) -> str | None:
        return f"attributes.{name_from(self.label)}" if self.field == "new" else self.field or None


def _guessed(header: Sequence[str], fields: Mapping[str, CustomField]) -> dict[str, _Choice]:
    guesses = guess_mapping(header, fields.values())
    known = {f"attributes.{name}" for name in fields} | set(TARGETS)
    return {
        heading: _Choice(target or "") if target is None or target in known else _Choice("new", heading)
        for heading, target in guesses.items()
    }


def _chosen(header: Sequence[str], sent: FormData) -> dict[str, _Choice]:
    def one(index: int, heading: str) -> _Choice:
        id_ = f"column-{index}"
        label = str(sent.get(f"{id_}-label", "")).strip() or heading
        return _Choice(str(sent.get(id_, "")), label, str(sent.get(f"{id_}-type", "text")))

    return {heading: one(index, heading) for index, heading in enumerate(header)}


def _plan(
    sheet: Sheet, fields: Mapping[str, CustomField], chosen: Mapping[str, _Choice], options: Options
) -> Plan:
    mapping = {heading: choice.target for heading, choice in chosen.items() if choice.target}
    named = {
        heading: _new_field(heading, choice) for heading, choice in chosen.items() if choice.field == "new"
    }
    return make_plan(sheet, fields, mapping=mapping, named=named, options=options)


def _new_field(heading: str, choice: _Choice) -> CustomField:
    try:
        return parse_definition(name=name_from(choice.label), type_=choice.type, label=choice.label)
    except Invalid as error:
        raise Invalid.at(["mapping", heading], error.problems[0].message) from None


def _options(sent: FormData) -> Options:
    return parse_options(
        tags=[tag for tag in str(sent.get("tag", "")).split(",") if tag.strip()],
        consent=str(sent.get("consent", "none")),
        wording=str(sent.get("consent_wording", "")),
        existing=str(sent.get("existing", "update")),
    )


async def _rehearsed(db: Db, row: Import, plan: Plan, sheet: Sheet) -> Rehearsal:
    result = await imports.rehearse(db, row, plan, sheet)
    wrong = result.errors[:_SHOWN]
    numbers = {error.row for error in wrong}
    cells = {record.number: record.cells for record in sheet.records if record.number in numbers}
    return Rehearsal(
        rows=row.rows,
        create=result.created,
        update=result.updated,
        failed=result.failed,
        errors=_shown(((error, cells.get(error.row, ())) for error in wrong), row.header),
    )


async def _mapping(
    db: Db,
    row: Import,
    fields: Mapping[str, CustomField],
    chosen: Mapping[str, _Choice],
    form: Form,
    error: Invalid | None = None,
    rehearsal: Rehearsal | None = None,
) -> ImportMapping:
    first = await imports.sheet_of(db, row, pages=1)
    wrong = {problem.path: problem.message for problem in error.problems} if error else {}
    columns = tuple(
        FileColumn(
            index=index,
            heading=heading,
            samples=_samples(first.records, index),
            field=chosen[heading].field,
            new_label=chosen[heading].label,
            error=wrong.get(f"mapping.{heading}", ""),
        )
        for index, heading in enumerate(row.header)
    )
    return ImportMapping(
        id=row.id,
        file=row.file,
        rows=row.rows,
        columns=columns,
        standard_fields=tuple(Choice(value=target, label=_LABELS[target]) for target in TARGETS),
        custom_fields=tuple(Choice(value=f"attributes.{f.name}", label=f.label) for f in fields.values()),
        rehearsal=rehearsal,
        form=form,
    )


def _refused(error: Invalid, form: Form) -> Form:
    """What is wrong with the columns together is said above them; a tag has a field of its own here."""
    wrong = {problem.path: problem.message for problem in reversed(error.problems)}
    tag = next((message for path, message in wrong.items() if path.startswith("tags")), "")
    return Form(values=form.values, errors={**wrong, "": wrong.get("mapping", ""), "tag": tag})


def _samples(records: Sequence[Record], index: int) -> tuple[str, ...]:
    found = (record.cells[index] for record in records if not record.fault and record.cells[index])
    return tuple(shown(cell, 40) for cell in dict.fromkeys(islice(found, 20)))[:3]


async def _progress(db: Db, row: Import) -> ImportProgress:
    wrong = await imports.first_errors(db, row.id, limit=_SHOWN) if row.failed else []
    plan = Plan.model_validate(row.plan) if row.plan else None
    ended = row.state in ("finished", "failed")
    return ImportProgress(
        id=row.id,
        file=row.file,
        state=_state(row),
        rows=row.rows,
        done=row.restored + row.removed + row.kept
        if row.undo in ("queued", "running", "failed")
        else row.done,
        created=row.created,
        updated=row.updated,
        failed=row.failed,
        repeated=row.duplicates,
        errors=_shown(wrong, row.header),
        fault=row.stopped_by or "",
        tag=next(iter(plan.options.tags), "") if plan else "",
        can_undo=ended
        and not row.dry_run
        and row.undo in (None, "failed")
        and row.created + row.updated > row.unchanged,
    )


def _state(row: Import) -> Shown:
    if row.undo:
        return _UNDOING.get(row.undo, "undoing")
    return _STATES.get(row.state, "queued")


def _shown(errors: Iterable[tuple[RowError, Sequence[str]]], header: Sequence[str]) -> tuple[ShownError, ...]:
    """Each error with what stands in the cell."""
    places = {heading: index for index, heading in enumerate(header)}

    def one(error: RowError, cells: Sequence[str]) -> ShownError:
        index = places.get(error.column, -1)
        value = shown(cells[index], 60) if 0 <= index < len(cells) else ""
        return ShownError(row=error.row, column=error.column, message=error.message, value=value)

    return tuple(one(error, cells) for error, cells in errors)
