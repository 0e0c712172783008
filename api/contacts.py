"""Contacts: the people of a business, one by one, in lists, and a thousand at once."""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from fastapi import Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from api import pagination
from api.deps import Caller, Db, Now, Workspace, needs
from api.pagination import Cursor, Limit, Page
from api.routes import Body, Part, Router
from core.db import Scope, session
from core.visits import client_address, scope_of
from domain.calendars import zones
from domain.conditions import Condition, Vocabulary, check, parse
from domain.contacts import Details, Origin, parse_details, parse_tags
from domain.errors import Conflict, Invalid, NotFound
from domain.permissions import Caller as Known
from models import contacts, custom_fields
from models.conditions import where as compile_condition
from models.contacts import Filter, Place, exports
from models.contacts.lists import ConsentFilter, Sort

router = Router(prefix="/contacts", tags=["Contacts"])
ROOTS = frozenset({"contact"})
Ids = Annotated[list[UUID], Field(min_length=1, max_length=1000)]
Search = Annotated[
    str, Query(max_length=200, description="Words to look for in names, addresses and external_id.")
]
Tag = Annotated[str, Query(max_length=100, description="Only those with this tag.")]
ConsentState = Annotated[ConsentFilter | None, Query(description="What they said about e-mail.")]
Asked = Annotated[
    str | None,
    Query(
        max_length=5_000,  # as much as fits into an address, whatever the characters
        description='Only those of whom this condition is true, as JSON: {"tag": "vip"}.',
        examples=['{"field": "contact.plan", "op": "is", "value": "pro"}'],
    ),
]
SegmentId = Annotated[UUID | None, Query(description="Only those in this segment.")]


class Said(Part):
    """What is said about one person. What is left out stays as it is; null clears it."""

    email: str | None = Field(None, examples=["ada@example.com"])
    phone: str | None = Field(None, examples=["+49 30 1234567"])
    first_name: str | None = None
    last_name: str | None = None
    external_id: str | None = Field(None, description="The person's id in your own system.")
    time_zone: str | None = Field(None, examples=["Europe/Berlin"])
    attributes: dict[str, Any] | None = Field(
        None, description="Custom fields by name; a new name defines a field. Null removes a value."
    )
    tags: list[str] | None = None
    consent: dict[str, str] | None = Field(
        None,
        description="What they agreed to by channel (`email`, `sms`): `subscribed` or `unsubscribed`.",
        examples=[{"email": "subscribed"}],
    )


class NewContact(Said, Body):
    """Somebody to create, or to update when the external_id or else the e-mail address is known. Tags are added."""


class ContactChange(Said, Body):
    """A JSON merge patch (RFC 7396): attributes are merged, `tags` are all the tags that remain."""


class NewContacts(Body):
    contacts: list[Said] = Field(min_length=1, max_length=1000)


class TagChange(Body):
    contact_ids: Ids
    add: list[str] = Field(default_factory=list, max_length=100)
    remove: list[str] = Field(default_factory=list, max_length=100)


class Unblocking(Body):
    channel: Literal["email", "sms"] = "email"


class ContactOut(BaseModel):
    id: UUID
    email: str | None
    phone: str | None = Field(description="With its country code: +49301234567.")
    first_name: str | None
    last_name: str | None
    external_id: str | None
    time_zone: str | None
    attributes: dict[str, Any]
    tags: list[str]
    consent: dict[str, str]
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: contacts.Contact) -> "ContactOut":
        return cls.model_validate(row, from_attributes=True)

    @classmethod
    def by(cls, person: contacts.Person) -> "ContactOut":
        profile = person.profile
        known = {name: getattr(profile, name) for name in cls.model_fields if hasattr(profile, name)}
        return cls(id=person.id, created_at=person.created_at, updated_at=person.updated_at, **known)


class RejectedContact(BaseModel):
    index: int = Field(description="Its place in the request, from 0.")
    path: str = Field(description="What is wrong: `email`.")
    message: str


class ContactsTaken(BaseModel):
    created: int
    updated: int
    rejected: list[RejectedContact] = Field(description="Those that were not taken; the others were.")


class Changed(BaseModel):
    changed: int = Field(description="For how many contacts something is different now.")


class TimelineEntryOut(BaseModel):
    """Something that happened with a contact."""

    id: UUID
    name: str
    properties: dict[str, Any]
    occurred_at: datetime
    recorded_at: datetime
    source: str


@router.post(
    "",
    status_code=201,
    dependencies=[needs("contacts:write")],
    responses={200: {"model": ContactOut, "description": "Known already, and updated."}},
)
async def create_contact(
    said: NewContact, request: Request, response: Response, caller: Caller, db: Db, now: Now
) -> ContactOut:
    """Create a contact, or update the one with this external_id or else this e-mail address."""
    details = await _details(db, caller, said)
    _check_named(details)
    written = await contacts.put(db, caller.workspace_id, details, at=now, origin=origin(request, caller))
    response.status_code = 201 if written.created else 200
    return ContactOut.by(_person(written))


@router.post("/batch", dependencies=[needs("contacts:write")])
async def create_contacts(
    said: NewContacts, request: Request, caller: Caller, db: Db, now: Now
) -> ContactsTaken:
    """Create or update up to 1,000 contacts. Each that cannot be taken is rejected by itself."""
    conventions = await contacts.conventions_of(db, caller.workspace_id)
    sound, rejected = dict[int, Details](), list[RejectedContact]()
    for index, one in enumerate(said.contacts):
        try:
            sound[index] = parse_details(one.model_dump(exclude_unset=True), conventions)
            _check_named(sound[index])
        except Invalid as error:
            sound.pop(index, None)
            rejected += [RejectedContact(index=index, path=p.path, message=p.message) for p in error.problems]
    written = await contacts.upsert(
        db, caller.workspace_id, list(sound.values()), at=now, origin=origin(request, caller)
    )
    for index, one in zip(sound, written, strict=True):
        if one.conflict:
            rejected.append(RejectedContact(index=index, path="", message=one.conflict))
    created = sum(one.created for one in written)
    updated = sum(not one.created and not one.conflict for one in written)
    return ContactsTaken(created=created, updated=updated, rejected=sorted(rejected, key=lambda r: r.index))


@router.post("/tags", dependencies=[needs("contacts:write")])
async def change_tags(wanted: TagChange, request: Request, caller: Caller, db: Db, now: Now) -> Changed:
    """Give tags to up to 1,000 contacts and take tags from them. Ids that are not known are passed over."""
    known = await contacts.by_ids(db, wanted.contact_ids)
    add, remove = _tags("add", wanted.add), _tags("remove", wanted.remove)
    source = origin(request, caller).source

    def each(tags: tuple[str, ...]) -> list[contacts.Tagged]:
        return [contacts.Tagged(caller.workspace_id, one.id, tag, now) for one in known for tag in tags]

    added = await contacts.tag(db, each(add), source=source)
    removed = await contacts.untag(db, each(remove), source=source)
    return Changed(changed=len(added | removed))


async def wanted(
    caller: Caller,
    db: Db,
    workspace: Workspace,
    now: Now,
    q: Search = "",
    tag: Tag = "",
    consent: ConsentState = None,
    condition: Asked = None,
    segment_id: SegmentId = None,
) -> Filter:
    """Whom a list or an export shows."""
    if segment_id:
        raise NotFound("There is no such segment.")
    if condition is None:
        return Filter(q, tag, consent)
    fields = await custom_fields.known(db, caller.workspace_id)
    asked = _condition(condition, Vocabulary({name: field.type for name, field in fields.items()}, ROOTS))
    zone = zones.zone_named(workspace.time_zone)
    return Filter(
        q, tag, consent, compile_condition(asked, workspace_id=caller.workspace_id, now=now, zone=zone)
    )


Wanted = Annotated[Filter, Depends(wanted)]


@router.get("", dependencies=[needs("contacts:read")])
async def list_contacts(
    caller: Caller, db: Db, where: Wanted, sort: Sort = "-created", limit: Limit = 50, cursor: Cursor = None
) -> Page[ContactOut]:
    """Contacts that match everything given, the newest first unless `sort` says otherwise."""
    after = _place(cursor, sort) if cursor else None
    listed = await contacts.find(
        db, caller.workspace_id, where, sort=sort, after=after, limit=limit, counted=False
    )
    more = len(listed.contacts) > limit
    last = listed.places[limit - 1] if more else None
    following = pagination.encode(last.key, last.id) if last else None
    return Page(items=[ContactOut.of(one) for one in listed.contacts[:limit]], next=following)


@router.get(
    "/export",
    dependencies=[needs("contacts:export")],
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "A CSV file."}},
)
async def export_contacts(request: Request, caller: Caller, where: Wanted) -> StreamingResponse:
    """All contacts that match, as CSV in UTF-8. Cells that a spreadsheet would run begin with a quote; an import removes it."""
    lines = _file(scope_of(request, caller), caller.workspace_id, where)
    disposition = {"Content-Disposition": 'attachment; filename="contacts.csv"'}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=disposition)


@router.get("/{contact_id}", dependencies=[needs("contacts:read")])
async def get_contact(contact_id: UUID, db: Db) -> ContactOut:
    """One contact."""
    return ContactOut.of(await _get(db, contact_id))


@router.patch("/{contact_id}", dependencies=[needs("contacts:write")])
async def change_contact(
    contact_id: UUID, said: ContactChange, request: Request, caller: Caller, db: Db, now: Now
) -> ContactOut:
    """Change one contact. What is left out stays as it is."""
    details = await _details(db, caller, said, exact_tags=True)
    by = origin(request, caller)
    written = await contacts.change_one(db, caller.workspace_id, contact_id, details, at=now, origin=by)
    return ContactOut.by(_person(written))


@router.delete("/{contact_id}", status_code=204, dependencies=[needs("contacts:write")])
async def erase_contact(contact_id: UUID, caller: Caller, db: Db, now: Now) -> None:
    """Erase a contact and everything that is known about them."""
    if not await contacts.erase(db, caller.workspace_id, [contact_id], at=now):
        raise _unknown()


@router.post("/{contact_id}/unblock", status_code=204, dependencies=[needs("contacts:write")])
async def unblock_contact(contact_id: UUID, wanted: Unblocking, caller: Caller, db: Db) -> None:
    """Have somebody written to again whose address could not be reached. Whoever said no, or complained, stays blocked."""
    contact = await _get(db, contact_id)
    address = contact.email if wanted.channel == "email" else contact.phone
    if not address or not await contacts.unsuppress(db, caller.workspace_id, wanted.channel, address):
        raise Conflict(
            "Nothing blocks this address that could be lifted here. Who said no, or complained, stays blocked."
        )


@router.get("/{contact_id}/timeline", dependencies=[needs("contacts:read")])
async def get_timeline(
    contact_id: UUID,
    db: Db,
    name: Annotated[
        list[str] | None, Query(max_length=20, description="Only these events; `email.*` are all of e-mail.")
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[TimelineEntryOut]:
    """What happened with one contact, the latest first."""
    await _get(db, contact_id)
    after = Place(*pagination.decode(cursor, datetime.fromisoformat, UUID)) if cursor else None
    rows = await contacts.timeline(db, contact_id, names=name or (), after=after, limit=limit)
    more = len(rows) > limit
    following = pagination.encode(rows[limit - 1].occurred_at, rows[limit - 1].id) if more else None
    items = [TimelineEntryOut.model_validate(row, from_attributes=True) for row in rows[:limit]]
    return Page(items=items, next=following)


def origin(request: Request, caller: Known) -> Origin:
    """Behind a change stands the person who is signed in, or the key and where it was used."""
    source = "person" if caller.kind == "user" else "api"
    return Origin(source, by=caller.name, ip=client_address(request))


async def _file(scope: Scope, workspace_id: UUID, where: Filter) -> AsyncGenerator[str]:
    """A transaction of its own: that of the request has ended when the file is read."""
    async with session(scope) as db:
        async for line in exports.lines(db, workspace_id, where):
            yield line


async def _details(db: Db, caller: Known, said: Said, *, exact_tags: bool = False) -> Details:
    conventions = await contacts.conventions_of(db, caller.workspace_id)
    return parse_details(said.model_dump(exclude_unset=True), conventions, exact_tags=exact_tags)


def _check_named(details: Details) -> None:
    if not (details.email or details.external_id or details.standard.get("phone")):
        raise Invalid.at("email", "Say who this is: give an email, an external_id or a phone number.")


def _tags(name: str, raw: list[str]) -> tuple[str, ...]:
    try:
        return parse_tags(raw)
    except Invalid as error:
        raise error.under(name) from None


def _condition(raw: str, vocabulary: Vocabulary) -> Condition:
    try:
        asked = parse(orjson.loads(raw), "condition")
    except orjson.JSONDecodeError:
        raise Invalid.at("condition", 'This is not JSON. Send a condition such as {"tag": "vip"}.') from None
    if problems := check(asked, vocabulary, path="condition"):
        raise Invalid(problems=problems)
    return asked


def _place(cursor: str, sort: Sort) -> Place:
    key = str if sort.endswith("name") else datetime.fromisoformat
    return Place(*pagination.decode(cursor, key, UUID))


async def _get(db: Db, contact_id: UUID) -> contacts.Contact:
    found = await contacts.by_ids(db, [contact_id])
    if not found:
        raise _unknown()
    return found[0]


def _person(written: contacts.Written) -> contacts.Person:
    if written.person is None:
        raise _unknown()
    return written.person


def _unknown() -> NotFound:
    return NotFound("There is no such contact.")
