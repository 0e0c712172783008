"""Imports: contacts from a CSV file, rehearsed, followed, undone."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from fastapi import File, Form, Response, UploadFile
from pydantic import BaseModel, Field

from api.deps import Caller, Db, Now, needs
from api.pagination import Page
from api.routes import Router
from domain.errors import Invalid
from domain.imports import Plan, RowError, make_plan, parse_options
from domain.spreadsheets import read_sheet
from domain.texts import file_name
from models import custom_fields, imports
from models.imports import Import

router = Router(tags=["Imports"])
SHOWN = 1_000
"""Errors that `GET /imports/{import_id}` lists; the file of errors has them all."""


class RowErrorOut(BaseModel):
    row: int = Field(description="As a spreadsheet numbers it: the header is row 1.")
    column: str = Field(description="The heading of the column; empty when it is about the whole row.")
    message: str


class KeptOut(BaseModel):
    row: int
    message: str


class UndoOut(BaseModel):
    state: Literal["queued", "running", "finished", "failed"] = Field(
        description="One that failed can be asked for again: it goes on where it stood."
    )
    restored: int = Field(description="Contacts that are again what they were.")
    removed: int = Field(description="Contacts that the import had created.")
    kept: list[KeptOut] = Field(description="What was changed again since, and so stays as it is.")


class ImportOut(BaseModel):
    """How far an import has come. `rows` = `created` + `updated` + `duplicates` + `failed` when it has finished."""

    id: UUID
    file: str
    state: Literal["draft", "queued", "running", "finished", "failed"]
    dry_run: bool = Field(description="A rehearsal: the same numbers, and nothing is written.")
    mapping: dict[str, str | None] | None
    rows: int
    done: int = Field(description="Rows that have been worked through.")
    created: int
    updated: int = Field(description="Known already; `unchanged` of them were as the file says.")
    unchanged: int
    duplicates: int = Field(description="Rows that a later row about the same person replaces.")
    failed: int
    errors: list[RowErrorOut] = Field(description=f"The first {SHOWN:,}; `errors.csv` has them all.")
    fault: str | None = Field(description="Why the import as a whole failed, or its undo.")
    undo: UndoOut | None
    created_at: datetime
    finished_at: datetime | None


class Begun(BaseModel):
    id: UUID


@router.post("/contacts/import", status_code=202, dependencies=[needs("contacts:write")])
async def import_contacts(
    caller: Caller,
    db: Db,
    now: Now,
    file: Annotated[
        UploadFile, File(description="CSV with a header, in UTF-8, UTF-16 or Windows-1252; 10 MB at most.")
    ],
    mapping: Annotated[
        str | None,
        Form(
            description='JSON: what each column is, such as {"E-Mail": "email", "Plan": "attributes.plan", "Note": null}.'
            " A column that is left out is not imported. Without a mapping the headings are guessed."
        ),
    ] = None,
    dry_run: Annotated[
        bool, Form(description="Rehearse: come to the same numbers and write nothing.")
    ] = False,
    tags: Annotated[str, Form(description="Tags for everybody in the file, by comma.")] = "",
    consent: Annotated[str, Form(description="`subscribed`: these people agreed to get e-mail.")] = "none",
    consent_wording: Annotated[str, Form(description="How they agreed; kept as the proof.")] = "",
    existing: Annotated[str, Form(description="`keep`: whoever is known stays as they are.")] = "update",
) -> Begun:
    """Import contacts. The file is checked as a whole before anything is written; then `GET /imports/{import_id}` follows it."""
    sheet = await asyncio.to_thread(read_sheet, await file.read())
    options = parse_options(
        tags=[tag for tag in tags.split(",") if tag.strip()],
        consent=consent,
        wording=consent_wording,
        existing=existing,
    )
    fields = await custom_fields.known(db, caller.workspace_id)
    plan = await asyncio.to_thread(make_plan, sheet, fields, mapping=_mapping(mapping), options=options)
    row = await imports.upload(
        db, caller.workspace_id, sheet, file=file_name(file.filename), by=caller.name, at=now
    )
    await imports.begin(db, row, plan, sheet, dry_run=dry_run, at=now)
    return Begun(id=row.id)


@router.get("/imports", dependencies=[needs("contacts:read")])
async def list_imports(caller: Caller, db: Db) -> Page[ImportOut]:
    """The latest imports, without their errors."""
    rows = await imports.recent(db, caller.workspace_id)
    return Page(items=[_out(row, [], []) for row in rows], next=None)


@router.get("/imports/{import_id}", dependencies=[needs("contacts:read")])
async def get_import(import_id: UUID, caller: Caller, db: Db) -> ImportOut:
    """How far an import has come, and what is wrong with rows."""
    row = await imports.get(db, caller.workspace_id, import_id)
    errors = await imports.errors(db, import_id, limit=SHOWN)
    return _out(row, errors, await imports.kept(db, import_id, limit=SHOWN))


@router.post("/imports/{import_id}/undo", status_code=202, dependencies=[needs("contacts:write")])
async def undo_import(import_id: UUID, caller: Caller, db: Db) -> Begun:
    """Take back what an import did, except for what was changed again since."""
    await imports.undo(db, await imports.get(db, caller.workspace_id, import_id, lock=True))
    return Begun(id=import_id)


@router.get(
    "/imports/{import_id}/errors.csv",
    dependencies=[needs("contacts:read")],
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "A CSV file."}},
)
async def get_import_errors(import_id: UUID, caller: Caller, db: Db) -> Response:
    """The rows that failed, as they were, each with what is wrong: correct them here and import this file."""
    row = await imports.get(db, caller.workspace_id, import_id)
    disposition = {"Content-Disposition": 'attachment; filename="errors.csv"'}
    return Response(
        await imports.failures_file(db, row), media_type="text/csv; charset=utf-8", headers=disposition
    )


def _out(row: Import, errors: list[RowError], kept: list[dict[str, Any]]) -> ImportOut:
    undo = row.undo and {"state": row.undo, "restored": row.restored, "removed": row.removed, "kept": kept}
    known = row.model_dump(include=set(ImportOut.model_fields) - {"undo"}) | {"fault": row.stopped_by}
    mapping = Plan.model_validate(row.plan).targets if row.plan else None
    wrong = [asdict(error) for error in errors]
    return ImportOut.model_validate({**known, "undo": undo, "mapping": mapping, "errors": wrong})


def _mapping(raw: str | None) -> Mapping[str, str | None] | None:
    if raw is None or not raw.strip():
        return None
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise Invalid.at(
            "mapping", "This is not JSON. Send an object of columns and what they are."
        ) from None
    if not isinstance(found, dict) or not all(
        target is None or isinstance(target, str) for target in found.values()
    ):
        raise Invalid.at("mapping", 'Send an object such as {"E-Mail": "email", "Note": null}.')
    return found
