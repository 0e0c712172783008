"""The large demo: many more people with what they did, to look at queries and pages under load. No automation is run for them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import count
from random import Random
from uuid import UUID

from core.db import Db, Scope, session
from demo.contacts import WORDING, acquaintance
from demo.lives import deeds
from demo.people import Person, people
from demo.replay import id_at
from demo.saying import Say
from domain.contacts import Origin
from domain.facts import Happening
from models import contacts, events
from models.contacts.backfilling import backfill
from models.contacts.proofs import Statement, record
from models.events import NewEvent

_PAGE = 1_000  # people a transaction
_SEEN = 0.45  # of their visits, so that there are about ten events for each of them
_ORDERS_FROM = 1_000_000
_AGREED = Origin("import", proof="form", wording={"email": WORDING})
Lived = tuple[Person, UUID, list[Happening]]


async def grow(workspace_id: UUID, wanted: int, say: Say) -> None:
    """More people until there are as many; again for those whose addresses were taken."""
    for attempt in count():
        there = await _counted(workspace_id)
        if there >= wanted:
            return
        dice = Random(f"crowd:{there}:{attempt}")  # noqa: S311
        await _add(workspace_id, people(dice, wanted - there, datetime.now(UTC), first=there), dice, say)


async def _counted(workspace_id: UUID) -> int:
    async with session(Scope(workspaces=(workspace_id,))) as db:
        return (await contacts.totals(db, workspace_id)).contacts


async def _add(workspace_id: UUID, newcomers: Sequence[Person], dice: Random, say: Say) -> None:
    """Each page is a transaction, so it goes on where it was cut short."""
    now, numbers = datetime.now(UTC), count(_ORDERS_FROM + 10 * newcomers[0].number)
    for n in range(0, len(newcomers), _PAGE):
        page = [
            (one, id_at(one.joined_at), _lived(dice, one, now, numbers)) for one in newcomers[n : n + _PAGE]
        ]
        async with session(Scope(workspaces=(workspace_id,))) as db:
            await _write(db, workspace_id, page)
        say(f"storing {n + len(page):,} of {len(newcomers):,} more contacts")


def _lived(dice: Random, person: Person, now: datetime, numbers: Iterator[int]) -> list[Happening]:
    happened: list[Happening] = []
    ordered = False
    for deed in deeds(dice, person, now):
        if deed.name == "page.visited" and dice.random() > _SEEN:
            continue
        if deed.name == "order.placed":
            deed.properties |= {"number": f"FH-{next(numbers)}"} | ({} if ordered else {"first_order": True})
            ordered = True
        happened.append(Happening(id_at(deed.at), deed.name, deed.at, deed.properties))
    return happened


async def _write(db: Db, workspace_id: UUID, page: Sequence[Lived]) -> None:
    """Whoever has an address that is taken is left out, with all that they did."""
    stored = await backfill(db, workspace_id, [acquaintance(*one) for one in page])
    new = [one for one in page if one[1] in stored]
    said = [Statement(workspace_id, id_, "email", "subscribed") for person, id_, _ in new if person.agreed]
    await record(db, said, at=page[0][0].joined_at, origin=_AGREED)
    await events.backfill(
        db,
        [
            NewEvent(workspace_id, one.name, id_, one.occurred_at, one.properties, "api", id=one.id)
            for _, id_, happened in new
            for one in happened
        ],
    )
