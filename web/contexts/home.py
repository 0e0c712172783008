"""Home: what needs somebody, what is happening now, how the automations do; first steps while there is nothing yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal
from uuid import UUID

from web.contexts.base import Kind, Page, Section, Tone
from web.contexts.drawing import Chart

State = Literal["live", "held", "draft", "archived"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One thing that waits for a person, with the button that deals with it."""

    text: str
    action: str
    url: str
    tone: Tone = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stat:
    """`points` are drawn as a sparkline, oldest first; `change` is in words: "+12%", "−1.4 pts"."""

    label: str
    value: str
    change: str = ""
    good: bool | None = None  # None: neither
    detail: str = ""
    points: tuple[float, ...] = ()
    series: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningAutomation:
    id: UUID
    name: str
    state: State
    inside: int
    goal_rate: float | None = None  # 0…1 of those who entered in the last 30 days


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelStage:
    label: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    automation_id: UUID
    name: str
    stages: tuple[FunnelStage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """One thing that happened: "Lena Sørensen" "opened “Spring roast”"."""

    at: datetime
    icon: str
    kind: Kind
    who: str
    text: str
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedMessage(Page):
    """One message of the live feed."""

    template: ClassVar[str] = "home/_feed_item.html"

    item: FeedItem


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstStep:
    title: str
    text: str
    action: str
    url: str
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Home(Page):
    template: ClassVar[str] = "home/index.html"
    fragments: ClassVar[Mapping[str, str]] = {
        "numbers": "home/_numbers.html",
        "automations": "home/_automations.html",
    }
    section: ClassVar[Section] = "home"

    stats: tuple[Stat, ...]
    sent: Chart  # e-mails by day and automation
    needs: tuple[Need, ...] = ()
    automations: tuple[RunningAutomation, ...] = ()
    funnel: Funnel | None = None
    feed: tuple[FeedItem, ...] = ()
    first_steps: tuple[FirstStep, ...] = ()  # until the last of them is done
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PaletteItem:
    title: str
    url: str
    icon: str
    kind: Kind = "data"
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaletteGroup:
    title: str
    items: tuple[PaletteItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette(Page):
    """`GET /palette?q=`: the list alone for the dialog, a page of its own where there are no scripts."""

    template: ClassVar[str] = "palette/index.html"
    fragments: ClassVar[Mapping[str, str]] = {"results": "palette/_results.html"}

    query: str
    groups: tuple[PaletteGroup, ...]
