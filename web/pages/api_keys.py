"""API keys: made, shown once, revoked."""

from datetime import UTC, datetime
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response

from core.visits import door
from domain.errors import Invalid
from domain.people import person_name
from domain.permissions import PERMISSIONS, RESOURCES, grouped, scopes
from models import api_keys, memberships
from models.api_keys import ApiKey
from web.contexts.base import Choice, Form
from web.contexts.settings import ApiKeyRow, ApiKeys, ScopeGroup
from web.deps import Caller, Db, Pages, View, needs, see_other
from web.forms import Checked, refused

router = Pages(prefix="/settings/api-keys")


@router.get("", dependencies=[needs("api_keys:read")])
async def show(request: Request, view: View, db: Db, caller: Caller) -> Response:
    return view(await _page(request, db, caller))


@router.post("", dependencies=[needs("api_keys:write")])
async def make(request: Request, view: View, db: Db, caller: Caller) -> Response:
    """The key stands on the page that answers, and nowhere else afterwards."""
    sent = await request.form()
    name, wanted = str(sent.get("name", "")), [str(scope) for scope in sent.getlist("scopes")]
    form = Checked()
    checked = form.take("name", lambda: person_name(name), "")
    chosen = form.take("scopes", lambda: scopes(wanted, held=caller.permissions), list[str]())
    try:
        form.raise_faults()
    except Invalid as error:
        page = await _page(request, db, caller, form=refused(error, {"name": name}), chosen=frozenset(wanted))
        return view(page, status=422)
    _row, key = await api_keys.create(
        db, workspace_id=caller.workspace_id, name=checked, scopes=chosen, by=caller.id, now=datetime.now(UTC)
    )
    return view(await _page(request, db, caller, fresh=key, fresh_name=checked))


@router.post("/{api_key_id}/revoke", dependencies=[needs("api_keys:write")])
async def revoke(api_key_id: UUID, db: Db) -> Response:
    key = await api_keys.revoke(db, api_key_id, now=datetime.now(UTC))
    return see_other("/settings/api-keys", toast=f"“{key.name}” is revoked. It is refused from now on.")


async def _page(
    request: Request,
    db: Db,
    caller: Caller,
    *,
    form: Form | None = None,
    chosen: frozenset[str] = frozenset(),
    fresh: str = "",
    fresh_name: str = "",
) -> ApiKeys:
    makers = {one.user_id: one.name for one in await memberships.team(db, caller.workspace_id)}
    keys = await api_keys.listing(db, caller.workspace_id)
    return ApiKeys(
        keys=tuple(_row(key, makers) for key in keys),
        scopes=tuple(_groups(caller)),
        fresh=fresh,
        fresh_name=fresh_name,
        chosen=chosen,
        form=form or Form(),
        api_url=f"{door(request).settings.url}/api/v1",
    )


def _row(key: ApiKey, makers: dict[UUID, str]) -> ApiKeyRow:
    return ApiKeyRow(
        id=key.id,
        name=key.name,
        prefix=key.prefix,
        scopes=tuple(key.scopes),
        everything=PERMISSIONS.keys() <= set(key.scopes),
        created_at=key.created_at,
        created_by=makers.get(key.created_by, "") if key.created_by else "",
        last_used_at=key.last_used_at,
        revoked_at=key.revoked_at,
    )


def _groups(caller: Caller) -> list[ScopeGroup]:
    """Only what the person may give away."""
    return [
        ScopeGroup(
            resource=RESOURCES[resource],
            scopes=tuple(Choice(value=p, label=PERMISSIONS[p]) for p in permissions if caller.may(p)),
        )
        for resource, permissions in grouped().items()
        if any(caller.may(p) for p in permissions)
    ]
