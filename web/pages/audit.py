"""The audit log, in words."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from fastapi import Request
from fastapi.responses import Response

from models import audit
from models.audit import AuditEntry, Filter
from web.contexts.base import Choice, Listing, Paging
from web.contexts.settings import Audit, AuditRow, Change
from web.deps import Caller, Db, Pages, View, Workspace, into, needs

router = Pages(prefix="/settings/audit")
_PER_PAGE = 50
_LONGEST = 200
_FILTERS = ("actor", "resource", "since", "after")
RESOURCES: Mapping[str, str] = {
    "api_keys": "the API key",
    "automation_versions": "a version of an automation",
    "automations": "the automation",
    "contacts": "the contact",
    "custom_fields": "the contact detail",
    "holds": "a hold",
    "invitations": "the invitation of",
    "memberships": "the place in the team of",
    "secrets": "a secret",
    "suppressions": "a blocked address",
    "users": "the account of",
    "workspaces": "the workspace",
}
_PAGES = {"automations": "/automations/{}", "contacts": "/contacts/{}"}
_ACTIONS = {"signed_in": "signed in"}
_NOT_SHOWN = frozenset({"id", "workspace_id"})
_DRAWN = {"revision"}  # all that is recorded of a change to the drawing: its versions keep what it said


@router.get("", dependencies=[needs("audit:read")])
async def show(request: Request, view: View, db: Db, caller: Caller, workspace: Workspace) -> Response:
    asked = {name: request.query_params[name] for name in _FILTERS if request.query_params.get(name)}
    listing = Listing(path="/settings/audit", params=asked)
    entries = await audit.page(
        db,
        caller.workspace_id,
        _filter(asked, ZoneInfo(workspace.time_zone)),
        before=_id(asked.get("after")),
        limit=_PER_PAGE + 1,
    )
    shown = entries[:_PER_PAGE]
    page = Audit(
        listing=listing,
        rows=_rows(shown, await audit.subjects(db, shown)),
        actors=tuple(
            Choice(value=str(id_), label=name) for id_, name in await audit.actors(db, caller.workspace_id)
        ),
        resources=tuple(Choice(value=name, label=_title(name)) for name in RESOURCES),
        paging=_paging(listing, entries),
    )
    return view(page, fragment="rows" if into(request, "audit") else None)


def _filter(asked: Mapping[str, str], zone: ZoneInfo) -> Filter:
    """What cannot be read filters nothing: somebody mistyped an address."""
    return Filter(
        actor_id=_id(asked.get("actor")),
        resource=asked.get("resource"),
        since=_midnight(asked.get("since"), zone),
    )


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _midnight(day: str | None, zone: ZoneInfo) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(day), time(), zone).astimezone(UTC) if day else None
    except ValueError:
        return None


def _paging(listing: Listing, entries: Sequence[AuditEntry]) -> Paging:
    older = listing.url(after=str(entries[_PER_PAGE - 1].id)) if len(entries) > _PER_PAGE else None
    return Paging(newer=listing.url(after=None) if listing["after"] else None, older=older)


def _rows(entries: Sequence[AuditEntry], names: Mapping[str, str]) -> tuple[AuditRow, ...]:
    return tuple(_row(entry, names) for entry in entries)


def _row(entry: AuditEntry, names: Mapping[str, str]) -> AuditRow:
    about = entry.action not in _ACTIONS
    subject = names.get(entry.subject_id or "") or _recorded_name(entry)
    page = _PAGES.get(entry.resource) if entry.subject_id in names else None
    changes = tuple(_changes(entry))
    drawn = entry.resource == "automations" and {change.field for change in changes} == _DRAWN
    return AuditRow(
        id=entry.id,
        at=entry.at,
        actor=entry.actor_name,
        by_program=entry.actor_kind == "api_key",
        action=_ACTIONS.get(entry.action, entry.action.replace("_", " ")),
        resource="the draft of" if drawn else _words(entry.resource) if about else "",
        subject=subject if about else "",
        subject_url=page.format(entry.subject_id) if page and about else None,
        ip=entry.ip or "",
        changes=() if drawn else changes,
    )


def _words(resource: str) -> str:
    return RESOURCES.get(resource, resource.replace("_", " "))


def _title(resource: str) -> str:
    return resource.replace("_", " ").replace("api", "API").capitalize().replace("Api", "API")


def _recorded_name(entry: AuditEntry) -> str:
    recorded = entry.after or entry.before or {}
    return str(recorded.get("name") or recorded.get("email") or recorded.get("label") or "")


def _changes(entry: AuditEntry) -> list[Change]:
    before, after = entry.before or {}, entry.after or {}
    fields = [name for name in {**before, **after} if name not in _NOT_SHOWN]
    return [
        Change(field=name.replace("_", " "), before=_shown(before.get(name)), after=_shown(after.get(name)))
        for name in fields
        if before.get(name) not in (None, "") or after.get(name) not in (None, "")
    ]


def _shown(value: Any) -> str | None:
    match value:
        case None | "":
            return None
        case bool():
            return "yes" if value else "no"
        case str() | int() | float():
            text = str(value)
        case _:
            text = orjson.dumps(value).decode()
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
