"""What every page has: its template, its place in the navigation, and the frame that it is shown in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

Section = Literal["home", "automations", "contacts", "inbox", "processes", "settings", ""]
Tone = Literal["ok", "warn", "bad", "info", ""]
Kind = Literal["trigger", "message", "wait", "logic", "data", "end", "ok", "bad", "primary"]


class Page:
    """A page's fields are its template's variables; `fragments` names the parts that may be rendered alone."""

    __slots__ = ()
    template: ClassVar[str]
    fragments: ClassVar[Mapping[str, str]] = {}
    section: ClassVar[Section] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Toast:
    text: str
    tone: Literal["ok", "bad", "info"] = "ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What a page needs to know of the visit: enough for sign-in, public pages and errors."""

    csrf_token: str
    now: datetime  # business time of the workspace; the wall where there is none
    zone: ZoneInfo
    toasts: tuple[Toast, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    id: UUID
    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceLink:
    id: UUID
    name: str
    detail: str  # "Europe/Berlin", "Sandbox"
    sandbox: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NavCounts:
    """Numbers beside the navigation; None shows nothing."""

    automations: int | None = None
    contacts: int | None = None
    inbox: int | None = None
    processes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock(Page):
    """The sandbox clock: the piece of the top bar, and the fragment that renews it while time is moving."""

    template: ClassVar[str] = "clock/_clock.html"

    at: datetime
    target: datetime | None = None
    started_from: datetime | None = None
    busy: str | None = None  # what it waits for, in words: "Welcome new customers: sending"
    fault: str | None = None

    @property
    def moving(self) -> bool:
        return self.target is not None

    @property
    def percent(self) -> int:
        """How far the move has come, by business time."""
        if self.target is None or self.started_from is None or self.target <= self.started_from:
            return 0
        return round(100 * ((self.at - self.started_from) / (self.target - self.started_from)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell(Frame):
    """The frame of the app itself: who looks at which workspace, and what they may do there."""

    person: Person
    workspace: WorkspaceLink
    workspaces: tuple[WorkspaceLink, ...] = ()  # all of the person's, the present one included
    counts: NavCounts = NavCounts()
    clock: Clock | None = None
    allowed: frozenset[str] = frozenset()  # "contacts:write"

    def can(self, permission: str) -> bool:
        return permission in self.allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The address of a list with its filters; links change one thing and keep the rest."""

    path: str
    params: Mapping[str, str] = field(default_factory=dict[str, str])

    def __getitem__(self, name: str) -> str:
        return self.params.get(name, "")

    def url(self, **changes: str | None) -> str:
        """Changing a filter goes back to the first page; an empty value removes the filter."""
        kept = {**self.params, **({"after": None} if "after" not in changes else {}), **changes}
        query = urlencode({name: value for name, value in kept.items() if value})
        return f"{self.path}?{query}" if query else self.path

    @property
    def filtered(self) -> bool:
        return any(value for name, value in self.params.items() if name not in {"sort", "after", "columns"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Cursor paging: `label` says where one is ("51–100 of 2,431"); None where there is nothing more."""

    label: str = ""
    newer: str | None = None  # addresses
    older: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    value: str
    label: str
    detail: str = ""
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What was typed and what is wrong with it, so that a refused form comes back as it was left."""

    values: Mapping[str, str] = field(default_factory=dict[str, str])
    errors: Mapping[str, str] = field(default_factory=dict[str, str])  # "" is about the form as a whole

    def value(self, name: str) -> str:
        return self.values.get(name, "")

    def error(self, name: str) -> str:
        return self.errors.get(name, "")


BLANK = Form()
ONE_PAGE = Paging()


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One fact about somebody, in words; `html` in `text` is never trusted."""

    at: datetime
    icon: str
    kind: Kind
    text: str
    detail: str = ""
    url: str | None = None
