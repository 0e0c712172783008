"""Inbox: the e-mails that were kept here instead of being sent to the world."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from web.contexts.base import ONE_PAGE, Listing, Page, Paging, Section


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRow:
    id: UUID
    to: str
    name: str  # of the contact; falls back to the address
    subject: str
    snippet: str
    at: datetime
    seen: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    id: UUID
    subject: str
    sender: str  # "Fernhill Coffee <hello@fernhill.example>"
    to: str
    name: str
    at: datetime
    text: str
    headers: tuple[tuple[str, str], ...]
    contact_id: UUID | None = None
    automation_id: UUID | None = None
    automation: str = ""
    step: str = ""
    opened_at: datetime | None = None
    clicked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox(Page):
    """The list, and beside it the mail that is open; `listing` holds q, contact_id and after."""

    template: ClassVar[str] = "inbox/index.html"
    fragments: ClassVar[Mapping[str, str]] = {"rows": "inbox/_rows.html", "reader": "inbox/_reader.html"}
    section: ClassVar[Section] = "inbox"

    listing: Listing
    rows: tuple[MailRow, ...]
    total: int
    mail: Mail | None = None
    tab: Literal["preview", "text", "headers"] = "preview"
    paging: Paging = ONE_PAGE
    captured: bool = True  # False: mail goes out over SMTP, and only older mail is here


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxShow(Inbox):
    """One mail at its own address: the same two panes, on a phone the mail alone."""

    template: ClassVar[str] = "inbox/show.html"
