"""One contact: the profile with its timeline, editing, tags, consent, erasing."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response

from domain.calendars import zones
from domain.contacts import CHANNELS, CONSENTS, STANDARD, Conventions, Details, parse_details, parse_tag
from domain.errors import Conflict, Invalid, NotFound
from domain.workspaces import time_zones
from models import contacts
from models.contacts import Contact, Place
from models.events import Event
from web import passages, people, toasts
from web.contexts.base import Form, Listing, Paging
from web.contexts.contacts import Contact as Shown
from web.contexts.contacts import ContactForm, ContactShow
from web.deps import Caller, Db, Now, Pages, View, into, needs, see_other
from web.formats import clock_time

router = Pages(prefix="/contacts/{contact_id:uuid}")
_PAGE = 30


@router.get("", dependencies=[needs("contacts:read")])
async def show(request: Request, contact_id: UUID, db: Db, caller: Caller, now: Now, view: View) -> Response:
    page = await _page(request, db, caller, contact_id, now)
    return view(page, fragment="timeline" if into(request, "timeline") else None)


@router.get("/edit", dependencies=[needs("contacts:write")])
async def edit(request: Request, contact_id: UUID, db: Db, caller: Caller, view: View) -> Response:
    contact = await _get(db, contact_id)
    values = {name: getattr(contact, name) or "" for name in STANDARD}
    page = await _form(db, caller.workspace_id, contact, Form(values=values))
    return view(page, fragment="drawer" if request.headers.get("hx-request") else None)


@router.post("", dependencies=[needs("contacts:write")])
async def change(
    request: Request, contact_id: UUID, db: Db, caller: Caller, now: Now, view: View
) -> Response:
    values = {name: str(value) for name, value in (await request.form()).items()}
    by = people.by_hand(request, caller)
    try:
        conventions = await contacts.conventions_of(db, caller.workspace_id)
        details = parse_details(people.given(values, conventions.fields), conventions)
        await contacts.change_one(db, caller.workspace_id, contact_id, details, at=now, origin=by)
    except (Invalid, Conflict) as error:
        page = await _form(
            db, caller.workspace_id, await _get(db, contact_id), people.refused_person(error, values)
        )
        return view(page, fragment="drawer" if request.headers.get("hx-request") else None, status=422)
    return _back(request, contact_id, "Saved.")


@router.post("/tags", dependencies=[needs("contacts:write")])
async def add_tag(
    request: Request, contact_id: UUID, db: Db, caller: Caller, now: Now, view: View
) -> Response:
    tag = parse_tag(str((await request.form()).get("tag", "")))
    wanted = [contacts.Tagged(caller.workspace_id, (await _get(db, contact_id)).id, tag, now)]
    await contacts.tag(db, wanted, source="person")
    return await _part(request, db, caller, contact_id, now, view, "tags")


@router.post("/tags/remove", dependencies=[needs("contacts:write")])
async def remove_tag(
    request: Request, contact_id: UUID, db: Db, caller: Caller, now: Now, view: View
) -> Response:
    tag = str((await request.form()).get("tag", ""))
    wanted = [contacts.Tagged(caller.workspace_id, (await _get(db, contact_id)).id, tag, now)]
    await contacts.untag(db, wanted, source="person")
    return await _part(request, db, caller, contact_id, now, view, "tags")


@router.post("/consent", dependencies=[needs("contacts:write")])
async def record_consent(
    request: Request, contact_id: UUID, db: Db, caller: Caller, now: Now, view: View
) -> Response:
    """What somebody told us, written down with the name of whoever heard it."""
    sent = await request.form()
    channel, state = str(sent.get("channel", "")), str(sent.get("state", ""))
    if channel not in CHANNELS or state not in CONSENTS:
        raise Invalid("Choose a channel, and whether they said yes or no.")
    by = people.by_hand(request, caller)
    details = Details(consent={channel: state})
    await contacts.change_one(db, caller.workspace_id, contact_id, details, at=now, origin=by)
    return await _part(request, db, caller, contact_id, now, view, "consents")


@router.post("/unblock", dependencies=[needs("contacts:write")])
async def unblock(
    request: Request, contact_id: UUID, db: Db, caller: Caller, now: Now, view: View
) -> Response:
    """Somebody knows that a mailbox which could not be reached is there again."""
    channel, contact = str((await request.form()).get("channel", "")), await _get(db, contact_id)
    address = contact.email if channel == "email" else contact.phone
    if not address or not await contacts.unsuppress(db, caller.workspace_id, channel, address):
        raise Conflict(
            "Nothing blocks this address that could be lifted here. Who said no, or complained, stays blocked."
        )
    return await _part(request, db, caller, contact_id, now, view, "consents")


@router.post("/erase", dependencies=[needs("contacts:write")])
async def erase(contact_id: UUID, db: Db, caller: Caller, now: Now) -> Response:
    name = people.name_of(await _get(db, contact_id))
    await contacts.erase(db, caller.workspace_id, [contact_id], at=now)
    return see_other("/contacts", toast=f"{name} is erased, with everything that was known.")


async def _page(request: Request, db: Db, caller: Caller, contact_id: UUID, now: datetime) -> ContactShow:
    db.expire_all()  # what was written in this visit went past the session
    workspace_id, contact = caller.workspace_id, await _get(db, contact_id)
    conventions = await contacts.conventions_of(db, workspace_id)
    zone = zones.find_zone(contact.time_zone) or conventions.zone
    been = await contacts.passages(db, contact_id)
    told = caller.may("automations:read")
    question = await passages.question(
        db,
        caller,
        contact_id,
        been={one.automation_id for one in been},
        asked=request.query_params.get("automation", ""),
        now=now,
    )
    addresses = [address for address in (contact.email, contact.phone) if address]
    blocked = await contacts.suppressed(db, workspace_id, addresses)
    asked = {name: request.query_params[name] for name in ("kind", "after") if request.query_params.get(name)}
    listing = Listing(path=f"/contacts/{contact_id}", params=asked)
    only, but = people.KINDS.get(listing["kind"], people.KINDS[""])
    events = await contacts.timeline(
        db, contact_id, names=only, but=but, after=_place(listing["after"]), limit=_PAGE
    )
    return ContactShow(
        contact=_shown(contact, conventions, now),
        consents=people.consents(contact, await contacts.statements(db, contact_id), blocked),
        enrolments=tuple(passages.shown(one, zone, now, told=told) for one in been),
        question=question,
        record_zone=zone.key.replace("_", " "),
        listing=listing,
        timeline=tuple(people.entry(event) for event in events[:_PAGE]),
        paging=_paging(listing, events),
        all_tags=tuple(await contacts.tags(db, workspace_id)),
    )


def _paging(listing: Listing, events: Sequence[Event]) -> Paging:
    """`events` are one more than fit on the page when there is an older one."""
    last = events[_PAGE - 1] if len(events) > _PAGE else None
    older = listing.url(after=f"{last.id}~{last.occurred_at.isoformat()}") if last else None
    return Paging(newer=listing.url(after=None) if listing["after"] else None, older=older)


def _shown(contact: Contact, conventions: Conventions, now: datetime) -> Shown:
    own = zones.find_zone(contact.time_zone)
    known = people.attributes(contact.attributes, conventions.fields, conventions.zone)
    standard = {name: getattr(contact, name) or "" for name in STANDARD}
    return Shown(
        id=contact.id,
        name=people.name_of(contact),
        added_at=contact.created_at,
        local_time=clock_time(now, own) if own else "",
        tags=tuple(contact.tags),
        attributes=tuple(attribute for attribute in known if attribute.text),
        **standard,
    )


async def _form(db: Db, workspace_id: UUID, contact: Contact, form: Form) -> ContactForm:
    conventions = await contacts.conventions_of(db, workspace_id)
    return ContactForm(
        form=form,
        fields=people.attributes(contact.attributes, conventions.fields, conventions.zone),
        time_zones=time_zones(),
        contact_id=contact.id,
        name=people.name_of(contact),
    )


async def _part(
    request: Request, db: Db, caller: Caller, contact_id: UUID, now: Now, view: View, fragment: str
) -> Response:
    """The part of the profile that has changed; the whole of it for a browser without a script."""
    if not request.headers.get("hx-request"):
        return see_other(f"/contacts/{contact_id}")
    return view(await _page(request, db, caller, contact_id, now), fragment=fragment)


def _back(request: Request, contact_id: UUID, toast: str) -> Response:
    """To the profile: from a drawer the browser itself has to go there."""
    if not request.headers.get("hx-request"):
        return see_other(f"/contacts/{contact_id}", toast=toast)
    response = Response(status_code=204, headers={"HX-Redirect": f"/contacts/{contact_id}"})
    toasts.send(response, toast)
    return response


async def _get(db: Db, contact_id: UUID) -> Contact:
    found = await contacts.by_ids(db, [contact_id])
    if not found:
        raise NotFound("There is no such contact. Perhaps it was erased.")
    return found[0]


def _place(raw: str) -> Place | None:
    """The first page for what cannot be read."""
    try:
        id_, at = raw.split("~", 1)
        return Place(datetime.fromisoformat(at), UUID(id_))
    except ValueError:
        return None
