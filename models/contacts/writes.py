"""Writes on contacts: what is said about people becomes rows and the events that announce them, for one or a thousand at once.

Three statements whatever the number: lock who is known already, write what they have become, append the events.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.errors import UniqueViolation
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from core.db import Db, driver
from domain.contacts import STANDARD, Details, Origin, Profile, announce
from domain.custom_fields import undeclared
from domain.errors import Conflict, NotFound
from domain.ids import new_id
from models import custom_fields, events
from models.contacts.proofs import Statement, record
from models.events import NewEvent

_LOOK = f"""
select id, created_at, updated_at, {", ".join(STANDARD)}, attributes, tags, consent
from contacts where workspace_id = %(workspace)s
 and (id = any(%(ids)s::uuid[]) or email = any(%(emails)s::text[]) or external_id = any(%(external_ids)s::text[]))
order by id
"""

_WRITE = f"""
with said as materialized (
    select * from jsonb_to_recordset(%(rows)s) as s(id uuid, created bool, {", ".join(f"{name} text" for name in STANDARD)},
                                                    attributes jsonb, tags text[], consent jsonb)
), stored as (
    insert into contacts (id, workspace_id, {", ".join(STANDARD)}, attributes, tags, consent, created_at, updated_at)
    select id, %(workspace)s, {", ".join(STANDARD)}, attributes, tags, consent, %(at)s, %(at)s from said where created
    on conflict do nothing returning id
), changed as (
    update contacts c set {", ".join(f"{name} = s.{name}" for name in STANDARD)},
        attributes = s.attributes, tags = s.tags, consent = s.consent, updated_at = %(at)s
    from said s where c.id = s.id and not s.created returning c.id
)
select id from stored union all select id from changed
"""


@dataclass(slots=True)
class Person:
    """A contact within one write: as it was, and as it has become so far."""

    id: UUID
    created_at: datetime
    updated_at: datetime
    before: Profile | None
    profile: Profile

    @property
    def changed(self) -> bool:
        return self.profile != self.before


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one person's details: `conflict` says in words why nothing did."""

    person: Person | None
    created: bool = False
    changed: bool = False
    conflict: str = ""

    def lost(self, stored: set[UUID]) -> bool:
        """Somebody else created a contact with the same address at the same moment."""
        return self.person is not None and self.person.before is None and self.person.id not in stored


@dataclass(frozen=True, slots=True)
class Aim:
    """Details and whom they are about: the contact of this id, or else whoever has their external_id or e-mail address."""

    details: Details
    contact_id: UUID | None = None


async def upsert(
    db: Db,
    workspace_id: UUID,
    said: Sequence[Details],
    *,
    at: datetime,
    origin: Origin,
    keep_refusals: bool = False,
    keep_existing: bool = False,
) -> list[Written]:
    """Create or, by `external_id` or else e-mail address, update; in the order given, so that the last word stands."""
    aims = [Aim(details) for details in said]
    return await _write(db, workspace_id, aims, at, origin, _Rule(keep_refusals, keep_existing))


async def change(
    db: Db, workspace_id: UUID, contact_ids: Iterable[UUID], details: Details, *, at: datetime, origin: Origin
) -> list[Written]:
    """The same details for each of these contacts; those that are gone are left out."""
    aims = [Aim(details, contact_id) for contact_id in dict.fromkeys(contact_ids)]
    written = await _write(db, workspace_id, aims, at, origin, _Rule())
    return [one for one in written if one.person or one.conflict]


async def change_one(
    db: Db, workspace_id: UUID, contact_id: UUID, details: Details, *, at: datetime, origin: Origin
) -> Written:
    """The same for one contact that must be there."""
    written = await change(db, workspace_id, [contact_id], details, at=at, origin=origin)
    if not written:
        raise NotFound("There is no such contact.")
    if written[0].conflict:
        raise Conflict(written[0].conflict)
    return written[0]


async def revise(
    db: Db,
    workspace_id: UUID,
    contact_ids: Iterable[UUID],
    revised: Callable[[UUID, Profile], Profile],
    *,
    at: datetime,
    origin: Origin,
) -> list[Person]:
    """What each of these people becomes, decided while nobody else can change them; those who are gone are left out."""
    aims = [Aim(Details(), contact_id) for contact_id in contact_ids]
    people = await _look(db, workspace_id, aims, lock=True)
    for person in people:
        person.profile = revised(person.id, person.profile)
    await _finish(db, workspace_id, [person for person in people if person.changed], at, origin)
    return people


async def rehearse(
    db: Db,
    workspace_id: UUID,
    said: Sequence[Details],
    *,
    keep_refusals: bool = False,
    keep_existing: bool = False,
) -> list[Written]:
    """What `upsert` would make of it. Nothing is locked or written."""
    aims = [Aim(details) for details in said]
    known = await _look(db, workspace_id, aims, lock=False)
    batch = _Batch(known, _Rule(keep_refusals, keep_existing), datetime.min)  # noqa: DTZ901 -- nobody sees when
    return [batch.take(aim) for aim in aims]


async def put(db: Db, workspace_id: UUID, details: Details, *, at: datetime, origin: Origin) -> Written:
    """Create or update one contact."""
    [written] = await upsert(db, workspace_id, [details], at=at, origin=origin)
    if written.conflict:
        raise Conflict(written.conflict)
    return written


async def _write(
    db: Db, workspace_id: UUID, aims: Sequence[Aim], at: datetime, origin: Origin, rule: "_Rule"
) -> list[Written]:
    written: list[Written | None] = [None] * len(aims)
    left = list(range(len(aims)))
    while left:  # again for those whom somebody else has created meanwhile: now they are known
        batch = _Batch(await _look(db, workspace_id, [aims[n] for n in left], lock=True), rule, at)
        for n in left:
            written[n] = batch.take(aims[n])
        stored = await _finish(db, workspace_id, batch.changed(), at, origin)
        left = [n for n in left if (one := written[n]) and one.lost(stored)]
    return [one for one in written if one]


async def _finish(
    db: Db, workspace_id: UUID, people: Sequence[Person], at: datetime, origin: Origin
) -> set[UUID]:
    """Store what people have become, and say so; the ids of those who were stored."""
    stored = await _store(db, workspace_id, people, at)
    new = [person for person in people if person.id in stored]
    await _define_fields(db, workspace_id, new, at)
    await _announce(db, workspace_id, new, at, origin)
    return stored


async def _look(db: Db, workspace_id: UUID, aims: Sequence[Aim], *, lock: bool) -> list[Person]:
    """Whoever the aims may be about."""
    cursor = (await driver(db)).cursor(row_factory=dict_row)
    await cursor.execute(
        f"{_LOOK} for no key update" if lock else _LOOK,
        {
            "workspace": workspace_id,
            "ids": [aim.contact_id for aim in aims if aim.contact_id],
            "emails": [aim.details.email for aim in aims if aim.details.email],
            "external_ids": [aim.details.external_id for aim in aims if aim.details.external_id],
        },
    )
    return [person_of(row) for row in await cursor.fetchall()]


def person_of(row: Mapping[str, Any]) -> Person:
    known = {name: row[name] for name in (*STANDARD, "attributes", "consent")}
    profile = Profile(**known, tags=tuple(row["tags"]))
    return Person(row["id"], row["created_at"], row["updated_at"], profile, profile)


async def _store(db: Db, workspace_id: UUID, people: Sequence[Person], at: datetime) -> set[UUID]:
    if not people:
        return set()
    rows = Jsonb([_row(person) for person in people])
    try:
        cursor = await (await driver(db)).execute(_WRITE, {"workspace": workspace_id, "at": at, "rows": rows})
    except UniqueViolation:
        raise Conflict("Somebody else was given this address at the same moment. Try again.") from None
    return {row[0] for row in await cursor.fetchall()}


def _row(person: Person) -> dict[str, Any]:
    profile = person.profile
    standard = {name: getattr(profile, name) for name in STANDARD}
    kept = {"attributes": profile.attributes, "tags": profile.tags, "consent": profile.consent}
    return {"id": str(person.id), "created": person.before is None, **standard, **kept}


async def _define_fields(db: Db, workspace_id: UUID, people: Sequence[Person], at: datetime) -> None:
    """A detail that nobody had before becomes a field, so that lists, conditions and forms know it."""
    known = [
        (person.profile.attributes, person.before.attributes if person.before else {}) for person in people
    ]
    gained = {name: value for now, before in known for name, value in now.items() if name not in before}
    await custom_fields.define(db, workspace_id, undeclared(gained, {}), at=at)


async def _announce(
    db: Db, workspace_id: UUID, people: Sequence[Person], at: datetime, origin: Origin
) -> None:
    happened, said = list[NewEvent](), list[Statement]()
    for person in people:
        for one in announce(person.before, person.profile):
            properties = {**one.properties, **origin.because}
            happened.append(NewEvent(workspace_id, one.name, person.id, at, properties, origin.source))
            if one.name == "contact.consent_changed":
                said.append(Statement(workspace_id, person.id, **one.properties))
    await record(db, said, at=at, origin=origin)
    await events.append(db, happened, recorded_at=at)


@dataclass(frozen=True, slots=True)
class _Rule:
    """`keep_refusals`: whoever said no stays so. `keep_existing`: whoever is known stays as they are."""

    keep_refusals: bool = False
    keep_existing: bool = False


@dataclass(slots=True)
class _Batch:
    """Takes one aim after the other, each seeing what those before it have made of people."""

    known: Sequence[Person]
    rule: _Rule
    at: datetime
    by_id: dict[UUID, Person] = field(init=False)
    by_email: dict[str, Person] = field(init=False)
    by_external_id: dict[str, Person] = field(init=False)

    def __post_init__(self) -> None:
        self.by_id = {person.id: person for person in self.known}
        self.by_email = {p.profile.email: p for p in self.known if p.profile.email}
        self.by_external_id = {p.profile.external_id: p for p in self.known if p.profile.external_id}

    def take(self, aim: Aim) -> Written:
        details = aim.details
        person = self._aimed_at(aim)
        if conflict := self._conflict(person, details):
            return Written(None, conflict=conflict)
        if person is None:
            return (
                Written(None)
                if aim.contact_id
                else Written(self._create(details), created=True, changed=True)
            )
        if self.rule.keep_existing:
            return Written(person)
        told = person.profile.told(details, keep_refusals=self.rule.keep_refusals)
        changed = told != person.profile
        self._keep(person, told)
        return Written(person, changed=changed)

    def changed(self) -> list[Person]:
        """In the order of their ids, in which everybody writes contacts: two writers cannot wait for each other."""
        return sorted(
            (person for person in self.by_id.values() if person.changed), key=lambda person: person.id
        )

    def _aimed_at(self, aim: Aim) -> Person | None:
        if aim.contact_id:
            return self.by_id.get(aim.contact_id)
        by_external_id = self.by_external_id.get(aim.details.external_id or "")
        return by_external_id or self.by_email.get(aim.details.email or "")

    def _conflict(self, person: Person | None, details: Details) -> str:
        """An address is one person's. What somebody gave up in this batch is free in the next one only."""
        owner = self.by_email.get(details.email or "", person)
        if owner is not person:
            return f"The e-mail address {details.email} belongs to another contact."
        owner = self.by_external_id.get(details.external_id or "", person)
        return (
            f"The external_id {details.external_id} belongs to another contact."
            if owner is not person
            else ""
        )

    def _create(self, details: Details) -> Person:
        person = Person(new_id(), self.at, self.at, None, Profile())
        self.by_id[person.id] = person
        self._keep(person, person.profile.told(details))
        return person

    def _keep(self, person: Person, profile: Profile) -> None:
        person.profile = profile
        if person.changed:
            person.updated_at = self.at
        if profile.email:
            self.by_email[profile.email] = person
        if profile.external_id:
            self.by_external_id[profile.external_id] = person
