"""Processes: everything that runs or waits, what it waits for, and its record step by step."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from web.contexts.attention import NOTHING_WAITS, ProcessTabs
from web.contexts.base import ONE_PAGE, Choice, Kind, Listing, Page, Paging, Section

State = Literal["running", "waiting", "finished", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessRow:
    id: UUID
    url: str = ""  # where its name leads; its own page unless it stands for several
    kind: str  # in words: "12 people waiting", "Import"
    icon: str
    tile: Kind
    title: str
    state: State
    held: bool = False
    waits_for: str = ""
    wakes_at: datetime | None = None
    more: int = 0  # how many more waits of the same automation this line stands for
    started_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessesIndex(Page):
    """`listing` holds q, kind, state, automation and after; `automation` is the name of the one whose waits are listed."""

    template: ClassVar[str] = "processes/index.html"
    fragments: ClassVar[Mapping[str, str]] = {"rows": "processes/_rows.html"}
    section: ClassVar[Section] = "processes"

    listing: Listing
    rows: tuple[ProcessRow, ...]
    states: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    total: int
    automation: str = ""
    tabs: ProcessTabs = NOTHING_WAITS
    paging: Paging = ONE_PAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPerson:
    contact_id: UUID
    name: str
    email: str = ""
    wakes_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLine:
    at: datetime
    text: str
    details: tuple[tuple[str, str], ...] = ()
    tone: Literal["ok", "bad", ""] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessShow(Page):
    """`waiting` is how many people wait in it (None: it is none of people), `people` the first of them."""

    template: ClassVar[str] = "processes/show.html"
    fragments: ClassVar[Mapping[str, str]] = {"live": "processes/_live.html"}
    section: ClassVar[Section] = "processes"

    process: ProcessRow
    record: tuple[RecordLine, ...]
    workflow_id: str
    subject_url: str | None = None
    subject: str = ""
    waiting: int | None = None
    people: tuple[WaitingPerson, ...] = ()
    overdue: int = 0
    held_by: str = ""
    held_at: datetime | None = None
    fault: str = ""  # what it fails on, in words; it is tried again
    paging: Paging = ONE_PAGE
