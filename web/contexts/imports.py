"""Importing contacts: the file, which column is what, the rehearsal, the progress, the undo."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from web.contexts.base import BLANK, Choice, Form, Page, Section


@dataclass(frozen=True, slots=True, kw_only=True)
class PastImport:
    id: UUID
    file: str
    at: datetime
    by: str
    state: Literal["queued", "running", "finished", "failed", "undone"]
    rows: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportUpload(Page):
    template: ClassVar[str] = "contacts/import/upload.html"
    section: ClassVar[Section] = "contacts"

    past: tuple[PastImport, ...] = ()
    form: Form = BLANK
    max_megabytes: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class FileColumn:
    """One column of the file. `field` is what it is taken for: "email", "attributes.city", "new", or "" to leave it out."""

    index: int
    heading: str
    samples: tuple[str, ...]
    field: str = ""
    new_label: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowError:
    row: int
    column: str
    message: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What importing would do, tried without doing it."""

    rows: int
    create: int
    update: int
    failed: int
    errors: tuple[RowError, ...] = ()  # the first of them


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportMapping(Page):
    template: ClassVar[str] = "contacts/import/mapping.html"
    fragments: ClassVar[Mapping[str, str]] = {"rehearsal": "contacts/import/_rehearsal.html"}
    section: ClassVar[Section] = "contacts"

    id: UUID
    file: str
    rows: int
    columns: tuple[FileColumn, ...]
    standard_fields: tuple[Choice, ...]
    custom_fields: tuple[Choice, ...]
    rehearsal: Rehearsal | None = None
    form: Form = BLANK  # tag, consent (none | subscribed), consent_wording, existing (update | keep)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportProgress(Page):
    template: ClassVar[str] = "contacts/import/progress.html"
    fragments: ClassVar[Mapping[str, str]] = {"progress": "contacts/import/_progress.html"}
    section: ClassVar[Section] = "contacts"

    id: UUID
    file: str
    state: Literal["queued", "running", "finished", "failed", "undoing", "undone", "half_undone"]
    rows: int
    done: int
    created: int
    updated: int
    failed: int
    repeated: int = 0  # rows that a later one about the same person replaces
    errors: tuple[RowError, ...] = ()
    fault: str = ""  # why the import as a whole failed, or its undo
    tag: str = ""
    can_undo: bool = False

    @property
    def moving(self) -> bool:
        return self.state in {"queued", "running", "undoing"}

    @property
    def percent(self) -> int:
        return round(100 * self.done / self.rows) if self.rows else 0
