"""What every table has: its name from its class, a UUIDv7 key, the workspace that owns the row."""

import re
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

from domain.ids import new_id


def table_name(cls: str) -> str:
    """`AutomationVersion` → `automation_versions`, `ApiKey` → `api_keys`, `Process` → `processes`."""
    words = re.sub(r"(?<!^)(?=[A-Z])", "_", cls).lower()
    if words.endswith("y") and words[-2] not in "aeo":
        return words[:-1] + "ies"
    return words + ("es" if words.endswith("s") else "s")


class Table(SQLModel):
    """A row with an id of its own."""

    @declared_attr  # pyright: ignore[reportArgumentType]
    def __tablename__(cls) -> str:  # noqa: N805 # pyright: ignore[reportIncompatibleVariableOverride] -- SQLModel says `str`
        return table_name(cls.__name__)

    id: UUID = Field(default_factory=new_id, primary_key=True)


class Owned(Table):
    """A row of one workspace; row-level security shows it to nobody else."""

    workspace_id: UUID = Field(foreign_key="workspaces.id", ondelete="CASCADE", index=False)


def instant(**options: Any) -> Any:
    """An aware instant in UTC."""
    return Field(sa_type=DateTime(timezone=True), **options)  # pyright: ignore[reportArgumentType, reportCallIssue]


def json(**options: Any) -> Any:
    """A JSON document that is never null."""
    return Field(
        sa_column=Column(JSONB, nullable=False, server_default=options.pop("empty", "{}")), **options
    )


def json_or_null() -> Any:
    return Field(default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True))


def count(start: int = 0) -> Any:
    """A number that statements may leave out."""
    return Field(default=start, sa_column_kwargs={"server_default": str(start)})


def flag() -> Any:
    """A yes or no that is no until it is said."""
    return Field(default=False, sa_column_kwargs={"server_default": "false"})


def texts() -> Any:
    """A list of words, kept in the row."""
    return Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False, server_default="{}"))


def belongs_to(table: str, *, null: bool = False, on_delete: str = "CASCADE") -> Any:
    """A reference that goes with what it refers to."""
    default: dict[str, Any] = {"default": None} if null else {}
    return Field(sa_column=Column(ForeignKey(f"{table}.id", ondelete=on_delete), nullable=null), **default)


Instant = datetime
