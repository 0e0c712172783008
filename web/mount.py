"""Puts the pages beside the API: every router of `web/pages`, the built files, and pages for what goes wrong."""

import orjson
from fastapi import FastAPI, Request, Response

import web.pages
from core import plugins
from core.db import Scope, session
from core.visits import visit
from domain.errors import Forbidden, MainspringError, TooMany, Unauthenticated, Unavailable
from models import memberships
from web import deps
from web.assets import DIST, PREFIX, BuiltFiles
from web.contexts import errors
from web.contexts.base import Frame, Page, Shell
from web.contexts.refused import Refused
from web.deps import Redirect, Viewer

People = tuple[tuple[str, str], ...]  # name and e-mail address


def mount(app: FastAPI) -> None:
    app.mount(PREFIX, BuiltFiles(directory=DIST, check_dir=False), name="static")
    for module in plugins.load(web.pages):
        if router := getattr(module, "router", None):
            app.include_router(router)
    app.add_exception_handler(Redirect, _redirect)
    app.state.page_error = page_error


async def _redirect(request: Request, answer: Exception) -> Response:
    to = str(answer)
    if request.headers.get(
        "hx-request"
    ):  # a fragment cannot show another page; the browser itself has to go there
        return Response(status_code=204, headers={"HX-Redirect": to})
    return Response(status_code=303, headers={"Location": to})


async def page_error(request: Request, error: MainspringError) -> Response:
    """What went wrong, inside the app when there is somebody to show it to, bare when there is not."""
    if isinstance(error, Unauthenticated):
        return await _redirect(request, Redirect("/sign-in"))
    if request.headers.get("hx-request"):
        return _for_fragment(error)
    viewer, ask = await _surroundings(request, error)
    response = viewer(_page(request, error, ask), status=error.status)
    if isinstance(error, TooMany | Unavailable):
        response.headers["Retry-After"] = str(max(1, round(error.retry_after)))
    return response


def _for_fragment(error: MainspringError) -> Response:
    """Nothing is swapped. The script has words for every status but 422, where it expects a form."""
    headers = {"HX-Reswap": "none"}
    if error.status == 422:
        headers["HX-Trigger"] = orjson.dumps({"toast": {"text": error.message, "tone": "bad"}}).decode()
    return Response(status_code=error.status, headers=headers)


def _page(request: Request, error: MainspringError, ask: People) -> Page:
    match error:
        case Forbidden():
            return errors.NoPermission(message=error.message, ask=ask)
        case Unavailable():
            return errors.Unavailable(retry_after=max(1, round(error.retry_after)), message=error.message)
        case _ if error.status >= 500:
            return errors.Broken(reference=visit(request).request_id)
        case _ if error.status in (404, 405):
            return errors.NotFound(message=error.message)
        case _:
            return Refused(message=error.message)


async def _surroundings(request: Request, error: MainspringError) -> tuple[Viewer, People]:
    """The shell and whom to ask; bare while it is ourselves who are broken."""
    if error.status >= 500:
        return await deps.bare(request), ()
    viewer = await deps.surroundings(request)
    return viewer, await _who_may_help(viewer.frame) if "needs" in error.details else ()


async def _who_may_help(frame: Frame) -> People:
    if not isinstance(frame, Shell):
        return ()
    async with session(Scope(workspaces=(frame.workspace.id,))) as db:
        team = await memberships.team(db, frame.workspace.id)
    return tuple((m.name, m.email) for m in team if m.role in {"owner", "admin"} and not m.disabled_at)
