"""Lists of contacts: search, filters, order and paging, by at most one pass over the rows of one workspace.

The search reads `contacts.search`, folded as `domain.texts.fold` folds what was typed. A page begins after the sort key of
the last row that was shown, so page 2,000 costs what page 2 costs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import col, select

from core.db import Db
from domain.texts import fold
from models.conditions import Sql
from models.contacts.tables import Contact
from models.events import Event

Sort = Literal["name", "-name", "created", "-created", "-activity"]
ConsentFilter = Literal["subscribed", "unsubscribed", "none", "suppressed"]
SORTS: tuple[Sort, ...] = get_args(Sort)
CONSENT_FILTERS: tuple[ConsentFilter, ...] = get_args(ConsentFilter)

# Sorting by last activity walks this from its newest end, or looks up the last event of each of a few people.
Index("events_latest", col(Event.workspace_id), col(Event.occurred_at), col(Event.id), col(Event.contact_id))
_FEW = 5_000

_SUPPRESSED = "select address from suppressions where workspace_id = :workspace and channel = 'email'"
_CONSENT: Mapping[ConsentFilter, str] = {
    "subscribed": f"c.email_consent = 'subscribed' and coalesce(c.email, '') not in ({_SUPPRESSED})",
    "unsubscribed": "c.email_consent = 'unsubscribed'",
    "none": "c.email_consent is null",
    "suppressed": f"c.email in ({_SUPPRESSED})",
}


@dataclass(frozen=True, slots=True)
class Filter:
    """Whom a list shows: each part narrows it. `q`: every word must be found in name, addresses or external_id."""

    q: str = ""
    tag: str = ""
    consent: ConsentFilter | None = None
    condition: Sql | None = None
    ids: tuple[UUID, ...] = ()

    def __bool__(self) -> bool:
        return any((self.q.strip(), self.tag, self.consent, self.condition, self.ids))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: after the row with this sort key."""

    key: Any
    id: UUID


@dataclass(frozen=True, slots=True)
class Listed:
    """`contacts` has one more than asked for when there is a next page; the place of a row is where the page after it begins."""

    contacts: Sequence[Contact]
    places: Sequence[Place]
    matching: int


@dataclass(frozen=True, slots=True)
class Totals:
    """All contacts of a workspace, and how many of them may be sent marketing mail."""

    contacts: int
    reachable: int


async def find(
    db: Db,
    workspace_id: UUID,
    where: Filter | None = None,
    *,
    sort: Sort = "-created",
    after: Place | None = None,
    limit: int = 50,
    counted: bool = True,
) -> Listed:
    """One page of contacts, and the exact number of all that match unless nobody asks for it."""
    search = Search(workspace_id, where or Filter())
    if sort == "-activity":
        search.matching = await search.count(db)
        statement = _LAST_OF_EACH if search.matching <= _FEW else _NEWEST_EVENTS
        return await search.page(db, statement, sort, after, limit, key="occurred_at")
    key = "sort_name" if sort.endswith("name") else "created_at"
    search.matching = None if counted else 0
    return await search.page(db, _MATCHED if where and counted else _INDEXED, sort, after, limit, key=key)


async def by_ids(db: Db, ids: Sequence[UUID]) -> list[Contact]:
    """These contacts in this order; those that are gone are left out."""
    found = (await db.execute(select(Contact).where(col(Contact.id).in_(ids)))).scalars()
    known = {contact.id: contact for contact in found}
    return [known[id_] for id_ in ids if id_ in known]


async def ids(db: Db, workspace_id: UUID, where: Filter, *, limit: int) -> list[UUID]:
    """Everybody who matches, up to a limit."""
    search = Search(workspace_id, where)
    statement = text(f"select c.id from contacts c where {search.where} order by c.id limit :most")
    return list((await db.execute(statement, {**search.values, "most": limit})).scalars())


async def totals(db: Db, workspace_id: UUID) -> Totals:
    everybody, willing, blocked = (await db.execute(_TOTALS, {"workspace": workspace_id})).one()
    return Totals(everybody, willing - blocked)


async def tags(db: Db, workspace_id: UUID) -> dict[str, int]:
    """Every tag and how many have it, the most used first."""
    return {row.tag: row.used_by for row in await db.execute(_TAGS, {"workspace": workspace_id})}


# This becomes a walk along the index that has the page in order; at worst, for a rare word, along all of it.
_INDEXED = """
with listed as (select c.id, c.{key} from contacts c where {where})
select id as contact_id, {key} as key, id from listed where {place} {order}
"""
# One pass finds all that match and counts them.
_MATCHED = """
with listed as materialized (select c.id, c.{key} from contacts c where {where})
select id as contact_id, {key} as key, id, (select count(*) from listed) as matching from listed where {place} {order}
"""
# Everybody has at least one event: the one that says that they were added.
_LAST_OF_EACH = """
with matched as materialized (select c.id from contacts c where {where})
select m.id as contact_id, listed.occurred_at as key, listed.id from matched m join lateral (
    select e.occurred_at, e.id from events e where e.contact_id = m.id order by e.occurred_at desc, e.id desc limit 1
) listed on true where {place} {order}
"""
# Row by row, since the page is full soon: joined as sets, everybody's last event would be found first.
_NEWEST_EVENTS = """
select listed.contact_id, listed.occurred_at as key, listed.id from events listed
where listed.workspace_id = :workspace and {place} and not exists (
    select from events later
    where later.contact_id = listed.contact_id and (later.occurred_at, later.id) > (listed.occurred_at, listed.id)
) and (select true from contacts c where c.id = listed.contact_id and {where}) {order}
"""
_TOTALS = text(f"""
select (select count(*) from contacts where workspace_id = :workspace),
       (select count(*) from contacts where workspace_id = :workspace and email_consent = 'subscribed'),
       (select count(*) from contacts where workspace_id = :workspace and email_consent = 'subscribed'
        and email in ({_SUPPRESSED}))
""")
# Equal lists of tags are counted first: there are far fewer of them than contacts.
_TAGS = text("""
select tag, sum(n)::int as used_by
from (select tags, count(*) as n from contacts where workspace_id = :workspace group by tags) g, unnest(g.tags) as tag
group by tag order by used_by desc, tag limit 1000
""")


class Search:
    """The filter of a list as SQL over `contacts c`, and the values that it refers to."""

    def __init__(self, workspace_id: UUID, wanted: Filter) -> None:
        self.values: dict[str, Any] = {"workspace": workspace_id}
        self.clauses = ["c.workspace_id = :workspace"]
        self.matching: int | None = None
        for number, word in enumerate(fold(wanted.q).split()):
            self._add(f"c.search like :word_{number}", **{f"word_{number}": f"%{_literally(word)}%"})
        if wanted.tag:
            self._add("c.tags @> array[:tag]", tag=wanted.tag)
        if wanted.consent:
            self._add(_CONSENT[wanted.consent])
        if wanted.condition:
            self._add(wanted.condition.text, **wanted.condition.params)
        if wanted.ids:
            self._add("c.id = any(:ids)", ids=list(wanted.ids))

    def _add(self, clause: str, **values: Any) -> None:
        self.clauses.append(f"({clause})")
        self.values |= values

    async def count(self, db: Db) -> int:
        return await db.scalar(text(f"select count(*) from contacts c where {self.where}"), self.values) or 0

    async def page(
        self, db: Db, statement: str, sort: Sort, after: Place | None, limit: int, *, key: str
    ) -> Listed:
        beyond, direction = ("<", "desc") if sort.startswith("-") else (">", "asc")
        sql = statement.format(
            key=key,
            where=self.where,
            place=f"(listed.{key}, listed.id) {beyond} (:after_key, :after_id)" if after else "true",
            order=f"order by listed.{key} {direction}, listed.id {direction} limit :most",
        )
        place = {"after_key": after.key, "after_id": after.id} if after else {}
        rows = (await db.execute(text(sql), {**self.values, **place, "most": limit + 1})).all()
        people = await by_ids(db, [row.contact_id for row in rows])
        matching = rows[0].matching if rows and statement is _MATCHED else self.matching
        if matching is None:
            matching = await self.count(db) if rows or after else 0
        return Listed(people, [Place(row.key, row.id) for row in rows], matching)

    @property
    def where(self) -> str:
        return " and ".join(self.clauses)


def _literally(word: str) -> str:
    """What a person types is text: % and _ are signs like others."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
