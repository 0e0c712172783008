"""What a definition looks like, the same in JSON, in YAML and on the canvas. Unknown settings are refused, missing ones are not:
a drawing that is not ready yet is still a definition, and `checking` says what it lacks.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag

from domain.calendars.durations import Duration, Offset
from domain.calendars.zones import LocalTime, Weekday
from domain.conditions import Condition
from domain.steps import CONTROL

MOST_NODES = 500
MOST_PATHS = 50

NodeId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Target = NodeId | None
"""Where a line leads; None is the way out."""
Title = Annotated[str, StringConstraints(max_length=200)]
FieldPath = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.]{0,199}$")]


class Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True)


class OpenForm(Form):
    """Says what it is in `kind`; its other settings belong to a plug-in and are judged against the catalogue."""

    model_config = ConfigDict(extra="allow")

    kind: str = Field(min_length=1, max_length=80)

    @property
    def params(self) -> Mapping[str, Any]:
        return self.model_extra or {}


# Nodes


class Node(Form):
    """A box of the drawing, of the kind that its `kind` says. `name` is the marketer's own title."""

    name: Title | None = None

    def targets(self) -> Iterator[tuple[str, Target]]:
        """The lines that leave, in the author's order: where each is written, and where it leads."""
        yield from ()


class Until(Form):
    """Until a time of day, on certain weekdays; or until a date attribute, so much before or after."""

    time: LocalTime | None = None
    weekdays: tuple[Weekday, ...] | None = None
    attribute: FieldPath | None = None
    offset: Offset | None = None


class Wait(Node):
    kind: Literal["wait"] = "wait"
    lasts: Duration | None = Field(default=None, alias="for")
    until: Until | None = None
    next: Target = None

    def targets(self) -> Iterator[tuple[str, Target]]:
        yield "next", self.next


class WaitUntil(Node):
    kind: Literal["wait_until"] = "wait_until"
    until: Condition | None = None
    timeout: Duration | None = None
    next: Target = None
    on_timeout: Target = None

    def targets(self) -> Iterator[tuple[str, Target]]:
        yield "next", self.next
        yield "on_timeout", self.on_timeout


class Path(Form):
    label: Title | None = None
    when: Condition | None = None
    next: Target = None


class Branch(Node):
    """The first path whose condition is true; `else` when none is."""

    kind: Literal["branch"] = "branch"
    paths: tuple[Path, ...] = Field(default=(), max_length=MOST_PATHS)
    otherwise: Target = Field(default=None, alias="else")

    def targets(self) -> Iterator[tuple[str, Target]]:
        yield from ((f"paths[{index}].next", path.next) for index, path in enumerate(self.paths))
        yield "else", self.otherwise


class Share(Form):
    label: Title | None = None
    share: float = Field(default=0, ge=0, le=100, allow_inf_nan=False)
    next: Target = None


class Split(Node):
    """Each contact takes one of the paths by lot, in these shares, and always the same one."""

    kind: Literal["split"] = "split"
    paths: tuple[Share, ...] = Field(default=(), max_length=MOST_PATHS)

    def targets(self) -> Iterator[tuple[str, Target]]:
        yield from ((f"paths[{index}].next", path.next) for index, path in enumerate(self.paths))


class Leave(Node):
    kind: Literal["leave"] = "leave"


class Action(OpenForm, Node):
    """A step of the catalogue, with its settings beside its `kind`."""

    model_config = ConfigDict(extra="allow")

    next: Target = None
    on_failure: Target = None

    @property
    def minds_failure(self) -> bool:
        """`on_failure: null` says that those for whom it fails leave; without it they go on as if nothing had been."""
        return "on_failure" in self.model_fields_set

    def targets(self) -> Iterator[tuple[str, Target]]:
        yield "next", self.next
        if self.minds_failure:
            yield "on_failure", self.on_failure


def _sort(value: Any) -> str:
    kind = value.get("kind") if isinstance(value, Mapping) else getattr(value, "kind", None)
    return f"#{kind}" if isinstance(kind, str) and kind in CONTROL else "#step"


# The tags begin with #, so that nobody takes them for a setting where an error says where it is.
AnyNode = Annotated[
    Annotated[Wait, Tag("#wait")]
    | Annotated[WaitUntil, Tag("#wait_until")]
    | Annotated[Branch, Tag("#branch")]
    | Annotated[Split, Tag("#split")]
    | Annotated[Leave, Tag("#leave")]
    | Annotated[Action, Tag("#step")],
    Discriminator(_sort),
]


# The whole


class TriggerChoice(OpenForm):
    """What lets contacts in, with the trigger's settings beside its `kind`."""


class After(Form):
    """Again, once so much time has passed since the last start."""

    after: Duration


Again = Annotated[
    Annotated[Literal["never", "always"], Tag("#word")] | Annotated[After, Tag("#after")],
    Discriminator(lambda value: "#after" if isinstance(value, Mapping | After) else "#word"),
]


class Entry(Form):
    trigger: TriggerChoice | None = None
    again: Again = "never"
    key: FieldPath | None = None


class Definition(Form):
    entry: Entry = Entry()
    goal: Condition | None = None
    exit_when: Condition | None = None
    start: Target = None
    nodes: dict[NodeId, AnyNode] = Field(default_factory=dict, max_length=MOST_NODES)

    def as_json(self) -> dict[str, Any]:
        """The definition as it was written, ready for JSON or YAML."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)
