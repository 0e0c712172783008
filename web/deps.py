"""What a page may ask for: the person who looks, the transaction of the visit, and a view that renders in the shell.

`dependencies=[needs("contacts:write")]` stands beside each route; `Db`, `Caller`, `Workspace`, `Now` and `View` are
arguments. Whoever is not signed in is sent to the sign-in page and comes back to where they wanted to go.
"""

from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from core import security, visits
from core.db import Db as Transaction
from core.db import Scope, session
from core.visits import UNSAFE, UnitRoute, door, scope_of, transaction, visit
from domain import permissions
from domain.errors import Forbidden, MainspringError
from models import clocks, counts, memberships, sign_ins
from models import workspaces as workspace_rows
from web import toasts
from web.contexts.base import Clock, Frame, NavCounts, Page, Person, Shell, WorkspaceLink
from web.rendering import render

UTC_ZONE = ZoneInfo("UTC")
_STATE = "mainspring.person"


class Redirect(Exception):  # noqa: N818 -- not an error: an answer that a dependency gives
    """Go elsewhere, from wherever it is found that one cannot stay."""

    def __init__(self, to: str) -> None:
        super().__init__(to)
        self.to = to


class PageRoute(UnitRoute):
    """A page: writes are taken from our own pages only."""

    async def before(self, request: Request) -> Response | None:
        if request.method in UNSAFE:
            check_origin(request)
        return None


class Pages(APIRouter):
    """`router = Pages()`: `web/mount.py` finds it by its name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(route_class=PageRoute, include_in_schema=False, **options)


async def signed_in(request: Request) -> sign_ins.SignedIn:
    """The person behind the session cookie, their token checked on every write."""
    known: sign_ins.SignedIn | None = request.scope.get(_STATE)
    if known is None:
        known = request.scope[_STATE] = await _recognise(request)
    return known


async def current_caller(request: Request, person: "SignedIn") -> permissions.Caller:
    if person.caller is None:
        raise Forbidden("You belong to no workspace any more. Ask your team for an invitation.")
    visit(request).workspace_id = person.caller.workspace_id
    structlog.contextvars.bind_contextvars(workspace_id=str(person.caller.workspace_id))
    return person.caller


SignedIn = Annotated[sign_ins.SignedIn, Depends(signed_in)]
Caller = Annotated[permissions.Caller, Depends(current_caller)]


async def open_transaction(request: Request, caller: Caller) -> Transaction:
    """One for the whole visit, in the open workspace, with the person as the one behind every change."""
    return await transaction(request, scope_of(request, caller))


Db = Annotated[Transaction, Depends(open_transaction)]


async def current_workspace(db: Db, caller: Caller) -> workspace_rows.Workspace:
    return await workspace_rows.get(db, caller.workspace_id)


async def business_now(db: Db, caller: Caller) -> datetime:
    return await clocks.now(db, caller.workspace_id)


Workspace = Annotated[workspace_rows.Workspace, Depends(current_workspace)]
Now = Annotated[datetime, Depends(business_now)]


class Needs(visits.Needs):
    """The permission check of a page."""

    async def __call__(self, caller: Caller) -> None:
        caller.require(*self.permissions)


def needs(*needed: str) -> Any:
    return Depends(Needs(*needed))


class Viewer:
    """Renders a page, or a fragment of one, for this visit."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame

    def __call__(self, page: Page, *, fragment: str | None = None, status: int = 200) -> HTMLResponse:
        response = HTMLResponse(render(page, self.frame, fragment=fragment), status)
        response.headers["Vary"] = "HX-Request"
        if self.frame.toasts:
            toasts.forget(response)
        return response


async def shell(
    request: Request, person: SignedIn, caller: Caller, db: Db, workspace: Workspace, now: Now
) -> Shell:
    """Everything around the page."""
    numbers = await counts.of(db, workspace.id)
    places = await memberships.workspaces_of(db, person.user_id)
    return Shell(
        csrf_token=csrf_token(request),
        now=now,
        zone=ZoneInfo(workspace.time_zone),
        toasts=toasts.waiting(request),
        person=Person(id=person.user_id, name=person.name, email=person.email),
        workspace=_link(workspace),
        workspaces=tuple(_link(place) for place in places),
        counts=NavCounts(
            automations=numbers.automations,
            contacts=numbers.contacts,
            inbox=numbers.inbox,
            processes=numbers.processes,
        ),
        clock=await clock_face(db, workspace, now) if workspace.sandbox else None,
        allowed=caller.permissions,
    )


async def view(frame: Annotated[Shell, Depends(shell)]) -> Viewer:
    return Viewer(frame)


View = Annotated[Viewer, Depends(view)]


async def bare(request: Request) -> Viewer:
    """For pages without the app around them: signing in, public pages, errors."""
    return Viewer(
        Frame(
            csrf_token=csrf_token(request),
            now=datetime.now(UTC),
            zone=UTC_ZONE,
            toasts=toasts.waiting(request),
        )
    )


Bare = Annotated[Viewer, Depends(bare)]


async def in_shell(request: Request) -> Viewer:
    """The shell without the visit's own transaction: for what is shown after it was rolled back."""
    person = await signed_in(request)
    caller = await current_caller(request, person)
    async with session(scope_of(request, caller)) as db:
        workspace = await current_workspace(db, caller)
        now = await business_now(db, caller)
        return Viewer(await shell(request, person, caller, db, workspace, now))


async def surroundings(request: Request) -> Viewer:
    """The shell for whoever is signed in, bare for everybody else."""
    try:
        return await in_shell(request)
    except (MainspringError, Redirect):
        return await bare(request)


async def clock_face(
    db: Transaction, workspace: workspace_rows.Workspace, now: datetime, *, fault: str = ""
) -> Clock:
    """The sandbox clock in the top bar."""
    clock = await clocks.read(db, workspace.id)
    moving = clock.target is not None and clock.target > now
    return Clock(
        at=now, target=clock.target if moving else None, started_from=clock.began, fault=fault or None
    )


def csrf_token(request: Request) -> str:
    """Made from the session, so that one of another session is worth nothing; empty for somebody without one."""
    token = request.cookies.get(door(request).cookie)
    return door(request).csrf_token(token) if token else ""


def check_origin(request: Request) -> None:
    """Other sites' pages may not write here. A program that is no browser says nothing about where it comes from."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        foreign = site not in {"same-origin", "none"}
    else:
        origin = request.headers.get("origin")
        ours = {request.headers.get("host"), urlsplit(door(request).settings.url).netloc}
        foreign = origin is not None and urlsplit(origin).netloc not in ours
    if foreign:
        raise Forbidden(
            "This was sent from another site. Open Mainspring itself and do it there.", code="foreign_origin"
        )


def into(request: Request, element: str) -> bool:
    """Whether HTMX asks for the part of a page that goes into the element with this id (it writes `div#rows`)."""
    return request.headers.get("hx-target", "").partition("#")[2] == element


def local_path(wanted: str | None, *, default: str = "/") -> str:
    """Where to go next, when it is a path of ours. `//evil.example` and `/\\evil.example` are other sites to a browser."""
    if not wanted or not wanted.startswith("/") or wanted[1:2] in {"/", "\\"}:
        return default
    return default if any(ord(sign) < 32 or sign == "\\" for sign in wanted) else wanted


def see_other(to: str, *, toast: str = "", tone: toasts.Tone = "ok") -> Response:
    """After a write: go and look at what became of it, with a few words on the way."""
    response = Response(status_code=303, headers={"Location": to})
    if toast:
        toasts.send(response, toast, tone=tone)
    return response


async def _recognise(request: Request) -> sign_ins.SignedIn:
    token = request.cookies.get(door(request).cookie)
    if not token:
        raise Redirect(_sign_in(request))
    async with session(Scope(presented=security.digest(token))) as db:
        person = await sign_ins.recognise(db, token, now=datetime.now(UTC))
    if person is None:
        raise Redirect(_sign_in(request))
    if request.method in UNSAFE:
        await _check_csrf(request, token)
    return person


def _sign_in(request: Request) -> str:
    """With the way back, when what was wanted can be asked for again."""
    if request.method != "GET":
        return "/sign-in"
    query = f"?{request.url.query}" if request.url.query else ""
    wanted = request.url.path + query
    return "/sign-in" if wanted == "/" else f"/sign-in?next={quote(wanted, safe='')}"


async def _check_csrf(request: Request, token: str) -> None:
    sent = request.headers.get("x-csrf-token")
    if sent is None and "form" in request.headers.get("content-type", ""):
        sent = str((await request.form()).get("csrf", ""))
    if not door(request).csrf.knows(token, sent or ""):
        raise Forbidden(
            "This page has been open for too long. Load it again and repeat what you did.", code="csrf"
        )


def _link(place: Any) -> WorkspaceLink:
    return WorkspaceLink(
        id=place.id,
        name=place.name,
        detail="Sandbox" if place.sandbox else place.time_zone.replace("_", " "),
        sandbox=place.sandbox,
    )
