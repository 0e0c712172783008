"""Contact details: the fields that a business defines for itself."""

from fastapi import Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from domain.calendars import zones
from domain.custom_fields import name_from, parse_definition
from domain.errors import Conflict, Invalid
from models import custom_fields
from web.contexts.base import BLANK, Form
from web.contexts.contacts import ContactFields, CustomField
from web.deps import Caller, Db, Now, Pages, View, Workspace, needs, see_other
from web.formats import plural
from web.forms import refused, typed

router = Pages(prefix="/contacts/fields")


@router.get("", dependencies=[needs("contacts:read")])
async def index(db: Db, caller: Caller, view: View) -> Response:
    return view(await _page(db, caller, BLANK))


@router.post("", dependencies=[needs("contacts:write")])
async def add(request: Request, db: Db, caller: Caller, now: Now, view: View) -> Response:
    sent = await request.form()
    label = str(sent.get("label", "")).strip()
    try:
        if not label:
            raise Invalid.at("label", "Give it a name.")
        field = parse_definition(
            name=name_from(label), type_=str(sent.get("type", "text")), label=label, options=_lines(sent)
        )
        await custom_fields.create(db, caller.workspace_id, field, at=now)
    except Conflict:
        fault = Invalid.at("label", "You already have a detail of this name.")
        return view(await _page(db, caller, refused(fault, _typed(sent))), status=422)
    except Invalid as error:
        return view(await _page(db, caller, refused(error, _typed(sent))), status=422)
    return see_other("/contacts/fields", toast=f"“{field.label}” can be filled in now.")


@router.post("/{name}", dependencies=[needs("contacts:write")])
async def change(request: Request, name: str, db: Db, caller: Caller, workspace: Workspace) -> Response:
    row = await custom_fields.named(db, caller.workspace_id, name)
    sent = await request.form()
    options = _lines(sent) if "options" in sent else list(row.options or ())
    try:
        field = parse_definition(
            name=row.name, type_=row.type, label=str(sent.get("label", "")), options=options
        )
        await custom_fields.change(db, row, field, zone=zones.zone_named(workspace.time_zone))
    except Invalid as error:
        return see_other(
            "/contacts/fields", toast=f"“{row.label}” stays as it is. {error.problems[0].message}", tone="bad"
        )
    return see_other("/contacts/fields", toast="Saved.")


@router.post("/{name}/remove", dependencies=[needs("contacts:write")])
async def remove(name: str, db: Db, caller: Caller) -> Response:
    row = await custom_fields.named(db, caller.workspace_id, name)
    emptied = await custom_fields.remove(db, row)
    return see_other(
        "/contacts/fields", toast=f"“{row.label}” is gone, for {plural(emptied, 'person', 'people')}."
    )


async def _page(db: Db, caller: Caller, form: Form) -> ContactFields:
    usage = await custom_fields.usage(db, caller.workspace_id)
    return ContactFields(fields=tuple(_shown(one) for one in usage), form=form)


def _shown(usage: custom_fields.Usage) -> CustomField:
    field = custom_fields.as_rule(usage.field)
    return CustomField(
        name=field.name, label=field.label, type=field.type, options=field.options, used_by=usage.used_by
    )


def _lines(sent: FormData) -> list[str]:
    return [line.strip() for line in str(sent.get("options", "")).splitlines() if line.strip()]


def _typed(sent: FormData) -> dict[str, str]:
    return typed(sent, ("label", "type", "options"))
