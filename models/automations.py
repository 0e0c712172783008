"""Automations and their published versions: the draft may change and be faulty, a version never does and is not."""

from typing import Any
from uuid import UUID

from sqlalchemy import Column, Date, Index, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import Instant, Owned, belongs_to, instant, json, json_or_null


class Automation(Owned, table=True):
    __table_args__ = (Index("automations_workspace", "workspace_id", "id"),)

    name: str
    state: str = "draft"  # draft | live | archived; a hold is a row of `holds`
    draft: dict[str, Any] = json(default_factory=dict)
    revision: int = 1  # of the draft, so that two editors notice each other
    version_id: UUID | None = None  # the live version
    created_at: Instant = instant()
    updated_at: Instant = instant()


class AutomationVersion(Owned, table=True):
    """Immutable. `mails` is what the e-mail steps compile to, made once at publishing."""

    __table_args__ = (UniqueConstraint("automation_id", "number"),)

    automation_id: UUID = belongs_to("automations")
    number: int
    name: str = ""
    definition: dict[str, Any] = json()
    mails: dict[str, Any] = json(default_factory=dict)
    published_at: Instant = instant()
    published_by: str = ""


class Tally(SQLModel, table=True):
    """How many passed from one node to another on one day; `source` '' is the entry, `target` '' is the way out."""

    __tablename__ = "tallies"  # pyright: ignore[reportAssignmentType]

    workspace_id: UUID = Field(foreign_key="workspaces.id", ondelete="CASCADE")
    automation_id: UUID = Field(primary_key=True, foreign_key="automations.id", ondelete="CASCADE")
    day: Any = Field(sa_column=Column(Date, primary_key=True))
    source: str = Field(primary_key=True)
    target: str = Field(primary_key=True)
    n: int = Field(sa_column=Column(Integer, nullable=False))


class Simulation(Owned, table=True):
    """One run of the kernel over history or for one person, with nothing sent."""

    automation_id: UUID = belongs_to("automations")
    state: str = "queued"  # queued | running | finished | failed
    request: dict[str, Any] = json()
    result: dict[str, Any] | None = json_or_null()
    created_at: Instant = instant()
