"""The catalogue of steps: what an action box of an automation can do. One file each, found by folder (docs/steps.md).

A data step is a pure function from its settings and the facts to what should change. An effect step acts on the world
outside: its file has the coroutine that performs it, or declares a channel whose own loop does (as for e-mail). Every
effect step goes through the ledger: reserved once under a send key, performed in one attempt, observed until it is known.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar, cast, get_type_hints, runtime_checkable
from uuid import UUID

from pydantic import BaseModel, ConfigDict, model_validator

from domain.facts import Facts
from domain.sending import Topic

Scalar = str | int | float | bool | None
RESERVED = frozenset({"kind", "name", "next", "on_failure"})
"""What a node says beside the settings of its step; no setting may have one of these names."""


class Params(BaseModel):
    """The settings of a step or trigger. Each field's description, title and `x-widget` draw its form on the canvas."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _blank_is_default(cls, given: Any) -> Any:
        """A field that was emptied in a form counts as one that was never filled in."""
        if not isinstance(given, dict):
            return given
        return {
            name: value
            for name, value in cast("dict[str, Any]", given).items()
            if not cls._blank(name, value)
        }

    @classmethod
    def _blank(cls, name: str, value: Any) -> bool:
        field = cls.model_fields.get(name)
        return value in ("", None) and field is not None and not field.is_required()


# What a data step asks for


@dataclass(frozen=True, slots=True)
class AddTag:
    tag: str


@dataclass(frozen=True, slots=True)
class RemoveTag:
    tag: str


@dataclass(frozen=True, slots=True)
class SetAttribute:
    name: str
    value: Scalar


@dataclass(frozen=True, slots=True)
class Keep:
    """Put an answer into the data of the passage, where later steps read it as `data.<name>`."""

    name: str
    value: Any


Change = AddTag | RemoveTag | SetAttribute | Keep
Changes = tuple[Change, ...]


def changed(facts: Facts, change: Change) -> Facts:
    """The facts as the next step of the same run must see them."""
    match change:
        case AddTag(tag):
            return facts.tagged(tag)
        case RemoveTag(tag):
            return facts.untagged(tag)
        case SetAttribute(name, value):
            return facts.with_attribute(name, value)
        case Keep(name, value):
            return facts.with_data(name, value)


# What came of performing an effect step


@dataclass(frozen=True, slots=True)
class Sent:
    """It has happened. `result` is kept with the message, and for a later step if this one says so."""

    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """It has not happened and will not: the other side said no."""

    reason: str


@dataclass(frozen=True, slots=True)
class Later:
    """It has certainly not happened, and may be tried again; `after` None leaves it to the loop how soon."""

    reason: str
    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have happened. It is looked into, never blindly repeated."""

    reason: str


Performed = Sent | Refused | Later | Unknown
Settled = Sent | Refused


class NotSent(Exception):  # noqa: N818 -- named as the sentence that it is
    """The request failed before a byte of it left this machine. `permanent`: it would every time."""

    def __init__(self, message: str = "", *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class NoAnswer(Exception):  # noqa: N818
    """The request left, and what became of it is not known."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Http(Protocol):
    """The outgoing HTTP client: guarded against private addresses, with time-outs, following no redirects."""

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None
    ) -> HttpAnswer:
        """Raises `NotSent` or `NoAnswer`."""
        ...


@dataclass(frozen=True, slots=True)
class StepContext:
    """What a performer may use. `send_key` is the same in every attempt: hand it on as the vendor's idempotency key."""

    workspace_id: UUID
    contact_id: UUID
    send_key: str
    now: datetime
    facts: Facts
    render: Callable[[str], str]
    http: Http


P = TypeVar("P", bound=Params)
DataStep = Callable[[P, Facts], Changes]
Performer = Callable[[StepContext, P], Awaitable[Performed]]


@runtime_checkable
class Addressed(Protocol):
    """Settings of a step that writes to a person: the gate asks them for the topic and for how late is too late."""

    topic: Topic
    not_after: Any


@runtime_checkable
class Answering(Protocol):
    """Settings of a step whose answer can be kept; while it is awaited the contact stays at the step."""

    save_as: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of the catalogue. `change` is there for a data step, `channel` for an effect step."""

    kind: str
    title: str
    help: str
    group: str
    icon: str
    summary: str
    params: type[Params]
    sample: Mapping[str, Any]
    change: DataStep[Any] | None = None
    channel: str | None = None
    perform: Performer[Any] | None = None

    @property
    def answers(self) -> bool:
        """Whether a contact can wait at it for what comes of it: then `on_failure` may say where to go."""
        return "save_as" in self.params.model_fields


STEPS: dict[str, Step] = {}
CONTROL: frozenset[str] = frozenset({"wait", "wait_until", "branch", "split", "leave"})

Declared = TypeVar("Declared", bound=Callable[..., Any])


def step(
    kind: str,
    *,
    title: str,
    help: str,  # noqa: A002 -- the name that the catalogue gives it
    group: str,
    icon: str,
    sample: Mapping[str, Any],
    summary: str = "",
    channel: str | None = None,
    registry: dict[str, Step] | None = None,
) -> Callable[[Declared], Declared]:
    """Put a step into the catalogue. What is decorated says which sort it is:

    - a function `(params, facts) -> Changes`: a data step, pure;
    - a coroutine `(context, params) -> Performed`, with a channel: an effect step;
    - a `Params` class, with a channel: an effect step that the channel's own loop performs.

    The canvas groups steps by `group` (Messages, Timing, Logic, Data, or a new one) and says what a box does by `summary`,
    a sentence with settings in it: "In {room}: {text}".
    """

    def register(declared: Declared) -> Declared:
        steps = STEPS if registry is None else registry
        if kind in steps or kind in CONTROL:
            raise ValueError(f"two steps are called {kind!r}")
        found = _sort(declared, channel)
        _check(kind, found["params"], sample)
        steps[kind] = Step(kind, title, help, group, icon, summary, sample=sample, **found)
        return declared

    return register


def _sort(declared: Any, channel: str | None) -> dict[str, Any]:
    if isinstance(declared, type):
        found: dict[str, Any] = {"params": declared, "channel": channel}
    else:
        role, place = ("perform", 1) if inspect.iscoroutinefunction(declared) else ("change", 0)
        found = {"params": _annotation(declared, place), "channel": channel, role: declared}
    if ("change" in found) == (channel is not None):
        raise TypeError("a step has a channel if it acts on the world outside, and only then")
    return found


def _annotation(declared: Callable[..., Any], place: int) -> Any:
    names = list(inspect.signature(declared).parameters)
    return get_type_hints(declared).get(names[place]) if len(names) > place else None


def _check(kind: str, params: Any, sample: Mapping[str, Any]) -> None:
    """Faults of a step file show when it is loaded, not when the first contact gets there."""
    if not (isinstance(params, type) and issubclass(params, Params)):
        raise TypeError(f"the settings of step {kind!r} must be a class derived from Params")
    if taken := RESERVED & params.model_fields.keys():
        raise TypeError(f"step {kind!r} cannot have settings called {', '.join(sorted(taken))}")
    params.model_validate(sample)


async def attempt(step: Step, context: StepContext, params: Params) -> Performed:
    """One attempt at an effect step, with what the client says about the line turned into what the ledger knows."""
    if step.perform is None:
        raise TypeError(f"{step.kind} is performed by the loop of its channel")
    try:
        return await step.perform(context, params)
    except NotSent as error:
        return Refused(str(error)) if error.permanent else Later(str(error))
    except NoAnswer as error:
        return Unknown(str(error))
