"""Enrolments: one contact's passage through a version; cohorts: those of one automation that wake together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

from psycopg.sql import SQL, Composed, Identifier
from psycopg.types.json import Jsonb
from sqlalchemy import Index, UniqueConstraint, text

from core.db import Db, execute, fetch
from domain.entries import Earlier
from models.base import Instant, Owned, belongs_to, instant, json


class Cohort(Owned, table=True):
    """One `CohortWorkflow`: open while anybody is parked in it. As a rule there is one for a bucket.

    Nobody in it wakes before `wakes_at`: until then it is not looked at.
    """

    __table_args__ = (
        Index("cohorts_open_bucket", "automation_id", "bucket", postgresql_where=text("open")),
        Index("cohorts_due", "wakes_at", postgresql_where=text("open")),
    )

    automation_id: UUID = belongs_to("automations")
    bucket: str
    open: bool = True
    wakes_at: Instant = instant()


class Enrolment(Owned, table=True):
    """`node` is where the contact stands, `wake_at` when to look again, `awaits` the message whose outcome it waits for."""

    __table_args__ = (
        UniqueConstraint("automation_id", "contact_id", "entry_key"),
        Index("enrolments_inside", "contact_id", postgresql_where=text("ended_at is null")),
        Index("enrolments_due", "cohort_id", "wake_at", postgresql_where=text("ended_at is null")),
        Index("enrolments_at_node", "automation_id", "node", postgresql_where=text("ended_at is null")),
        Index("enrolments_history", "automation_id", "started_at"),
    )

    automation_id: UUID = belongs_to("automations")
    version_id: UUID = belongs_to("automation_versions")
    contact_id: UUID = belongs_to("contacts")
    entry_key: str
    trigger_event_id: UUID | None = None
    node: str | None = None
    entered_node_at: Instant | None = instant(default=None)
    wake_at: Instant | None = instant(default=None)
    cohort_id: UUID | None = None
    awaits: UUID | None = None
    hop: int = 0
    data: dict[str, Any] = json(
        default_factory=dict
    )  # the trigger event's properties, answers that were kept
    started_at: Instant = instant()
    ended_at: Instant | None = instant(default=None)
    outcome: str | None = None  # finished | goal | exit | failed | removed


class Trail(Owned, table=True):
    """What one run of the kernel decided and why: one row, with its list of steps."""

    __table_args__ = (Index("trails_enrolment", "enrolment_id", "id"),)

    enrolment_id: UUID = belongs_to("enrolments")
    at: Instant = instant()
    steps: list[dict[str, Any]] = json(empty="[]")


class Placed(NamedTuple):
    """Where the kernel left an enrolment: the row as it shall be."""

    id: UUID
    workspace_id: UUID
    automation_id: UUID
    version_id: UUID
    contact_id: UUID
    entry_key: str
    trigger_event_id: UUID | None
    node: str | None
    entered_node_at: datetime | None
    wake_at: datetime | None
    cohort_id: UUID | None
    awaits: UUID | None
    hop: int
    data: Mapping[str, Any]
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None


_TYPES: Mapping[str, LiteralString] = {
    "id": "uuid", "workspace_id": "uuid", "automation_id": "uuid", "version_id": "uuid", "contact_id": "uuid",
    "entry_key": "text", "trigger_event_id": "uuid", "node": "text", "entered_node_at": "timestamptz",
    "wake_at": "timestamptz", "cohort_id": "uuid", "awaits": "uuid", "hop": "int", "data": "jsonb",
    "started_at": "timestamptz", "ended_at": "timestamptz", "outcome": "text",
}  # fmt: skip
_MOVED = (
    "id", "version_id", "node", "entered_node_at", "wake_at", "cohort_id", "awaits", "hop", "data", "ended_at", "outcome",
)  # fmt: skip


def _names(columns: Iterable[str]) -> Composed:
    return SQL(", ").join(map(Identifier, columns))


def _unnest(columns: Iterable[str]) -> Composed:
    return SQL(", ").join(SQL("%s::") + SQL(_TYPES[name]) + SQL("[]") for name in columns)


_INSERT = SQL(
    "insert into enrolments ({}) select * from unnest({})"
    " on conflict (automation_id, contact_id, entry_key) do nothing returning id"
).format(_names(_TYPES), _unnest(_TYPES))
_UPDATE = SQL("update enrolments e set {} from unnest({}) p({}) where e.id = p.id").format(
    SQL(", ").join(SQL("{0} = p.{0}").format(Identifier(name)) for name in _MOVED[1:]),
    _unnest(_MOVED),
    _names(_MOVED),
)


def _arrays(placed: Sequence[Placed], columns: Iterable[str]) -> list[list[Any]]:
    by_name = dict(zip(Placed._fields, map(list, zip(*placed, strict=True)), strict=True))
    by_name["data"] = [Jsonb(value) for value in by_name["data"]]
    return [by_name[name] for name in columns]


async def insert(db: Db, placed: Sequence[Placed]) -> set[UUID]:
    """Let contacts in; the ids of those who were not in already under the same key."""
    if not placed:
        return set()
    rows = await fetch(db, _INSERT, _arrays(placed, _TYPES))
    return {row[0] for row in rows}


async def update(db: Db, placed: Sequence[Placed]) -> None:
    if placed:
        await execute(db, _UPDATE, _arrays(placed, _MOVED))


@dataclass(frozen=True, slots=True)
class Waiting:
    """A wait of an enrolment, to be shared with others that wake about then."""

    workspace_id: UUID
    automation_id: UUID
    bucket: str
    wakes_at: datetime


@dataclass(frozen=True, slots=True)
class Parked:
    """The cohort that a wait joined: `fresh` when it was opened for it."""

    id: UUID
    workspace_id: UUID
    automation_id: UUID
    bucket: str
    fresh: bool


# Nobody who parks waits for anybody: where a cohort is being moved, has only just been opened by another transaction, or
# wakes later, a second one of the same bucket is opened. One that is joined cannot close before this transaction ends; who
# moves it waits until nobody joins, which is soon: a bucket is joined for a twentieth of the wait, or half a second.
_PARK = """
with joined as (
    select w.*, (select c.id from cohorts c
                 where c.automation_id = w.automation_id and c.bucket = w.bucket and c.open and c.wakes_at <= w.wakes_at
                 order by c.id limit 1 for key share skip locked) as id
    from unnest(%s::uuid[], %s::uuid[], %s::text[], %s::timestamptz[]) w(workspace_id, automation_id, bucket, wakes_at)
), opened as (
    insert into cohorts (id, workspace_id, automation_id, bucket, open, wakes_at)
    select uuidv7(), workspace_id, automation_id, bucket, true, wakes_at from joined where id is null
    returning id, workspace_id, automation_id, bucket
)
select opened.*, true from opened
union all select id, workspace_id, automation_id, bucket, false from joined where id is not null
"""


async def park(db: Db, waiting: Iterable[Waiting]) -> dict[tuple[UUID, str], Parked]:
    """Join cohorts that wake no later than these waits end, or open them; by (automation, bucket)."""
    earliest: dict[tuple[UUID, str], Waiting] = {}
    for one in waiting:
        key = (one.automation_id, one.bucket)
        known = earliest.get(key)
        if known is None or one.wakes_at < known.wakes_at:
            earliest[key] = one
    if not earliest:
        return {}
    rows = list(earliest.values())
    rows = await fetch(
        db,
        _PARK,
        (
            [r.workspace_id for r in rows],
            [r.automation_id for r in rows],
            [r.bucket for r in rows],
            [r.wakes_at for r in rows],
        ),
    )
    parked = [Parked(*row) for row in rows]
    return {(one.automation_id, one.bucket): one for one in parked}


SELECT = """
select e.id, e.workspace_id, e.automation_id, e.version_id, e.contact_id, e.entry_key, e.trigger_event_id, e.node,
       e.entered_node_at, e.wake_at, e.cohort_id, e.awaits, e.hop, e.data, e.started_at, e.ended_at, e.outcome
from enrolments e
"""


async def due(db: Db, cohort_id: UUID, now: datetime, limit: int) -> list[Placed]:
    """Who of a cohort is due; locked against the router, which may move the same people at the same time."""
    rows = await fetch(
        db,
        SELECT + "where e.cohort_id = %s and e.ended_at is null and e.wake_at <= %s"
        " order by e.wake_at, e.id limit %s for no key update",
        (cohort_id, now, limit),
    )
    return [Placed._make(row) for row in rows]


async def inside(db: Db, contact_ids: Iterable[UUID]) -> list[Placed]:
    """Every passage in which these contacts are now."""
    rows = await fetch(
        db,
        SELECT + "where e.contact_id = any(%s) and e.ended_at is null order by e.id for no key update",
        [list(contact_ids)],
    )
    return [Placed._make(row) for row in rows]


async def by_ids(db: Db, enrolment_ids: Iterable[UUID]) -> list[Placed]:
    rows = await fetch(
        db,
        SELECT + "where e.id = any(%s) and e.ended_at is null order by e.id for no key update",
        (list(enrolment_ids),),
    )
    return [Placed._make(row) for row in rows]


@dataclass(frozen=True, slots=True)
class OpenCohort:
    automation_id: UUID
    wakes_at: datetime
    held: bool


async def open_cohort(db: Db, cohort_id: UUID) -> OpenCohort | None:
    """The cohort if it is open."""
    row = await db.execute(
        text(
            "select c.automation_id, c.wakes_at, coalesce(p.held, false) from cohorts c"
            " left join processes p on p.workflow_id = 'cohort/' || c.id where c.id = :id and c.open"
        ),
        {"id": cohort_id},
    )
    found = row.first()
    return OpenCohort(*found) if found else None


async def lock_cohort(db: Db, cohort_id: UUID) -> None:
    """Keep others from joining the cohort until this transaction ends; those who are joining it are waited for."""
    await db.execute(text("select from cohorts where id = :id for update"), {"id": cohort_id})


async def next_wake(db: Db, cohort_id: UUID) -> datetime | None:
    row = await db.execute(
        text("select min(wake_at) from enrolments where cohort_id = :id and ended_at is null"),
        {"id": cohort_id},
    )
    return row.scalar_one()


async def set_cohort(db: Db, cohort_id: UUID, wakes_at: datetime | None) -> None:
    """When the cohort wakes next; with nobody left it closes, in the transaction that saw nobody left."""
    await db.execute(
        text(
            "update cohorts set open = cast(:at as timestamptz) is not null, wakes_at = coalesce(:at, wakes_at) where id = :id"
        ),
        {"id": cohort_id, "at": wakes_at},
    )


# An entry key is its base, or starts with it and `#` or `@` (domain/entries.py).
_EARLIER = """
select e.automation_id, e.contact_id, w.base, count(*), count(*) filter (where e.ended_at is null), max(e.started_at)
from unnest(%s::uuid[], %s::uuid[], %s::text[]) w(automation_id, contact_id, base)
join enrolments e on e.automation_id = w.automation_id and e.contact_id = w.contact_id
 and split_part(split_part(e.entry_key, '#', 1), '@', 1) = w.base
group by 1, 2, 3
"""
Visitor = tuple[UUID, UUID, str]  # automation, contact, base key


async def earlier(db: Db, visitors: Sequence[Visitor]) -> dict[Visitor, Earlier]:
    """What has been of these contacts in these automations; who was never there is left out."""
    if not visitors:
        return {}
    columns = [list(column) for column in zip(*visitors, strict=True)]
    rows = await fetch(db, _EARLIER, columns)
    return {(row[0], row[1], row[2]): Earlier(*row[3:]) for row in rows}


async def inside_automation(db: Db, automation_id: UUID) -> list[UUID]:
    """Everybody who is inside now, whatever their version."""
    rows = await db.execute(
        text("select id from enrolments where automation_id = :id and ended_at is null order by id"),
        {"id": automation_id},
    )
    return list(rows.scalars())


# Who is taken out is counted like everybody who leaves (`models/numbers.py`).
_END = """
with ended as (update enrolments set ended_at = :now, outcome = cast(:outcome as text), wake_at = null, cohort_id = null
  where automation_id = :id and ended_at is null returning workspace_id, node)
insert into tallies (workspace_id, automation_id, day, source, target, n)
select workspace_id, :id, cast(:day as date), coalesce(node, ''), '!' || cast(:outcome as text), count(*) from ended group by 1, 4 order by 4
on conflict (automation_id, day, source, target) do update set n = tallies.n + excluded.n
"""


async def end_all(db: Db, automation_id: UUID, *, now: datetime, outcome: str) -> None:
    """Whoever is inside leaves."""
    values = {"id": automation_id, "now": now, "day": now.date(), "outcome": outcome}
    await db.execute(text(_END), values)


async def data(db: Db, enrolment_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """What these passages remember."""
    return dict(await fetch(db, "select id, data from enrolments where id = any(%s)", [list(enrolment_ids)]))


@dataclass(frozen=True, slots=True)
class Decision:
    at: datetime
    steps: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Told:
    """One passage of a contact with everything that was decided in it."""

    id: UUID
    version: int
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    node: str | None
    wakes_at: datetime | None
    decisions: list[Decision]


_TOLD = text("""
select e.id, v.number, e.started_at, e.ended_at, e.outcome, e.node, e.wake_at,
       coalesce((select jsonb_agg(jsonb_build_object('at', t.at, 'steps', t.steps) order by t.id)
                 from trails t where t.enrolment_id = e.id and t.at <= :until), '[]') as decisions
from enrolments e join automation_versions v on v.id = e.version_id
where e.automation_id = :automation and e.contact_id = :contact and e.started_at <= :until
order by e.started_at desc, e.id desc limit 50
""")


async def told(db: Db, automation_id: UUID, contact_id: UUID, *, until: datetime) -> list[Told]:
    """The passages of a contact through an automation, the latest first."""
    rows = await db.execute(_TOLD, {"automation": automation_id, "contact": contact_id, "until": until})
    return [
        Told(
            id=row.id,
            version=row.number,
            started_at=row.started_at,
            ended_at=row.ended_at,
            outcome=row.outcome,
            node=row.node,
            wakes_at=row.wake_at,
            decisions=[Decision(datetime.fromisoformat(one["at"]), one["steps"]) for one in row.decisions],
        )
        for row in rows
    ]
