"""Enrolling: people who are selected in the list of contacts are put into an automation by hand."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from activities import automations as publishing
from domain.errors import Conflict, Invalid, NotFound
from models import automations, contacts
from web import people
from web.contexts.base import BLANK, Choice, Form
from web.contexts.contacts import Enrolling
from web.deps import Caller, Db, Pages, View, needs, see_other
from web.formats import plural
from web.selection import listing_of, people_chosen

router = Pages(prefix="/contacts/bulk")
_NAMED = 5  # people who are named, for whoever has selected them to recognise
_OFFERED = 200  # automations
_SELECTION = ("id", "all", "filter_q", "filter_tag", "filter_consent")


@router.post("/enrol", dependencies=[needs("automations:approve", "contacts:read")])
async def enrol(request: Request, db: Db, caller: Caller, view: View) -> Response:
    """Asks which automation, and then does it."""
    sent = await request.form()
    back = listing_of(sent).url()
    try:
        ids = await people_chosen(db, caller.workspace_id, sent, done="put in")
    except Invalid as error:
        return see_other(back, toast=error.message, tone="bad")
    if not ids:
        return see_other(back, toast="Select somebody first.", tone="bad")
    if "automation" not in sent:
        return view(await _asking(db, caller.workspace_id, sent, ids, BLANK))
    try:
        row = await publishing.enrol(db, _id(str(sent["automation"])), ids)
    except (Conflict, NotFound):
        fault = Form(errors={"automation": "Choose an automation that is live."})
        return view(await _asking(db, caller.workspace_id, sent, ids, fault), status=422)
    many = plural(len(ids), "person is", "people are")
    return see_other(f"/automations/{row.id}", toast=f"{many} on the way into “{row.name}”.")


def _id(raw: str) -> UUID:
    try:
        return UUID(raw)
    except ValueError:
        raise NotFound("There is no such automation.") from None


async def _asking(db: Db, workspace_id: UUID, sent: FormData, ids: Sequence[UUID], form: Form) -> Enrolling:
    live = await automations.page(db, workspace_id, before=None, limit=_OFFERED, states=("live",))
    first = await contacts.by_ids(db, ids[:_NAMED])
    return Enrolling(
        people=len(ids),
        names=tuple(people.name_of(one) for one in first),
        selection=tuple(
            (name, str(value)) for name, value in sent.multi_items() if name in _SELECTION and value
        ),
        automations=tuple(
            Choice(value=str(one.row.id), label=f"{one.row.name} (on hold)" if one.held else one.row.name)
            for one in live
        ),
        back=listing_of(sent).url(),
        form=form,
    )
