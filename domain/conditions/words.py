"""A condition in plain English, for the outline of an automation, for segments and for "why"."""

from collections.abc import Mapping
from datetime import datetime

from domain.calendars.durations import Duration, Offset
from domain.calendars.words import duration_words, listed, offset_words
from domain.calendars.zones import read_moment
from domain.conditions.clauses import (
    AllOf,
    AnyOf,
    Condition,
    ConsentClause,
    Count,
    EventClause,
    FieldClause,
    Not,
    ScoreClause,
    SegmentClause,
    TagClause,
)
from domain.conditions.fields import CONSENT, STANDARD
from domain.conditions.operators import CountOp, Op, Value

Labels = Mapping[str, str]
"""What a workspace calls its own fields: `renews_on` → `Renewal date`."""

_PHRASES: Mapping[Op, tuple[str, str]] = {
    "is": ("is", "is not"),
    "is_not": ("is not", "is"),
    "in": ("is", "is not"),
    "contains": ("contains", "does not contain"),
    "starts_with": ("starts with", "does not start with"),
    "ends_with": ("ends with", "does not end with"),
    "more_than": ("is more than", "is not more than"),
    "at_least": ("is at least", "is not at least"),
    "less_than": ("is less than", "is not less than"),
    "at_most": ("is at most", "is not at most"),
    "before": ("is before", "is not before"),
    "after": ("is after", "is not after"),
    "within_last": ("was within the last", "was not within the last"),
    "within_next": ("is within the next", "is not within the next"),
}
_COUNTS: Mapping[CountOp, str] = {
    "is": "exactly {n}",
    "more_than": "more than {n}",
    "at_least": "at least {n}",
    "less_than": "fewer than {n}",
    "at_most": "at most {n}",
}


def words(condition: Condition, labels: Labels | None = None) -> str:
    """`the country is DE and order.placed happened within the last 30 days`."""
    return _words(condition, labels or {}, negated=False)


def _words(condition: Condition, labels: Labels, *, negated: bool) -> str:
    match condition:
        case AllOf():
            return _joined(condition.all, "and", labels, negated=negated)
        case AnyOf():
            return _joined(condition.any, "or", labels, negated=negated)
        case Not():
            return _words(condition.negated, labels, negated=not negated)
        case FieldClause():
            return _field(condition, labels, negated=negated)
        case EventClause():
            return _event(condition, labels, negated=negated)
        case TagClause():
            return f"{'does not have' if negated else 'has'} the tag {condition.tag}"
        case ConsentClause():
            return f"{'has not agreed' if negated else 'has agreed'} to {condition.consent}"
        case SegmentClause():
            return f"is {'not ' if negated else ''}in the segment {condition.segment_id}"
        case ScoreClause():
            score = f"{condition.score.op.replace('_', ' ')} {condition.score.value}"
            return f"the score is {'not ' if negated else ''}{score}"


def _joined(parts: tuple[Condition, ...], joint: str, labels: Labels, *, negated: bool) -> str:
    if len(parts) == 1:
        return _words(parts[0], labels, negated=negated)
    if negated:  # not (a and b): said of the whole, so that nobody has to know De Morgan
        return f"not ({_joined(parts, joint, labels, negated=False)})"
    return listed([_bracketed(part, labels) for part in parts], joint)


def _bracketed(part: Condition, labels: Labels) -> str:
    inner = part.all if isinstance(part, AllOf) else part.any if isinstance(part, AnyOf) else ()
    text = _words(part, labels, negated=False)
    return f"({text})" if len(inner) > 1 else text


def _field(clause: FieldClause, labels: Labels, *, negated: bool) -> str:
    subject = field_words(clause.field, labels)
    if clause.op == "exists":
        return f"{subject} is {'known' if negated is (clause.value is False) else 'not known'}"
    if clause.op == "anniversary":
        is_it = "is not" if negated else "is"
        what = f"the anniversary of {subject}"
        if clause.value is None:
            return f"today {is_it} {what}"
        return f"today {is_it} {offset_words(Offset.parse(str(clause.value)), what).removeprefix('on ')}"
    return f"{subject} {_PHRASES[clause.op][negated]} {_value(clause.op, clause.value)}"


def field_words(field: str, labels: Labels | None = None) -> str:
    """`contact.first_name` → `the first name`; a property of an event by its path."""
    root, _, path = field.partition(".")
    name = path.split(".")[0]
    if root == "event":
        return f"the event's {path}"
    if root == "data":
        return f"the answer {path}"
    if name == CONSENT:
        return f"the consent to {path.partition('.')[2]}"
    if name in STANDARD:
        return "the time it was added" if name == "created_at" else f"the {STANDARD[name].label.lower()}"
    return f"the {(labels or {}).get(path) or path.replace('_', ' ')}"


def _value(op: Op, value: Value) -> str:
    if op in ("within_last", "within_next"):
        return duration_words(Duration.parse(str(value)))
    if isinstance(value, tuple):
        return listed([_scalar(one) for one in value], "or")
    return _scalar(value)


def _scalar(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,}" if isinstance(value, int) else f"{value:,.10g}"
    moment = read_moment(value)
    if isinstance(moment, datetime):
        return f"{moment:%-d %B %Y %H:%M} UTC"
    return f"{moment:%-d %B %Y}" if moment else f"“{value}”"


def _event(clause: EventClause, labels: Labels, *, negated: bool) -> str:
    how_often = _times(clause.count, negated=negated)
    window = f" within the last {duration_words(clause.within)}" if clause.within else ""
    where = f", where {words(clause.where, labels)}" if clause.where else ""
    return f"{clause.event} {how_often}{window}{where}"


def _times(count: Count, *, negated: bool) -> str:
    never = (count.op in ("is", "at_most") and count.value == 0) or (
        count.op == "less_than" and count.value == 1
    )
    once = (count.op == "at_least" and count.value == 1) or (count.op == "more_than" and count.value == 0)
    if never or once:
        return "has happened" if once is not negated else "has not happened"
    often = f"{_COUNTS[count.op].format(n=count.value)} time{'' if count.value == 1 else 's'}"
    return f"has {'not ' if negated else ''}happened {often}"
