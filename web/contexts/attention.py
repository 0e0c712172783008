"""What waits for a person: messages that failed or are in doubt, and all that is on hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from web.contexts.base import BLANK, ONE_PAGE, Choice, Form, Kind, Listing, Page, Paging, Section


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessTabs:
    """The three views of processes, with how much waits in two of them."""

    attention: int = 0
    held: int = 0


NOTHING_WAITS = ProcessTabs()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Messages of one step that ended in the same way. `fields` name it in a form, `url` leads to its messages."""

    state: Literal["failed", "unknown"]
    count: int
    title: str  # "12 e-mails may or may not have arrived"
    reason: str
    noun: str  # "e-mail"
    step: str
    automation: str
    automation_id: UUID | None
    icon: str
    tile: Kind
    last_at: datetime
    url: str
    fields: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention(Page):
    """`failed_processes` are listed elsewhere; this page only says that there are some."""

    template: ClassVar[str] = "processes/attention.html"
    section: ClassVar[Section] = "processes"

    tabs: ProcessTabs
    groups: tuple[Group, ...]
    failed_processes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsettledMessage:
    id: UUID
    contact_id: UUID | None
    name: str
    address: str
    subject: str
    reason: str
    state: Literal["failed", "unknown"]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionMessages(Page):
    """The messages of one group."""

    template: ClassVar[str] = "processes/unsettled.html"
    fragments: ClassVar[Mapping[str, str]] = {"rows": "processes/_unsettled_rows.html"}
    section: ClassVar[Section] = "processes"

    group: Group
    listing: Listing
    rows: tuple[UnsettledMessage, ...]
    paging: Paging = ONE_PAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRow:
    id: UUID
    title: str
    detail: str  # what standing still means here
    icon: str
    tile: Kind
    held_at: datetime
    held_by: str
    overdue: int = 0
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds(Page):
    """Field of the form: what ("workspace", "channel:email", "automation:<id>")."""

    template: ClassVar[str] = "processes/holds.html"
    section: ClassVar[Section] = "processes"

    tabs: ProcessTabs
    rows: tuple[HoldRow, ...]
    everything: tuple[Choice, ...] = ()  # what can be held as a whole
    automations: tuple[Choice, ...] = ()
    form: Form = BLANK
