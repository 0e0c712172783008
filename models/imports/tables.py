"""The tables of imports: the file in pages, what became of each, what every row has changed."""

from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from models.base import Instant, Owned, belongs_to, count, flag, instant, json, json_or_null, texts


class Import(Owned, table=True):
    """One file. Its numbers are those of the pages that are done, written with each of them."""

    __table_args__ = (Index("imports_recent", "workspace_id", "id"),)

    file: str
    state: str = "draft"  # draft | queued | running | finished | failed
    dry_run: bool = flag()
    header: list[str] = texts()
    delimiter: str = Field(default=",", sa_column_kwargs={"server_default": ","})
    plan: dict[str, Any] | None = json_or_null()
    rows: int = count()
    done: int = count()
    created: int = count()
    updated: int = count()
    unchanged: int = count()
    duplicates: int = count()
    failed: int = count()
    fault: str | None = None  # why the import ended early
    undo: str | None = None  # queued | running | finished | failed
    undo_fault: str | None = None
    restored: int = count()
    removed: int = count()
    kept: int = count()
    by: str = Field(default="", sa_column_kwargs={"server_default": ""})
    created_at: Instant = instant()
    finished_at: Instant | None = instant(default=None)

    @property
    def stopped_by(self) -> str | None:
        """What kept the latest of the two, the import or its undo, from going on."""
        return self.undo_fault if self.undo == "failed" else self.fault


class ImportPage(Owned, table=True):
    """Rows that are written in one transaction. Once they are, only those that failed are kept, to be downloaded."""

    __table_args__ = (UniqueConstraint("import_id", "number"),)

    import_id: UUID = belongs_to("imports")
    number: int
    state: str = Field(
        default="waiting", sa_column_kwargs={"server_default": "waiting"}
    )  # waiting | done | undone
    records: list[Any] = json(empty="[]")  # [[number, [cell…], fault]…]
    superseded: list[int] = json(empty="[]", default_factory=list)
    errors: list[dict[str, Any]] = json(empty="[]", default_factory=list)
    kept: list[dict[str, Any]] = json(empty="[]", default_factory=list)


class ImportChange(Owned, table=True):
    """What one row made of one contact, so that it can be undone."""

    __table_args__ = (
        Index("import_changes_page", "import_id", "page"),
        Index("import_changes_contact", "contact_id"),
    )

    import_id: UUID = belongs_to("imports")
    page: int
    row: int
    contact_id: UUID = belongs_to("contacts")
    before: dict[str, Any] | None = json_or_null()
    after: dict[str, Any] = json()
