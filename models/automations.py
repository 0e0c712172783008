"""Automations and their published versions: the draft may change and be faulty, a version never does and is not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, cast
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import Column, Date, Index, Integer, UniqueConstraint, text
from sqlmodel import Field, SQLModel, col, select

from core.db import Db, execute, fetch
from domain.errors import Conflict, NotFound
from models.base import Instant, Owned, belongs_to, instant, json


class Automation(Owned, table=True):
    """A hold on it is a row of `holds`."""

    __table_args__ = (Index("automations_workspace", "workspace_id", "id"),)

    name: str
    state: str = "draft"  # draft | live | archived
    draft: dict[str, Any] = json(default_factory=dict)
    revision: int = 1  # of the draft, so that two editors notice each other
    version_id: UUID | None = None  # the live version
    created_at: Instant = instant()
    updated_at: Instant = instant()


class AutomationVersion(Owned, table=True):
    """Immutable. `mails` is what the e-mail steps compile to, made once at publishing."""

    __table_args__ = (UniqueConstraint("automation_id", "number"),)

    automation_id: UUID = belongs_to("automations")
    number: int
    name: str = ""
    definition: dict[str, Any] = json()
    mails: dict[str, Any] = json(default_factory=dict)
    published_at: Instant = instant()
    published_by: str = ""


class Tally(SQLModel, table=True):
    """How many passed from one node to another on one day; `source` '' is the entry, `target` '' is the way out."""

    __tablename__ = "tallies"  # pyright: ignore[reportAssignmentType]

    workspace_id: UUID = Field(foreign_key="workspaces.id", ondelete="CASCADE")
    automation_id: UUID = Field(primary_key=True, foreign_key="automations.id", ondelete="CASCADE")
    day: date = Field(sa_column=Column(Date, primary_key=True))
    source: str = Field(primary_key=True)
    target: str = Field(primary_key=True)
    n: int = Field(sa_column=Column(Integer, nullable=False))


async def create(
    db: Db, workspace_id: UUID, *, name: str, draft: dict[str, Any], now: datetime
) -> Automation:
    row = Automation(workspace_id=workspace_id, name=name, draft=draft, created_at=now, updated_at=now)
    db.add(row)
    await db.flush()
    return row


async def get(db: Db, automation_id: UUID, *, lock: bool = False) -> Automation:
    query = select(Automation).where(col(Automation.id) == automation_id)
    row = (await db.execute(query.with_for_update() if lock else query)).scalar_one_or_none()
    if row is None:
        raise NotFound("There is no such automation.")
    return row


State = Literal["draft", "live", "held", "archived"]


def state_of(row: Automation, *, held: bool) -> State:
    """As people see it: what is held is live, but stands still."""
    return "held" if held and row.state == "live" else cast("State", row.state)


@dataclass(frozen=True, slots=True)
class Listed:
    """An automation in a list; `version` is the number of the live one."""

    row: Automation
    version: int | None
    held: bool

    @property
    def state(self) -> State:
        return state_of(self.row, held=self.held)


_HELD = text(
    "exists (select from holds h where h.workspace_id = automations.workspace_id and h.scope = 'automation'"
    " and h.subject = automations.id::text and h.released_at is null)"
)
_LISTED = select(
    Automation,
    select(AutomationVersion.number)
    .where(col(AutomationVersion.id) == Automation.version_id)
    .scalar_subquery(),
    _HELD,
)


async def page(
    db: Db,
    workspace_id: UUID,
    *,
    before: UUID | None,
    limit: int,
    sought: str = "",
    states: Sequence[str] = ("draft", "live", "archived"),
    held: bool = False,
) -> list[Listed]:
    """The newest first; `held`: only those that stand still."""
    query = _LISTED.where(col(Automation.workspace_id) == workspace_id, col(Automation.state).in_(states))
    if sought:
        query = query.where(col(Automation.name).icontains(sought, autoescape=True))
    if held:
        query = query.where(_HELD)
    if before is not None:
        query = query.where(col(Automation.id) < before)
    rows = await db.execute(query.order_by(col(Automation.id).desc()).limit(limit))
    return [Listed(*row) for row in rows]


async def save_draft(
    db: Db,
    automation_id: UUID,
    *,
    draft: dict[str, Any],
    name: str | None,
    revision: int | None,
    now: datetime,
) -> Automation:
    """Keep a draft; Conflict when somebody else has changed it since `revision`."""
    row = await get(db, automation_id, lock=True)
    if revision is not None and revision != row.revision:
        raise Conflict(
            "Somebody else changed this automation meanwhile. Reload it to go on from their version."
        )
    row.draft, row.name, row.updated_at = draft, name or row.name, now
    row.revision += 1
    await db.flush()
    return row


async def publish(
    db: Db,
    row: Automation,
    *,
    number: int,
    mails: dict[str, Any],
    listens: Iterable[str],
    name: str,
    by: str,
    now: datetime,
) -> AutomationVersion:
    """Make the draft a version, make that the live one, and have the events that it reacts to queued from now on."""
    fresh = AutomationVersion(
        workspace_id=row.workspace_id,
        automation_id=row.id,
        number=number,
        name=name,
        definition=row.draft,
        mails=mails,
        published_at=now,
        published_by=by,
    )
    db.add(fresh)
    row.state, row.version_id, row.updated_at = "live", fresh.id, now
    await db.flush()
    await _listen(db, row.workspace_id, listens)
    await changed(db, row.workspace_id)
    return fresh


async def archive(db: Db, row: Automation, now: datetime) -> None:
    """Nobody enters any more; who is inside leaves at the next look."""
    row.state, row.updated_at = "archived", now
    await db.flush()
    await changed(db, row.workspace_id)


async def changed(db: Db, workspace_id: UUID) -> None:
    """Have the engine read this workspace's automations anew, from the very next event on."""
    await db.execute(
        text("update clocks set plans = plans + 1 where workspace_id = :id"), {"id": workspace_id}
    )


async def _listen(db: Db, workspace_id: UUID, events: Iterable[str]) -> None:
    await db.execute(
        text(
            "insert into listeners (workspace_id, event) select :id, unnest(cast(:events as text[])) on conflict do nothing"
        ),
        {"id": workspace_id, "events": sorted(set(events))},
    )


@dataclass(frozen=True, slots=True)
class Published:
    """A version with the name of its automation."""

    version_id: UUID
    automation_id: UUID
    workspace_id: UUID
    name: str
    number: int
    definition: dict[str, Any]
    mails: dict[str, Any]
    published_at: datetime


_PUBLISHED = (
    "select v.id, a.id, a.workspace_id, a.name, v.number, v.definition, v.mails, v.published_at"
    " from automation_versions v join automations a on a.id = v.automation_id "
)


async def live(db: Db, workspace_ids: Sequence[UUID], automation_id: UUID | None = None) -> list[Published]:
    """Every version that lets people in, or only that of one automation."""
    rows = await fetch(
        db,
        _PUBLISHED + "where a.workspace_id = any(%s) and a.state = 'live' and a.version_id = v.id"
        " and (%s::uuid is null or a.id = %s) order by a.id",
        (list(workspace_ids), automation_id, automation_id),
    )
    return [Published(*row) for row in rows]


async def published(db: Db, version_ids: Iterable[UUID]) -> list[Published]:
    rows = await fetch(db, _PUBLISHED + "where v.id = any(%s)", (list(version_ids),))
    return [Published(*row) for row in rows]


_TALLY = """
insert into tallies (workspace_id, automation_id, day, source, target, n)
select * from unnest(%s::uuid[], %s::uuid[], %s::date[], %s::text[], %s::text[], %s::int[]) t(w, a, d, s, t, n)
order by a, d, s, t
on conflict (automation_id, day, source, target) do update set n = tallies.n + excluded.n
"""

Passage = tuple[UUID, UUID, date, str, str]  # workspace, automation, day, source, target


async def tally(db: Db, passages: dict[Passage, int]) -> None:
    """Count who passed where."""
    if passages:
        columns: list[list[Any]] = [list(column) for column in zip(*passages, strict=True)]
        await execute(db, _TALLY, (*columns, list(passages.values())))


_TRAIL = """
insert into trails (id, workspace_id, enrolment_id, at, steps)
select uuidv7(), * from unnest(%s::uuid[], %s::uuid[], %s::timestamptz[], %s::jsonb[])
"""

Told = tuple[UUID, UUID, datetime, Sequence[Any]]  # workspace, enrolment, at, steps


async def tell(db: Db, told: Sequence[Told]) -> None:
    """Keep what was decided and why."""
    if told:
        *columns, steps = (list(column) for column in zip(*told, strict=True))
        await execute(db, _TRAIL, [*columns, list(map(Jsonb, steps))])


async def count(db: Db, workspace_id: UUID) -> dict[str, int]:
    """How many automations there are, by state; "" are those that are not archived, `held` a part of the live ones."""
    rows = await db.execute(
        text(
            "select state, count(*) as n, count(*) filter (where exists (select from holds h where h.workspace_id = a.workspace_id"
            " and h.scope = 'automation' and h.subject = a.id::text and h.released_at is null)) as held"
            " from automations a where workspace_id = :id group by state"
        ),
        {"id": workspace_id},
    )
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.state] = row.n
        counts["held"] = counts.get("held", 0) + row.held
    counts[""] = counts.get("draft", 0) + counts.get("live", 0)
    return counts
