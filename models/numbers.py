"""The live numbers of an automation: who came, who waits where, who left, what was sent and read."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text

from core.db import Db


@dataclass(slots=True)
class NodeNumbers:
    entered: int = 0
    waiting: int = 0
    left: int = 0
    left_early: int = 0
    failed: int = 0
    dropped: int = 0
    sent: int = 0
    opened: int = 0
    clicked: int = 0


@dataclass(slots=True)
class Numbers:
    """`edges` by "from>to"; the entry is "" and so is the way out."""

    entered: int = 0
    inside: int = 0
    goal: int = 0
    left: int = 0
    nodes: defaultdict[str, NodeNumbers] = field(default_factory=lambda: defaultdict(NodeNumbers))
    edges: dict[str, int] = field(default_factory=dict[str, int])


_LINES = text("select source, target, sum(n) as n from tallies where automation_id = :id group by 1, 2")
_WAITING = text(
    "select node, count(*) as n from enrolments where automation_id = :id and ended_at is null and node is not null group by 1"
)
_SENT = text("""
select node, count(*) filter (where state in ('sent', 'delivered')) as sent, count(opened_at) as opened,
       count(clicked_at) as clicked, count(*) filter (where state in ('failed', 'bounced', 'unknown')) as failed,
       count(*) filter (where state = 'dropped') as dropped
from messages where automation_id = :id and node is not null group by 1
""")


async def of_automation(db: Db, automation_id: UUID) -> Numbers:
    numbers = Numbers()
    for row in await db.execute(_LINES, {"id": automation_id}):
        _count_line(numbers, row.source, row.target, int(row.n))
    for row in await db.execute(_WAITING, {"id": automation_id}):
        numbers.nodes[row.node].waiting = row.n
        numbers.inside += row.n
    for row in await db.execute(_SENT, {"id": automation_id}):
        node = numbers.nodes[row.node]
        node.sent, node.opened, node.clicked = row.sent, row.opened, row.clicked
        node.failed += row.failed
        node.dropped = row.dropped
    return numbers


def _count_line(numbers: Numbers, source: str, target: str, n: int) -> None:
    """A line into `!goal`, `!exit`, `!failed` or `!removed` is an end that nobody drew."""
    if source == "":
        numbers.entered += n
    if target == "" or target.startswith("!"):
        numbers.left += n
        numbers.nodes[source].left += n
    else:
        numbers.nodes[target].entered += n
    if target.startswith("!"):
        numbers.nodes[source].left_early += n
    if target == "!goal":
        numbers.goal += n
    if target == "!failed":
        numbers.nodes[source].failed += n
    if not target.startswith("!"):
        numbers.edges[f"{source}>{target}"] = n


@dataclass(frozen=True, slots=True)
class Summary:
    """An automation in one line of the list; the last thirty days."""

    entered: int
    inside: int
    goals: int
    entries: tuple[int, ...]  # per day, oldest first


_SUMMARIES = text("""
select a.id, (select count(*) from enrolments e where e.automation_id = a.id and e.ended_at is null) as inside,
       coalesce((select sum(n) from tallies t where t.automation_id = a.id and t.day > :since and t.target = '!goal'), 0) as goals,
       (select jsonb_object_agg(d.day, d.n) from (select day, sum(n) as n from tallies t where t.automation_id = a.id
        and t.day > :since and t.source = '' group by 1) d) as days
from automations a where a.id = any(:ids)
""")
_DAYS = 30


async def summaries(db: Db, automation_ids: list[UUID], today: date) -> dict[UUID, Summary]:
    since = date.fromordinal(today.toordinal() - _DAYS)
    found: dict[UUID, Summary] = {}
    for row in await db.execute(_SUMMARIES, {"ids": automation_ids, "since": since}):
        days: dict[str, Any] = row.days or {}
        entries = tuple(
            int(days.get(date.fromordinal(since.toordinal() + n).isoformat(), 0)) for n in range(1, _DAYS + 1)
        )
        found[row.id] = Summary(sum(entries), row.inside, int(row.goals), entries)
    return found
