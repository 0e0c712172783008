"""Who is meant: the ids of contacts that are named by id, by a shop's own id, or by address."""

from collections.abc import Iterable
from uuid import UUID

from core.db import Db, fetch
from domain.events import Whom

_IDENTIFY = """
select c.workspace_id, 'email', c.email, c.id from contacts c
join unnest(%(ew)s::uuid[], %(ev)s::text[]) s(workspace_id, value) on c.workspace_id = s.workspace_id and c.email = s.value
union all
select c.workspace_id, 'external_id', c.external_id, c.id from contacts c
join unnest(%(xw)s::uuid[], %(xv)s::text[]) s(workspace_id, value)
  on c.workspace_id = s.workspace_id and c.external_id = s.value
union all
select c.workspace_id, 'id', c.id::text, c.id from contacts c
join unnest(%(iw)s::uuid[], %(iv)s::uuid[]) s(workspace_id, value) on c.workspace_id = s.workspace_id and c.id = s.value
"""

Named = tuple[UUID, Whom]


async def identify(db: Db, named: Iterable[Named]) -> dict[Named, UUID]:
    """The ids of those who are known, whatever workspace of the scope they are in; one statement."""
    by_kind: dict[str, set[tuple[UUID, str]]] = {"email": set(), "external_id": set(), "id": set()}
    for workspace_id, whom in named:
        by_kind[whom.kind].add((workspace_id, whom.value))
    columns = {
        f"{kind}{part}": [one[n] for one in by_kind[name]]
        for kind, name in (("e", "email"), ("x", "external_id"), ("i", "id"))
        for n, part in enumerate(("w", "v"))
    }
    rows = await fetch(db, _IDENTIFY, columns)
    return {(workspace_id, Whom(kind, value)): found for workspace_id, kind, value, found in rows}
