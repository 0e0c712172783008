"""A condition as a piece of SQL over `contacts c`, for many people at once; true for whom `evaluate` says so, never null."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.calendars.durations import Duration
from domain.calendars.zones import window_start
from domain.conditions import (
    AllOf,
    AnyOf,
    Condition,
    ConsentClause,
    EventClause,
    FieldClause,
    Not,
    ScoreClause,
    SegmentClause,
    TagClause,
)
from domain.conditions.evaluation import SUBSCRIBED, unresolved
from domain.conditions.fields import CONSENT, STANDARD
from domain.conditions.values import At
from models.conditions.binding import Bindings
from models.conditions.comparing import compare
from models.conditions.operands import NOTHING, Operand, instant_column, json_value, text_column

_COLUMNS: Mapping[str, Operand] = {
    name: instant_column(f"c.{name}") if field.kind == "datetime" else text_column(f"c.{name}")
    for name, field in STANDARD.items()
} | {"id": text_column("c.id::text")}


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of a statement for `sqlalchemy.text`, with its parameters (`k0`, `k1`, …)."""

    text: str
    params: Mapping[str, Any]


def where(
    condition: Condition | None,
    *,
    workspace_id: UUID,
    now: datetime,
    zone: ZoneInfo,
    since: datetime | None = None,
    among: Sequence[UUID] | None = None,
) -> Sql:
    """What stands after `where` in a statement over `contacts c`; no condition is true of everybody.

    `zone` is the workspace's, `since` as for `evaluate`; of `among` if given.
    """
    bindings = Bindings(workspace_id, At(now, zone), since, among)
    text = _clause(condition, bindings, event=None) if condition else "true"
    if among is not None:
        text = f"(c.id = any ({bindings.bind(among, 'uuid[]')}) and {text})"
    return Sql(text, bindings.values)


def _clause(condition: Condition, bindings: Bindings, *, event: str | None) -> str:
    """`event` is the properties of the event that `event.…` means; outside of a `where` there is none."""
    match condition:
        case AllOf():
            return _joined(" and ", condition.all, bindings, event)
        case AnyOf():
            return _joined(" or ", condition.any, bindings, event)
        case Not():
            return f"not {_clause(condition.negated, bindings, event=event)}"
        case FieldClause():
            return f"coalesce({_field(condition, bindings, event)}, false)"
        case EventClause():
            return _event(condition, bindings)
        case TagClause():
            return f"({bindings.bind(condition.tag, 'text')} = any (c.tags))"
        case ConsentClause():
            state = f"c.consent ->> {bindings.bind(condition.consent, 'text')}"
            return f"coalesce({state} = '{SUBSCRIBED}', false)"
        case SegmentClause() | ScoreClause():
            raise unresolved(condition)


def _joined(joint: str, parts: Sequence[Condition], bindings: Bindings, event: str | None) -> str:
    return f"({joint.join(_clause(part, bindings, event=event) for part in parts)})"


def _field(clause: FieldClause, bindings: Bindings, event: str | None) -> str:
    if clause.op == "is_not":
        opposite = clause.model_copy(update={"op": "is"})
        return f"not coalesce({_field(opposite, bindings, event)}, false)"
    if clause.root == "contact" and clause.path[0] in STANDARD and clause.path != ("tags",):
        column = _COLUMNS[clause.path[0]] if len(clause.path) == 1 else NOTHING
        return _compared(clause, column, bindings)
    document = _document(clause, bindings, event)
    if clause.op == "exists":
        return _compared(clause, json_value(document), bindings)
    return _any_entry(clause, document, bindings)


def _compared(clause: FieldClause, operand: Operand, bindings: Bindings) -> str:
    if clause.op == "exists":
        return f"not ({operand.exists})" if clause.value is False else f"({operand.exists})"
    return f"({compare(clause.op, operand, clause.value, bindings)})"


def _document(clause: FieldClause, bindings: Bindings, event: str | None) -> str:
    """Where the value is, as JSON; the names of a path are bound like all that people type."""
    if clause.root == "contact" and clause.path == ("tags",):
        return "to_jsonb(c.tags)"
    if clause.root == "contact":
        kept = clause.path[0] == CONSENT
        source, path = ("c.consent", clause.path[1:]) if kept else ("c.attributes", clause.path)
    else:
        source, path = (event if clause.root == "event" and event else "null::jsonb"), clause.path
    return f"({source} #> {bindings.bind(list(path), 'text[]')})"


def _any_entry(clause: FieldClause, document: str, bindings: Bindings) -> str:
    """A list is asked entry by entry; `contains` wants a whole one."""
    one = _compared(clause, json_value(document), bindings)
    inner = clause.model_copy(update={"op": "is"}) if clause.op == "contains" else clause
    entry = _compared(inner, json_value("entry"), bindings)
    entries = f"exists (select from jsonb_array_elements({document}) as entries (entry) where {entry})"
    return f"case when jsonb_typeof({document}) = 'array' then {entries} else {one} end"


def _event(clause: EventClause, bindings: Bindings) -> str:
    """At least once is a semi-join; a number of times counts per contact what the index on the name gives."""
    count = clause.count
    match count.op:
        case "is" if count.value:
            return _happened(clause, bindings, f"= {count.value}")
        case "at_least" | "more_than":
            least = count.value + (count.op == "more_than")
            return _happened(clause, bindings, f">= {least}") if least else "true"
        case "is" | "at_most" | "less_than":
            most = count.value + (count.op != "less_than")
            return f"not {_happened(clause, bindings, f'>= {most}')}" if most else "false"


def _happened(clause: EventClause, bindings: Bindings, times: str) -> str:
    events = _events(clause, bindings)
    if times == ">= 1":
        return f"exists (select from events e where e.contact_id = c.id and {events})"
    # A `c` of its own inside: the zone of each event's contact is at hand, and all are counted in one go.
    zones = "join contacts c on c.id = e.contact_id" if "c.time_zone" in events else ""
    whose = "is not null" if bindings.among is None else f"= any ({bindings.bind(bindings.among, 'uuid[]')})"
    counted = f"select e.contact_id from events e {zones} where e.contact_id {whose} and {events}"
    return f"(c.id in ({counted} group by e.contact_id having count(*) {times}))"


def _events(clause: EventClause, bindings: Bindings) -> str:
    parts = [
        f"e.workspace_id = {bindings.bind(bindings.workspace_id, 'uuid')}",
        f"e.name = {bindings.bind(clause.event, 'text')}",
        f"e.occurred_at <= {bindings.instant(bindings.at.now)}",
    ]
    if clause.within:
        parts += _window(clause.within, bindings)
    elif bindings.since:
        parts.append(f"e.occurred_at >= {bindings.instant(bindings.since)}")
    if clause.where:
        parts.append(_clause(clause.where, bindings, event="e.properties"))
    return " and ".join(parts)


def _window(span: Duration, bindings: Bindings) -> list[str]:
    """Since when; with months in it that depends on where the contact lives, and an index can only be asked for anywhere."""

    def starts(at: At) -> datetime:
        return window_start(at.now, span, at.zone)

    if not span.by_calendar:
        return [f"e.occurred_at > {bindings.instant(starts(bindings.at))}"]
    anywhere = bindings.instant(bindings.earliest(starts))
    return [f"e.occurred_at > {anywhere}", f"e.occurred_at > {bindings.in_zone(starts)}"]
