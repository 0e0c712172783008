"""What automations do to many contacts of many workspaces at once: one statement each, and the events of those it changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import orjson

from core.db import Db, fetch
from domain.custom_fields import Value, undeclared
from models import custom_fields, events
from models.events import NewEvent


@dataclass(frozen=True, slots=True)
class Tagged:
    """One contact and one tag, given or taken away. `because` goes into the event: the automation, the node."""

    workspace_id: UUID
    contact_id: UUID
    tag: str
    at: datetime
    because: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class AttributeSet:
    """One contact and one attribute; None removes it."""

    workspace_id: UUID
    contact_id: UUID
    name: str
    value: Value | None
    at: datetime
    because: Mapping[str, Any] = field(default_factory=dict[str, Any])


# An UPDATE that needs none of the table's generated columns makes Postgres 18 parse their expressions anew for each row,
# which costs more than the row itself: `consent` is written as it is, because the column made of it is cheap.
# Rows are locked in the order of their ids, as every writer does: two batches cannot wait for each other.
_TAGS = """
with said as (
    select contact_id, array_agg(distinct tag) as tags, max(at) as at
    from unnest(%s::uuid[], %s::text[], %s::timestamptz[]) s(contact_id, tag, at) group by contact_id
), locked as materialized (
    select c.id, s.tags, s.at from said s join contacts c on c.id = s.contact_id order by c.id for no key update of c
)
"""
_TAG = f"""{_TAGS}
update contacts c set updated_at = s.at, consent = c.consent,
    tags = c.tags || array(select t from unnest(s.tags) t where t <> all(c.tags))
from locked s where c.id = s.id and not c.tags @> s.tags
returning c.id, old.tags
"""
_UNTAG = f"""{_TAGS}
update contacts c set updated_at = s.at, consent = c.consent,
    tags = array(select t from unnest(c.tags) with ordinality as u(t, n) where t <> all(s.tags) order by n)
from locked s where c.id = s.id and c.tags && s.tags
returning c.id, old.tags
"""
_SET = """
with said as (
    select contact_id, jsonb_object_agg(name, value) as attributes, max(at) as at
    from unnest(%s::uuid[], %s::text[], %s::jsonb[], %s::timestamptz[]) s(contact_id, name, value, at) group by contact_id
), locked as materialized (
    select c.id, s.attributes, s.at from said s join contacts c on c.id = s.contact_id order by c.id for no key update of c
)
update contacts c set updated_at = s.at, consent = c.consent,
    attributes = jsonb_strip_nulls(c.attributes || s.attributes)
from locked s where c.id = s.id and c.attributes is distinct from jsonb_strip_nulls(c.attributes || s.attributes)
returning c.id, old.attributes
"""


async def tag(db: Db, wanted: Sequence[Tagged], *, source: str = "automation") -> set[UUID]:
    """Give tags; the contacts that did not have theirs yet."""
    had = await _retag(db, _TAG, wanted)
    new = [one for one in _once(wanted) if one.contact_id in had and one.tag not in had[one.contact_id]]
    await _append(db, [_tagging("contact.tag_added", one, source) for one in new])
    return set(had)


async def untag(db: Db, wanted: Sequence[Tagged], *, source: str = "automation") -> set[UUID]:
    """Take tags away; the contacts that had theirs."""
    had = await _retag(db, _UNTAG, wanted)
    gone = [one for one in _once(wanted) if one.tag in had.get(one.contact_id, ())]
    await _append(db, [_tagging("contact.tag_removed", one, source) for one in gone])
    return set(had)


async def set_attributes(db: Db, wanted: Sequence[AttributeSet], *, source: str = "automation") -> set[UUID]:
    """Set attributes, defining the fields that are new; the contacts for whom something changed."""
    if not wanted:
        return set()
    last = {(one.contact_id, one.name): one for one in wanted}
    await _define(db, list(last.values()))
    rows = await fetch(
        db,
        _SET,
        (
            [one.contact_id for one in last.values()],
            [one.name for one in last.values()],
            [orjson.dumps(one.value).decode() for one in last.values()],
            [one.at for one in last.values()],
        ),
    )
    had: dict[UUID, Mapping[str, Any]] = dict(rows)
    changed = [
        one
        for one in last.values()
        if one.contact_id in had and had[one.contact_id].get(one.name) != one.value
    ]
    await _append(db, [_setting(one, had[one.contact_id].get(one.name), source) for one in changed])
    return set(had)


async def _define(db: Db, wanted: Sequence[AttributeSet]) -> None:
    for workspace_id in sorted({one.workspace_id for one in wanted}):
        of_workspace = [one for one in wanted if one.workspace_id == workspace_id]
        new = undeclared({one.name: one.value for one in of_workspace}, {})
        await custom_fields.define(db, workspace_id, new, at=max(one.at for one in of_workspace))


async def _retag(db: Db, statement: LiteralString, wanted: Sequence[Tagged]) -> dict[UUID, Sequence[str]]:
    if not wanted:
        return {}
    columns = ([one.contact_id for one in wanted], [one.tag for one in wanted], [one.at for one in wanted])
    rows = await fetch(db, statement, columns)
    return dict(rows)


def _once(wanted: Sequence[Tagged]) -> list[Tagged]:
    return list({(one.contact_id, one.tag): one for one in wanted}.values())


def _tagging(name: str, one: Tagged, source: str) -> NewEvent:
    return NewEvent(one.workspace_id, name, one.contact_id, one.at, {"tag": one.tag, **one.because}, source)


def _setting(one: AttributeSet, before: Value | None, source: str) -> NewEvent:
    properties = {"changed": {one.name: {"from": before, "to": one.value}}, **one.because}
    return NewEvent(one.workspace_id, "contact.updated", one.contact_id, one.at, properties, source)


async def _append(db: Db, happened: Sequence[NewEvent]) -> None:
    """By the time of their workspaces, which is one in most batches."""
    for at in sorted({one.occurred_at for one in happened}):
        await events.append(db, [one for one in happened if one.occurred_at == at], recorded_at=at)
