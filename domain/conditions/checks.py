"""Reading a condition from outside, and whether it makes sense in this workspace: every problem with the place where it is."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from domain.conditions.clauses import (
    ROOTS,
    AllOf,
    AnyOf,
    Condition,
    FieldClause,
    Not,
    ScoreClause,
    SegmentClause,
    walk,
)
from domain.conditions.fields import CONSENT, STANDARD
from domain.conditions.operators import LABELS, TAKES, FieldKind, Op
from domain.errors import Invalid, Problem, dotted, join

Resolver = Callable[[SegmentClause | ScoreClause], Condition | None]
"""Gives the condition that a segment or a score stands for, or None when there is no such thing."""

_ADAPTER: TypeAdapter[Condition] = TypeAdapter(Condition)
_WORDS: Mapping[str, str] = {
    "string_type": "Write a text here.",
    "string_too_short": "Write at least one character.",
    "string_too_long": "This is too long; at most {max_length} characters are possible.",
    "string_pattern_mismatch": "Use small letters, digits and _ only, like email.",
    "int_type": "Write a whole number here.",
    "greater_than_equal": "It must be {ge} or more.",
    "less_than_equal": "It must be {le} or less.",
    "uuid_parsing": "This is not an id.",
    "uuid_type": "This is not an id.",
}
# What may be asked of a kind beyond what the pages offer for it: a text may hold a date or a figure, as may what an event carries.
_ALSO: Mapping[FieldKind, frozenset[Op]] = {
    "text": frozenset(TAKES),
    "choice": frozenset({"contains", "starts_with", "ends_with"}),
    "boolean": frozenset({"is_not", "in"}),
    "list": frozenset({"is", "is_not", "starts_with", "ends_with"}),
    "date": frozenset({"in"}),
    "datetime": frozenset({"in"}),
}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a condition may speak of here. `attributes` are the workspace's fields with their kinds; None takes any name.

    `roots` are `contact`, in triggers also `event`, inside an automation also `data`.
    """

    attributes: Mapping[str, FieldKind] | None = None
    roots: frozenset[str] = frozenset(ROOTS)
    resolver: Resolver | None = None


ANYTHING = Vocabulary()


def parse(document: object, path: str = "") -> Condition:
    """Read a condition, or raise `Invalid` with all that is wrong; `path` is where it stands in what holds it."""
    try:
        return _ADAPTER.validate_python(document)
    except ValidationError as error:
        problems = [Problem(join(path, dotted(one["loc"])), _message(one)) for one in error.errors()]
        raise Invalid(problems=problems) from None


def _message(error: Any) -> str:
    words = _WORDS.get(error["type"])
    return words.format_map(error.get("ctx", {})) if words else error["msg"]


def dump(condition: Condition) -> dict[str, Any]:
    """The document that was read, for JSON and YAML."""
    return condition.model_dump(mode="json", by_alias=True, exclude_unset=True)


def schema() -> dict[str, Any]:
    """JSON Schema of the language."""
    return _ADAPTER.json_schema()


def check(condition: Condition, vocabulary: Vocabulary = ANYTHING, *, path: str = "") -> list[Problem]:
    """What makes no sense in this workspace, though it is well written."""
    return [
        Problem(join(path, join(where, part)), message)
        for where, clause in walk(condition)
        for part, message in _problems(clause, vocabulary, inside_event=_inside_event(where))
    ]


def _inside_event(where: str) -> bool:
    return "where" in where.split(".")


def _problems(clause: Condition, vocabulary: Vocabulary, *, inside_event: bool) -> Iterator[tuple[str, str]]:
    match clause:
        case FieldClause() if not inside_event:
            yield from _field_problems(clause, vocabulary)
        case SegmentClause():
            yield from _resolved(clause, vocabulary, "segment_id", "segment")
        case ScoreClause():
            yield from _resolved(clause, vocabulary, "score", "score")
        case _:
            pass


def _resolved(
    clause: SegmentClause | ScoreClause, vocabulary: Vocabulary, part: str, what: str
) -> Iterator[tuple[str, str]]:
    if vocabulary.resolver is None:
        yield part, f"A {what} cannot be used here. Ask for fields, events, tags or consent instead."
    elif vocabulary.resolver(clause) is None:
        yield part, f"There is no such {what} in this workspace."


def _field_problems(clause: FieldClause, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    if clause.root not in vocabulary.roots:
        yield (
            "field",
            f"`{clause.field}` cannot be asked for here; there is no {_ROOT_WORDS[clause.root]} to look at.",
        )
    if clause.root != "contact" or clause.path[0] == CONSENT:
        return
    kind = _kind(clause, vocabulary)
    if kind is None:
        yield (
            "field",
            f"Contacts have no field `{clause.path[0]}`. Add it under Settings, or check its spelling.",
        )
    elif clause.op not in _allowed(kind):
        offered = ", ".join(op for op, _ in LABELS[kind])
        yield "op", f"`{clause.op}` does not suit `{clause.field}`, which is a {kind}; use one of {offered}."


_ROOT_WORDS = {"contact": "contact", "event": "single event", "data": "answer of an earlier step"}


def _kind(clause: FieldClause, vocabulary: Vocabulary) -> FieldKind | None:
    name = clause.path[0]
    if standard := STANDARD.get(name):
        return standard.kind
    return "text" if vocabulary.attributes is None else vocabulary.attributes.get(name)


def _allowed(kind: FieldKind) -> frozenset[str]:
    return frozenset[str](op for op, _ in LABELS[kind]) | _ALSO.get(kind, frozenset())


def resolve(condition: Condition, resolver: Resolver) -> Condition:
    """The same condition with segments and scores replaced by what they stand for; the one place for those to come in."""
    match condition:
        case AllOf():
            return AllOf(all=tuple(resolve(part, resolver) for part in condition.all))
        case AnyOf():
            return AnyOf(any=tuple(resolve(part, resolver) for part in condition.any))
        case Not():
            return Not.model_validate({"not": resolve(condition.negated, resolver)})
        case SegmentClause() | ScoreClause():
            found = resolver(condition)
            if found is None:
                raise Invalid("This condition asks for a segment or score that does not exist any more.")
            return resolve(found, resolver)
        case _:
            return condition
