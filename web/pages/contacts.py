"""Contacts: the list, what is done with many of them at once, and adding one by hand."""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import Response, StreamingResponse

from core.db import Scope, session
from core.visits import scope_of
from domain.contacts import Details, parse_details, parse_tag
from domain.custom_fields import CustomField
from domain.errors import Conflict, Invalid
from domain.workspaces import time_zones
from models import contacts
from models.contacts import Contact, Filter, Listed, Place, Tagged, Totals, exports
from models.contacts.lists import Sort
from web import people
from web.contexts.base import BLANK, Choice, Form, Listing, Paging
from web.contexts.contacts import Column, ContactForm, ContactRow, ContactsIndex
from web.deps import Caller, Db, Now, Pages, View, Workspace, into, needs, see_other
from web.formats import number, plural
from web.selection import chosen, filter_of, listing_of, people_chosen

router = Pages()
_PAGE = 50
_MOST_COLUMNS = 10
_SORTS: Mapping[str, Sort] = {
    "name": "name",
    "-name": "-name",
    "added": "created",
    "-added": "-created",
    "activity": "-activity",
    "-activity": "-activity",
}
BOM = "\ufeff"
"""Without it Excel takes UTF-8 for something else."""


@router.get("/contacts", dependencies=[needs("contacts:read")])
async def index(
    request: Request, db: Db, caller: Caller, workspace: Workspace, now: Now, view: View
) -> Response:
    listing = _listing(request)
    where, sort = filter_of(listing.params), _SORTS.get(listing["sort"], "-created")
    shown_before, after = _place(listing["after"], sort)
    listed = await contacts.find(db, caller.workspace_id, where, sort=sort, after=after, limit=_PAGE)
    rows_alone = into(request, "contacts")
    totals = Totals(0, 0) if rows_alone else await contacts.totals(db, caller.workspace_id)
    fields = (await contacts.conventions_of(db, caller.workspace_id)).fields
    chosen = [fields[name] for name in listing["columns"].split(",") if name in fields]
    tags = await contacts.tags(db, caller.workspace_id)
    page = ContactsIndex(
        listing=listing,
        rows=await _rows(
            db, caller.workspace_id, listed.contacts[:_PAGE], chosen, ZoneInfo(workspace.time_zone), now
        ),
        matching=listed.matching,
        total=totals.contacts,
        reachable=totals.reachable,
        paging=_paging(listing, listed, shown_before),
        columns=tuple(_column(field) for field in chosen),
        all_columns=tuple(_column(field) for field in fields.values()),
        tags=tuple(Choice(value=tag, label=tag, count=n) for tag, n in tags.items()),
        sortable=("name", "added", "activity"),
    )
    return view(page, fragment="rows" if rows_alone else None)


@router.post("/contacts/bulk", dependencies=[needs("contacts:write")])
async def bulk(request: Request, db: Db, caller: Caller, now: Now) -> Response:
    sent = await request.form()
    back = listing_of(sent).url()
    try:
        tag = parse_tag(str(sent.get("tag", "")))
    except Invalid as error:
        return see_other(back, toast=f"Which tag? {error.message}", tone="bad")
    try:
        ids = await people_chosen(db, caller.workspace_id, sent, done="tagged")
    except Invalid as error:
        return see_other(back, toast=error.message, tone="bad")
    write = contacts.untag if sent.get("action") == "remove_tag" else contacts.tag
    wanted = [Tagged(caller.workspace_id, contact_id, tag, now) for contact_id in ids]
    changed = await write(db, wanted, source="person")
    did = "lost" if sent.get("action") == "remove_tag" else "got"
    return see_other(back, toast=f"{plural(len(changed), 'person', 'people')} {did} the tag “{tag}”.")


@router.post("/contacts/export", dependencies=[needs("contacts:export")])
async def export(request: Request, caller: Caller) -> Response:
    """Those who are selected, or everybody who matches."""
    where = chosen(await request.form())
    lines = _file(scope_of(request, caller), caller.workspace_id, where)
    disposition = {"Content-Disposition": 'attachment; filename="contacts.csv"'}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=disposition)


@router.get("/contacts/new", dependencies=[needs("contacts:write")])
async def new(db: Db, caller: Caller, view: View) -> Response:
    return view(await _form(db, caller.workspace_id, BLANK))


@router.post("/contacts", dependencies=[needs("contacts:write")])
async def add(request: Request, db: Db, caller: Caller, now: Now, view: View) -> Response:
    sent = await request.form()
    values = {name: str(value) for name, value in sent.items()}
    try:
        conventions = await contacts.conventions_of(db, caller.workspace_id)
        details = parse_details(_new(values, conventions.fields), conventions)
        await _check_new(db, caller.workspace_id, details)
        written = await contacts.put(
            db, caller.workspace_id, details, at=now, origin=people.by_hand(request, caller)
        )
    except (Invalid, Conflict) as error:
        return view(await _form(db, caller.workspace_id, people.refused_person(error, values)), status=422)
    if written.person is None:
        raise Conflict("Somebody else added this person at the same moment. Look in the list.")
    return see_other(
        f"/contacts/{written.person.id}", toast=f"{written.person.profile.name} is among your contacts now."
    )


async def _check_new(db: Db, workspace_id: UUID, details: Details) -> None:
    if not (details.email or details.external_id or details.standard.get("phone")):
        raise Invalid.at(
            "email", "Give an e-mail address, a phone number or an id of yours, to know them by."
        )
    [tried] = await contacts.rehearse(db, workspace_id, [details])
    if not tried.created:
        path = "email" if details.email else "external_id"
        raise Invalid.at(
            path, "Somebody with this is among your contacts already. Look for them in the list."
        )


def _new(values: Mapping[str, str], fields: Iterable[str]) -> dict[str, Any]:
    tags = [tag for tag in values.get("tags", "").split(",") if tag.strip()]
    consent = {"email": "subscribed"} if values.get("consent") == "subscribed" else {}
    return {**people.given(values, fields), "tags": tags, "consent": consent}


async def _form(db: Db, workspace_id: UUID, form: Form) -> ContactForm:
    conventions = await contacts.conventions_of(db, workspace_id)
    fields = people.attributes({}, conventions.fields, conventions.zone)
    return ContactForm(form=form, fields=fields, time_zones=time_zones())


async def _rows(
    db: Db,
    workspace_id: UUID,
    shown: Sequence[Contact],
    fields: Sequence[CustomField],
    zone: ZoneInfo,
    now: datetime,
) -> tuple[ContactRow, ...]:
    ids = [contact.id for contact in shown]
    blocked = await contacts.suppressed(
        db, workspace_id, [contact.email for contact in shown if contact.email]
    )
    latest = await contacts.latest(db, ids)
    bars = await contacts.engagement(db, ids, now=now)
    return tuple(
        ContactRow(
            id=contact.id,
            name=people.name_of(contact),
            email=contact.email or "",
            consent=people.consent_state(contact, "email", blocked),
            added_at=contact.created_at,
            tags=tuple(contact.tags),
            last_activity=people.said(latest[contact.id]) if contact.id in latest else "",
            last_activity_at=latest[contact.id].occurred_at if contact.id in latest else None,
            values=tuple(
                people.value_words(field, contact.attributes.get(field.name), zone) for field in fields
            ),
            engagement=bars[contact.id],
        )
        for contact in shown
    )


def _column(field: CustomField) -> Column:
    return Column(name=field.name, label=field.label, numeric=field.type == "number")


def _listing(request: Request) -> Listing:
    asked = {name: request.query_params.get(name, "") for name in ("q", "tag", "consent", "sort", "after")}
    columns = [name for part in request.query_params.getlist("columns") for name in part.split(",") if name]
    asked["columns"] = ",".join(dict.fromkeys(columns[:_MOST_COLUMNS]))
    asked["sort"] = "-activity" if asked["sort"] == "activity" else asked["sort"]
    return Listing(path="/contacts", params={name: value for name, value in asked.items() if value})


def _paging(listing: Listing, listed: Listed, before: int) -> Paging:
    """`after` carries how many were shown before, for the label."""
    shown = min(len(listed.contacts), _PAGE)
    last = listed.places[_PAGE - 1] if len(listed.contacts) > _PAGE else None
    older = listing.url(after=f"{before + shown}~{last.id}~{_key(last)}") if last else None
    label = f"{number(before + 1)}–{number(before + shown)} of {number(listed.matching)}" if shown else ""
    return Paging(label=label, newer=listing.url(after=None) if before else None, older=older)


def _key(place: Place) -> str:
    return place.key.isoformat() if isinstance(place.key, datetime) else str(place.key)


def _place(raw: str, sort: Sort) -> tuple[int, Place | None]:
    """The first page for what cannot be read."""
    try:
        before, id_, key = raw.split("~", 2)
        return int(before), Place(key if sort.endswith("name") else datetime.fromisoformat(key), UUID(id_))
    except ValueError:
        return 0, None


async def _file(scope: Scope, workspace_id: UUID, where: Filter) -> AsyncGenerator[str]:
    """A transaction of its own: that of the visit has ended when the file is read."""
    yield BOM
    async with session(scope) as db:
        async for line in exports.lines(db, workspace_id, where):
            yield line
