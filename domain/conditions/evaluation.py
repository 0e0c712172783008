"""Whether a condition is true of one contact, and why: the evidence follows it clause by clause."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from domain.calendars.zones import window_start
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
from domain.conditions.fields import find
from domain.conditions.values import At, compare
from domain.errors import Invalid
from domain.facts import Facts, Happening
from domain.texts import shown

SUBSCRIBED = "subscribed"
Evidence = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer with its reasons, ready for JSON; true when the answer is."""

    result: bool
    evidence: Evidence = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.result


TRUE = Verdict(True)
FALSE = Verdict(False)


@dataclass(frozen=True, slots=True)
class Question:
    """What stays the same while one condition is looked at. `happening` is what `event.…` means."""

    facts: Facts
    at: At
    since: datetime | None
    happening: Happening | None


def evaluate(condition: Condition, facts: Facts, now: datetime, *, since: datetime | None = None) -> Verdict:
    """Whether `condition` is true of the contact at `now`.

    `since` is for what is waited for: an event clause without `within` then counts only what happened from that instant on,
    and not the event that let the contact in. Outside of a `where`, `event.…` is that event.
    """
    return judge(condition, Question(facts, At(now, facts.zone), since, facts.trigger))


def judge(condition: Condition, question: Question) -> Verdict:
    match condition:
        case AllOf():
            return _group("all", [judge(part, question) for part in condition.all], all)
        case AnyOf():
            return _group("any", [judge(part, question) for part in condition.any], any)
        case Not():
            inner = judge(condition.negated, question)
            return _verdict(not inner.result, "not", of=inner.evidence)
        case FieldClause():
            return _field(condition, question)
        case EventClause():
            return _event(condition, question)
        case TagClause():
            return _verdict(condition.tag in question.facts.contact.tags, "tag", tag=condition.tag)
        case ConsentClause():
            state = question.facts.contact.consent.get(condition.consent)
            return _verdict(state == SUBSCRIBED, "consent", consent=condition.consent, found=state)
        case SegmentClause() | ScoreClause():
            raise unresolved(condition)


def unresolved(clause: SegmentClause | ScoreClause) -> Invalid:
    """`checks.resolve` replaces these by what they stand for before anything is evaluated."""
    what = "segment" if isinstance(clause, SegmentClause) else "score"
    return Invalid(f"A {what} cannot be used in this condition.")


def _verdict(result: bool, kind: str, /, **evidence: Any) -> Verdict:
    return Verdict(result, {"kind": kind, **evidence, "result": result})


def _group(kind: str, parts: list[Verdict], rule: Any) -> Verdict:
    return _verdict(rule(part.result for part in parts), kind, of=[part.evidence for part in parts])


def _field(clause: FieldClause, question: Question) -> Verdict:
    found = find(clause, question.facts, question.happening)
    result = compare(clause.op, found, clause.value, question.at)
    wanted = list(clause.value) if isinstance(clause.value, tuple) else clause.value
    return _verdict(result, "field", field=clause.field, op=clause.op, value=wanted, found=_shown(found))


def _shown(found: Any) -> Any:
    """A value as evidence: JSON, and short."""
    if isinstance(found, datetime):
        return found.isoformat()
    if isinstance(found, str):
        return shown(found, 200)
    return shown(str(found), 200) if isinstance(found, dict | list | tuple) else found


def _event(clause: EventClause, question: Question) -> Verdict:
    start = window_from(clause, question)
    counted = [one for one in question.facts.named(clause.event) if counts(one, clause, question, start)]
    result = reaches(clause.count, len(counted))
    evidence = _verdict(
        result, "event", event=clause.event, count=len(counted), wanted=clause.count.model_dump()
    )
    evidence.evidence["from"] = start.isoformat() if start else None
    evidence.evidence["satisfied_by"] = _named(counted[0]) if counted else None
    return evidence


def window_from(clause: EventClause, question: Question) -> datetime | None:
    """From when on the clause counts; with `within`, what happened at that very instant is out."""
    if clause.within:
        return window_start(question.at.now, clause.within, question.at.zone)
    return question.since


def counts(happening: Happening, clause: EventClause, question: Question, start: datetime | None) -> bool:
    return (
        happening.occurred_at <= question.at.now
        and (start is None or started(happening, clause, question, start))
        and (clause.where is None or judge(clause.where, about(happening, question)).result)
    )


def started(happening: Happening, clause: EventClause, question: Question, start: datetime) -> bool:
    if clause.within:
        return happening.occurred_at > start
    trigger = question.facts.trigger
    return happening.occurred_at >= start and (trigger is None or happening.id != trigger.id)


def about(happening: Happening, question: Question) -> Question:
    return Question(question.facts, question.at, question.since, happening)


def _named(happening: Happening) -> Evidence:
    return {"id": str(happening.id), "name": happening.name, "occurred_at": happening.occurred_at.isoformat()}


def reaches(count: Count, found: int) -> bool:
    match count.op:
        case "is":
            return found == count.value
        case "more_than":
            return found > count.value
        case "at_least":
            return found >= count.value
        case "less_than":
            return found < count.value
        case "at_most":
            return found <= count.value
