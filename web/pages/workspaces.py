"""Settings of the workspace: the business as people see it."""

from collections.abc import Mapping

from fastapi import Request
from fastapi.responses import Response

from domain import workspaces as rules
from domain.errors import Invalid
from models.workspaces import Workspace as Row
from web.contexts.base import Choice, Form
from web.contexts.settings import WorkspaceSettings
from web.deps import Caller, Db, Pages, View, Workspace, needs, see_other
from web.forms import refused, typed

router = Pages(prefix="/settings")
_TABS = {
    "settings:read": "workspace",
    "team:read": "team",
    "api_keys:read": "api-keys",
    "audit:read": "audit",
}


@router.get("")
async def first_tab(caller: Caller) -> Response:
    """The first of the settings that this person may see."""
    tabs = [tab for permission, tab in _TABS.items() if caller.may(permission)]
    return see_other(f"/settings/{tabs[0]}" if tabs else "/")


@router.get("/workspace", dependencies=[needs("settings:read")])
async def show(view: View, workspace: Workspace) -> Response:
    values = {name: str(getattr(workspace, name)) for name in rules.EDITABLE}
    return view(_page(workspace, Form(values=values)))


@router.post("/workspace", dependencies=[needs("settings:write")])
async def change(request: Request, view: View, workspace: Workspace, db: Db) -> Response:
    values = typed(await request.form(), rules.EDITABLE)
    try:
        workspace.sqlmodel_update(rules.details(values))
    except Invalid as error:
        return view(_page(workspace, refused(error, values)), status=422)
    await db.flush()
    return see_other("/settings/workspace", toast="Saved.")


def _page(workspace: Row, form: Form) -> WorkspaceSettings:
    return WorkspaceSettings(form=form, time_zones=_zones(workspace), currencies=_currencies(form.values))


def _zones(workspace: Row) -> tuple[str, ...]:
    """The present one is on the list whatever it is called."""
    zones = rules.time_zones()
    return zones if workspace.time_zone in zones else (workspace.time_zone, *zones)


def _currencies(values: Mapping[str, str]) -> tuple[Choice, ...]:
    codes = dict(rules.CURRENCIES)
    codes.setdefault(values.get("currency", "EUR"), "")
    return tuple(
        Choice(value=code, label=f"{code}, {name}" if name else code) for code, name in sorted(codes.items())
    )
