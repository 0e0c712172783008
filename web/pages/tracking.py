"""The links of our mails that come back to us: counted clicks, noticed openings, unsubscribing.

Opening a link never unsubscribes anybody: mail scanners open all of them. One click in a mail program is a POST (RFC 8058).
"""

from base64 import b64decode
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from activities.emails import link_keys
from core.db import Db, Scope, session
from core.visits import client_address, door
from domain import tracking
from domain.contacts import Details, Origin
from domain.errors import NotFound
from domain.tracking import Keys, Unsubscription
from models import clocks, contacts, events, messages
from models.events import NewEvent
from models.messages import Message
from models.workspaces import Workspace
from web.contexts.public import Unsubscribe, Unsubscribed
from web.deps import Bare, Pages

router = Pages()
_PIXEL = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_SCANNER = timedelta(seconds=3)  # nobody reads that fast: what comes sooner after sending is a machine
_SHOWN_ANYWHERE = {"Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "cross-origin"}
_GONE = "This link is not complete. Copy it from the e-mail once more."


@cache
def _keys(home: Path) -> Keys:
    return link_keys(home)


def keys(request: Request) -> Keys:
    return _keys(door(request).settings.mainspring_home)


@router.get("/t/o/{token}")
async def opened(token: str, request: Request) -> Response:
    """The pixel of a mail."""
    found = tracking.read_opening(keys(request), token.removesuffix(".gif"))
    if found:
        async with session(Scope(workspaces=(found.workspace_id,))) as db:
            now = await clocks.now(db, found.workspace_id)
            message = await messages.opened(db, found.message_id, now, unless_before=_SCANNER)
            if message:
                await _announce(db, message, "email.opened", now)
    return Response(_PIXEL, media_type="image/gif", headers=_SHOWN_ANYWHERE)


@router.get("/t/c/{token}")
async def clicked(token: str, request: Request) -> Response:
    """A link of a mail; where it leads is in the token, so it leads nowhere else."""
    found = tracking.read_click(keys(request), token)
    if found is None:
        raise NotFound(_GONE)
    async with session(Scope(workspaces=(found.workspace_id,))) as db:
        now = await clocks.now(db, found.workspace_id)
        message = await messages.clicked(db, found.message_id, now, unless_before=_SCANNER)
        if message:
            await _announce(db, message, "email.clicked", now, url=found.url, link=found.link)
    return RedirectResponse(found.url, status_code=302, headers={"Cache-Control": "no-store"})


@router.get("/unsubscribe/{token}")
async def ask(token: str, request: Request, view: Bare) -> Response:
    one = _unsubscription(token, request)
    async with session(Scope(workspaces=(one.workspace_id,))) as db:
        place, email = await _whose(db, one)
    return view(
        Unsubscribe(
            action=f"/unsubscribe/{token}",
            business=place.name,
            email=email,
            postal_address=place.postal_address,
        )
    )


@router.post("/unsubscribe/{token}")
async def unsubscribe(token: str, request: Request, view: Bare) -> Response:
    """The button of the page, and the one click of a mail program."""
    one = _unsubscription(token, request)
    place, email = await _say(request, one, "unsubscribed")
    return view(
        Unsubscribed(
            business=place.name,
            email=email,
            undo=f"/unsubscribe/{token}/undo",
            postal_address=place.postal_address,
        )
    )


@router.post("/unsubscribe/{token}/undo")
async def subscribe_again(token: str, request: Request, view: Bare) -> Response:
    one = _unsubscription(token, request)
    place, email = await _say(request, one, "subscribed")
    return view(
        Unsubscribed(
            business=place.name, email=email, subscribed_again=True, postal_address=place.postal_address
        )
    )


def _unsubscription(token: str, request: Request) -> Unsubscription:
    found = tracking.read_unsubscription(keys(request), token)
    if found is None:
        raise NotFound(_GONE)
    return found


async def _whose(db: Db, one: Unsubscription) -> tuple[Workspace, str]:
    place = await db.get(Workspace, one.workspace_id)
    contact = await db.get(contacts.Contact, one.contact_id)
    if place is None or contact is None:
        raise NotFound("You are not in this list any more, so there is nothing to unsubscribe from.")
    return place, contact.email or ""


async def _say(request: Request, one: Unsubscription, state: str) -> tuple[Workspace, str]:
    """What somebody wants from now on, with the proof; saying it twice changes nothing."""
    async with session(Scope(workspaces=(one.workspace_id,))) as db:
        place, email = await _whose(db, one)
        now = await clocks.now(db, one.workspace_id)
        origin = Origin("person", by=email, ip=client_address(request), proof="unsubscribe_link")
        said = Details(consent={"email": state})
        written = await contacts.change_one(db, one.workspace_id, one.contact_id, said, at=now, origin=origin)
        if written.changed and state == "unsubscribed" and one.message_id:
            message = await messages.get(db, one.message_id)
            await _announce(db, message, "email.unsubscribed", now)
    return place, email


async def _announce(db: Db, message: Message, name: str, now: datetime, **more: object) -> None:
    properties = {
        "message_id": str(message.id),
        "automation_id": str(message.automation_id) if message.automation_id else None,
        "node": message.node,
        "subject": message.subject,
        **more,
    }
    event = NewEvent(message.workspace_id, name, message.contact_id, now, properties, source="person")
    await events.append(db, [event], recorded_at=now)
