"""The command palette: one box that finds contacts, automations and pages."""

from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import Response

from core.db import Db as Transaction
from domain.permissions import Caller as Known
from models import automations, contacts
from models.contacts import Filter
from models.contacts.lists import find
from web.contexts.home import Palette, PaletteGroup, PaletteItem
from web.deps import Caller, Db, Pages, View, needs

router = Pages()
_MOST = 6
# Where one can go, and what one must be allowed to do there.
PAGES: tuple[tuple[str, PaletteItem], ...] = (
    ("", PaletteItem(title="Home", url="/", icon="layout-dashboard")),
    ("automations:read", PaletteItem(title="Automations", url="/automations", icon="route")),
    ("automations:write", PaletteItem(title="New automation", url="/automations/new", icon="plus")),
    ("contacts:read", PaletteItem(title="Contacts", url="/contacts", icon="users")),
    ("contacts:write", PaletteItem(title="Add a contact", url="/contacts/new", icon="user-plus")),
    ("contacts:write", PaletteItem(title="Import contacts", url="/contacts/import", icon="file-import")),
    ("messages:read", PaletteItem(title="Inbox", url="/inbox", icon="mail")),
    ("processes:read", PaletteItem(title="Processes", url="/processes", icon="activity")),
    ("settings:read", PaletteItem(title="Settings", url="/settings/workspace", icon="settings")),
    ("team:read", PaletteItem(title="Team", url="/settings/team", icon="users-group")),
    ("api_keys:read", PaletteItem(title="API keys", url="/settings/api-keys", icon="key")),
    ("audit:read", PaletteItem(title="Audit log", url="/settings/audit", icon="history")),
    ("", PaletteItem(title="API reference", url="/api", icon="code")),
)


@router.get("/palette", dependencies=[needs()])
async def search(
    request: Request, db: Db, caller: Caller, view: View, q: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    sought = q.strip()
    groups = [PaletteGroup(title="Pages", items=_pages(caller, sought))]
    if sought and "automations:read" in caller.permissions:
        groups.insert(0, PaletteGroup(title="Automations", items=await _automations(db, caller, sought)))
    if sought and "contacts:read" in caller.permissions:
        groups.insert(0, PaletteGroup(title="Contacts", items=await _contacts(db, caller, sought)))
    page = Palette(query=sought, groups=tuple(groups))
    return view(page, fragment="results" if request.headers.get("hx-request") else None)


def _pages(caller: Known, sought: str) -> tuple[PaletteItem, ...]:
    return tuple(
        item
        for needed, item in PAGES
        if (not needed or needed in caller.permissions) and sought.lower() in item.title.lower()
    )


async def _automations(db: Transaction, caller: Known, sought: str) -> tuple[PaletteItem, ...]:
    rows = await automations.page(db, caller.workspace_id, before=None, limit=_MOST, sought=sought)
    return tuple(
        PaletteItem(title=one.row.name, url=f"/automations/{one.row.id}", icon="route", kind="trigger")
        for one in rows
    )


async def _contacts(db: Transaction, caller: Known, sought: str) -> tuple[PaletteItem, ...]:
    found = await find(db, caller.workspace_id, Filter(q=sought), limit=_MOST)
    return tuple(
        PaletteItem(title=_name(one), url=f"/contacts/{one.id}", icon="user", detail=one.email or "")
        for one in found.contacts[:_MOST]
    )


def _name(contact: contacts.Contact) -> str:
    named = " ".join(part for part in (contact.first_name, contact.last_name) if part)
    return named or contact.email or contact.phone or "Somebody"
