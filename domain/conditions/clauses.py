"""What a condition looks like: the same frozen clauses in triggers, branches, segments, scores and goals.

A clause is known by the key it has: `{all: […]}`, `{any: […]}`, `{not: …}`, `{field, op, value}`, `{event, where, count,
within}`, `{tag}`, `{consent}`, `{segment_id}`, `{score}`. `docs/conditions.md` has each with an example.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, cast
from uuid import UUID

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from domain.calendars.durations import Duration
from domain.conditions import operators
from domain.conditions.operators import Op, Value
from domain.texts import shown

MOST_DEPTH = 10
MOST_CLAUSES = 200
MOST_COUNT = 999
"""Of each contact and event name the newest thousand are looked at, so more cannot be asked for."""

ROOTS = ("contact", "event", "data")
"""What a field can be of: the contact, the event that is looked at, the answers that earlier steps kept."""


def _fault(message: str) -> PydanticCustomError:
    return PydanticCustomError("condition", "{reason}", {"reason": message})


def _usable(text: str) -> str:
    if "\x00" in text or not text.isprintable():
        raise _fault("There is a character in this text that cannot be read. Type it again without it.")
    return text


def _read_path(value: object) -> object:
    parts = value.split(".") if isinstance(value, str) else []
    if len(parts) < 2 or parts[0] not in ROOTS or not all(part and part == part.strip() for part in parts):
        raise _fault(
            f"`{shown(str(value))}` is not a field. Write it like contact.country, or event.plan for what an event carries."
        )
    return value


FieldPath = Annotated[
    str, StringConstraints(max_length=200), BeforeValidator(_usable), BeforeValidator(_read_path)
]
Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200),
    BeforeValidator(lambda v: _usable(v) if isinstance(v, str) else v),
]
Channel = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


def _read_list(value: object) -> object:
    if not isinstance(value, list | tuple) or not value:
        raise _fault("List at least one condition here: [{tag: vip}, …].")
    return cast("object", value)


Parts = Annotated[
    "tuple[Condition, ...]", BeforeValidator(_read_list), Field(json_schema_extra={"minItems": 1})
]


class Clause(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", serialize_by_alias=True, validate_by_name=True, validate_by_alias=True
    )

    def parts(self) -> "Iterator[tuple[str, Condition]]":
        """The clauses inside, each with where it is written."""
        yield from ()


class AllOf(Clause):
    all: Parts = Field(description="Every one of these is true.")

    def parts(self) -> "Iterator[tuple[str, Condition]]":
        return ((f"all[{index}]", part) for index, part in enumerate(self.all))


class AnyOf(Clause):
    any: Parts = Field(description="At least one of these is true.")

    def parts(self) -> "Iterator[tuple[str, Condition]]":
        return ((f"any[{index}]", part) for index, part in enumerate(self.any))


class Not(Clause):
    negated: "Condition" = Field(alias="not", description="This is not true.")

    def parts(self) -> "Iterator[tuple[str, Condition]]":
        yield "not", self.negated


class FieldClause(Clause):
    """`contact.<field>`, in triggers and `where` also `event.<property>`, in branches also `data.<kept answer>`."""

    field: FieldPath = Field(examples=["contact.country"])
    op: Annotated[Op, BeforeValidator(operators.read_op)]
    value: Value = Field(default=None, validate_default=True)

    @field_validator("value", mode="before")
    @classmethod
    def _fit(cls, value: object, info: Any) -> object:
        return operators.read_value(info.data["op"], value) if "op" in info.data else None

    @property
    def root(self) -> str:
        return self.field.partition(".")[0]

    @cached_property
    def path(self) -> tuple[str, ...]:
        """The way to the value, from the contact or the event on."""
        return tuple(self.field.split(".")[1:])


class Count(Clause):
    op: Annotated[operators.CountOp, BeforeValidator(operators.read_count_op)] = "at_least"
    value: int = Field(default=1, ge=0, le=MOST_COUNT, strict=True)


ONCE = Count()


class EventClause(Clause):
    """How often the contact did something: at least once, unless `count` says otherwise; ever, unless `within` does."""

    event: Name = Field(examples=["order.placed"])
    where: "Condition | None" = Field(
        default=None, description="Which of these events count; fields are event.<property>."
    )
    count: Count = ONCE
    within: Duration | None = None

    @field_validator("where")
    @classmethod
    def _about_the_event(cls, where: "Condition | None") -> "Condition | None":
        for _, clause in walk(where) if where else ():
            if isinstance(clause, FieldClause) and clause.root != "event":
                raise _fault(f"`{clause.field}` is not of the event; put it beside the event, in an `all`.")
            if not isinstance(clause, AllOf | AnyOf | Not | FieldClause):
                raise _fault(
                    "Only fields of the event can be asked for here; put the rest beside it, in an `all`."
                )
        return where

    def parts(self) -> "Iterator[tuple[str, Condition]]":
        if self.where:
            yield "where", self.where


class TagClause(Clause):
    tag: Name


class ConsentClause(Clause):
    """The contact has agreed to messages by this channel."""

    consent: Channel = Field(examples=["email"])


class SegmentClause(Clause):
    segment_id: UUID


class Score(Clause):
    op: Annotated[operators.CountOp, BeforeValidator(operators.read_count_op)] = "at_least"
    value: int


class ScoreClause(Clause):
    score: Score


_KINDS: Mapping[str, type[Clause]] = {
    "all": AllOf,
    "any": AnyOf,
    "not": Not,
    "field": FieldClause,
    "event": EventClause,
    "tag": TagClause,
    "consent": ConsentClause,
    "segment_id": SegmentClause,
    "score": ScoreClause,
}


def _read(value: object) -> object:
    """Find by its key which clause this is; what does not fit is said once, and about that clause."""
    if isinstance(value, Clause):
        return value
    if not isinstance(value, Mapping):
        raise _fault(f"A condition is an object with one of {', '.join(_KINDS)}.")
    document = cast("Mapping[str, object]", value)
    _check_size(document)
    kind = _KINDS[_kind(document)]
    _check_keys(document, kind)
    return kind.model_validate(document)


def _kind(document: Mapping[str, object]) -> str:
    found = [key for key in document if key in _KINDS]
    if not found:
        raise _fault(f"Say what to check: one of {', '.join(_KINDS)}.")
    if len(found) > 1:
        raise _fault(
            f"This mixes {' and '.join(f'`{key}`' for key in found)}. Put each on its own, inside an `all` or `any`."
        )
    return found[0]


def _check_keys(document: Mapping[str, object], kind: type[Clause]) -> None:
    known = {field.alias or name: field for name, field in kind.model_fields.items()}
    missing = [name for name, field in known.items() if field.is_required() and name not in document]
    faults = {
        shown(str(key)): f"There is no such part here; use {', '.join(known)}."
        for key in document
        if key not in known
    }
    faults |= {name: f"`{name}` is needed here." for name in missing}
    if faults:
        lines = [
            InitErrorDetails(type=_fault(words), loc=(key,), input=None) for key, words in faults.items()
        ]
        raise ValidationError.from_exception_data("Condition", lines)


def _check_size(document: Mapping[str, object]) -> None:
    """Before anything is read, so that a hostile document costs nothing."""
    level: list[object] = [document]
    depth = seen = 0
    while level:
        depth, seen = depth + 1, seen + len(level)
        if depth > MOST_DEPTH:
            raise _fault(f"This is nested too deeply; at most {MOST_DEPTH} levels are possible.")
        if seen > MOST_CLAUSES:
            raise _fault(
                f"This is too long; at most {MOST_CLAUSES} clauses are possible. Use a segment for part of it."
            )
        level = [inner for outer in level if isinstance(outer, Mapping) for inner in _inside(outer)]


def _inside(document: Mapping[str, object]) -> Iterator[object]:
    for key in "all", "any", "not", "where":
        inner = document.get(key)
        yield from inner if isinstance(inner, list | tuple) else [inner] if isinstance(inner, Mapping) else []


Condition = Annotated[
    AllOf | AnyOf | Not | FieldClause | EventClause | TagClause | ConsentClause | SegmentClause | ScoreClause,
    BeforeValidator(_read),
    Field(json_schema_extra={"x-widget": "condition"}),
]

for _clause in AllOf, AnyOf, Not, EventClause:
    _clause.model_rebuild()


def walk(condition: Condition, path: str = "") -> Iterator[tuple[str, Condition]]:
    """The clause and all inside it, each with where it is written (`all[1].not`)."""
    yield path, condition
    for step, part in condition.parts():
        yield from walk(part, f"{path}.{step}" if path else step)
