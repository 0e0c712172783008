"""Automations: the list, the recipes that one starts from, and the full-screen editor."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from web.contexts.base import BLANK, ONE_PAGE, Choice, Form, Kind, Listing, Page, Paging, Section

State = Literal["draft", "live", "held", "archived"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomationRow:
    id: UUID
    name: str
    state: State
    starts: str  # "When somebody signs up"
    icon: str = "bolt"
    version: int | None = None
    unpublished: int = 0  # changes of the draft that are not live
    entered: int = 0  # the last 30 days
    inside: int = 0
    goal_rate: float | None = None
    entries: tuple[int, ...] = ()  # per day, the last 30 days, oldest first
    changed_at: datetime
    overdue: int = 0  # of a held one: who should have moved on meanwhile


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomationsIndex(Page):
    """`listing` holds q, state and after; `states` are the tabs with their counts."""

    template: ClassVar[str] = "automations/index.html"
    fragments: ClassVar[Mapping[str, str]] = {"rows": "automations/_rows.html"}
    section: ClassVar[Section] = "automations"

    listing: Listing
    rows: tuple[AutomationRow, ...]
    total: int
    states: tuple[Choice, ...]
    inside: int = 0
    paging: Paging = ONE_PAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeStep:
    icon: str
    kind: Kind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    key: str
    title: str
    text: str
    steps: tuple[RecipeStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerChoice:
    kind: str
    title: str
    help: str
    icon: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAutomation(Page):
    template: ClassVar[str] = "automations/new.html"
    section: ClassVar[Section] = "automations"

    recipes: tuple[Recipe, ...]
    triggers: tuple[TriggerChoice, ...]
    form: Form = BLANK


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomationEditor(Page):
    """The shell that the canvas fills; the canvas loads everything else from the API."""

    template: ClassVar[str] = "automations/editor.html"
    section: ClassVar[Section] = "automations"

    id: UUID
    name: str
    state: State
    version: int | None = None
    can_edit: bool = True
    can_publish: bool = True
