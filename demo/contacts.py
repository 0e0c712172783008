"""Writes the people of the demo down, with the events of their lives."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from core.db import Db
from demo.people import Person
from demo.replay import Life
from domain.contacts import Profile
from domain.facts import Happening
from models import contacts, events
from models.contacts import ConsentRecord, Contact
from models.contacts.backfilling import Acquaintance, backfill
from models.events import NewEvent

FIRST_ORDER = 10_201
WORDING = "Yes, please send me news from the roastery, about twice a month."
_PROOFS = {
    "checkout": "form",
    "newsletter": "form",
    "café card": "person",
    "workshop": "form",
    "office": "person",
}
_PAGE = 5_000  # events a statement


def number_orders(lives: Iterable[Life]) -> None:
    """Orders are numbered in the order in which they came, whoever placed them."""
    placed = [one for life in lives for one in life.happened if one.name == "order.placed"]
    for number, one in enumerate(sorted(placed, key=lambda one: one.occurred_at), FIRST_ORDER):
        dict_of(one)["number"] = f"FH-{number}"


def dict_of(happening: Happening) -> dict[str, Any]:
    """The properties as the deed has them: every fact that refers to this event shares them."""
    if not isinstance(happening.properties, dict):
        raise TypeError("a deed's properties are a dict")
    return happening.properties


async def write_people(db: Db, workspace_id: UUID, lives: Sequence[Life]) -> None:
    """As they were when their mails went out: see `write_farewells`."""
    await backfill(
        db, workspace_id, [acquaintance(life.person, life.facts.contact.id, life.happened) for life in lives]
    )
    db.add_all([record for life in lives for record in _statements(workspace_id, life)])
    await db.flush()


def acquaintance(person: Person, contact_id: UUID, happened: Sequence[Happening]) -> Acquaintance:
    """Somebody as they are after all this."""
    orders = [one for one in happened if one.name == "order.placed"]
    changed = [one.occurred_at for one in happened if one.name.startswith(("contact.", "order."))]
    profile = Profile(
        email=person.email,
        phone=person.phone,
        first_name=person.first_name,
        last_name=person.last_name,
        external_id=person.external_id,
        time_zone=person.place.zone,
        attributes={**person.attributes, **_spending(orders)},
        tags=tuple(one.properties["tag"] for one in happened if one.name == "contact.tag_added"),
        consent={"email": "subscribed"} if person.agreed else {},
    )
    return Acquaintance(contact_id, profile, person.joined_at, max(changed, default=person.joined_at))


def _spending(orders: Sequence[Happening]) -> dict[str, Any]:
    if not orders:
        return {}
    total = round(sum(one.properties["total"] for one in orders), 2)
    return {"orders": len(orders), "spent": total, "last_order_on": orders[-1].occurred_at.date().isoformat()}


def _statements(workspace_id: UUID, life: Life) -> Iterator[ConsentRecord]:
    """The proof of what somebody agreed to, or of how they left."""
    for one in life.happened:
        if one.name == "contact.consent_changed":
            said_yes = one.properties["state"] == "subscribed"
            yield ConsentRecord(
                workspace_id=workspace_id,
                contact_id=life.facts.contact.id,
                channel=one.properties["channel"],
                state=one.properties["state"],
                source=_PROOFS[life.person.source] if said_yes else "unsubscribe_link",
                wording=WORDING if said_yes else None,
                by=life.person.email,
                at=one.occurred_at,
            )


async def write_events(db: Db, workspace_id: UUID, lives: Iterable[Life]) -> int:
    happened = [
        NewEvent(
            workspace_id, one.name, life.facts.contact.id, one.occurred_at, one.properties, source, id=one.id
        )
        for life in lives
        for one, source in life.events
    ]
    happened.sort(key=lambda one: one.id)
    for n in range(0, len(happened), _PAGE):
        await events.backfill(db, happened[n : n + _PAGE])
    return len(happened)


async def write_farewells(db: Db, workspace_id: UUID, lives: Iterable[Life]) -> None:
    """Who has left and who cannot be reached; last, because no letter is written to them any more."""
    for life in lives:
        if not _stays(life):
            contact = await db.get_one(Contact, life.facts.contact.id)
            contact.consent = dict(life.facts.contact.consent)
        for channel, at in life.suppressed.items():
            address = life.person.email
            await contacts.suppress(db, workspace_id, channel, [address], reason=contacts.BOUNCED, at=at)
    await db.flush()


def _stays(life: Life) -> bool:
    return "unsubscribed" not in life.facts.contact.consent.values()
