"""The documentation of the API: for everybody, in the app for whoever is signed in."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import Response

from core.visits import door
from web import api_reference
from web.deps import Pages, Viewer, see_other, surroundings

router = Pages()


@router.get("/api/docs")
async def show(request: Request, view: Annotated[Viewer, Depends(surroundings)]) -> Response:
    base = f"{door(request).settings.url}{api_reference.PREFIX}"
    return view(api_reference.page(request.app.openapi(), base=base))


@router.get("/api")
async def lead_there() -> Response:
    """Where the `type` of every problem leads; the browser keeps what follows the #."""
    return see_other("/api/docs")
