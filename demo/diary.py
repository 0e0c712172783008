"""The audit log of the demo: what Maya and Jonas did, at the times at which the rest of the demo says that they did it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from core.db import Db
from demo.automations import Shown
from demo.business import TEAM
from models import custom_fields, invitations, memberships
from models.audit import AuditEntry
from models.automations import Automation
from models.workspaces import Workspace

Drawn = Sequence[tuple[Shown, Automation]]
_ADDRESSES = {"Maya Ortiz": "203.0.113.24", "Jonas Weber": "203.0.113.61"}
_LAST_SIGN_INS = (
    ("Maya Ortiz", 3.1),
    ("Jonas Weber", 2.95),
    ("Maya Ortiz", 1.72),
    ("Jonas Weber", 0.8),
    ("Maya Ortiz", 0.05),
)


@dataclass(frozen=True, slots=True)
class Entry:
    at: datetime
    who: str
    action: str
    resource: str
    subject_id: UUID
    after: Mapping[str, Any] | None = None
    before: Mapping[str, Any] | None = None


async def write(db: Db, shop: Workspace, team: Mapping[str, UUID], drawn: Drawn, *, now: datetime) -> None:
    ids = {member.name: team[member.email] for member in TEAM}
    entries = [*await _settings(db, shop), *_automations(drawn, now), *_sign_ins(ids, now)]
    for entry in sorted(entries, key=lambda entry: entry.at):
        db.add(_row(shop.id, entry, ids[entry.who]))
        await db.flush()


def _row(workspace_id: UUID, entry: Entry, actor: UUID) -> AuditEntry:
    return AuditEntry(
        workspace_id=workspace_id,
        at=entry.at,
        actor_kind="user",
        actor_id=actor,
        actor_name=entry.who,
        ip=_ADDRESSES[entry.who],
        action=entry.action,
        resource=entry.resource,
        subject_id=str(entry.subject_id),
        before=dict(entry.before) if entry.before else None,
        after=dict(entry.after) if entry.after else None,
    )


async def _settings(db: Db, shop: Workspace) -> list[Entry]:
    """The first days, and who joined."""
    address = {"postal_address": shop.postal_address, "mail_from": shop.mail_from}
    blank = {"postal_address": "", "mail_from": ""}
    soon = shop.created_at + timedelta(minutes=6)
    found = [Entry(soon, "Maya Ortiz", "changed", "workspaces", shop.id, address, blank)]
    for field in await custom_fields.listing(db, shop.id):
        after = {"label": field.label, "type": field.type}
        found.append(
            Entry(
                field.created_at + timedelta(minutes=20),
                "Maya Ortiz",
                "created",
                "custom_fields",
                field.id,
                after,
            )
        )
    for member in await memberships.team(db, shop.id):
        after = {"name": member.name, "role": member.role}
        found.append(Entry(member.joined_at, "Maya Ortiz", "created", "memberships", member.id, after))
    for invited in await invitations.waiting(db, shop.id):
        after = {"email": invited.email, "role": invited.role}
        found.append(Entry(invited.created_at, "Maya Ortiz", "created", "invitations", invited.id, after))
    return found


def _automations(drawn: Drawn, now: datetime) -> Iterator[Entry]:
    for shown, row in drawn:
        author = shown.versions[0].by if shown.versions else "Jonas Weber"
        yield Entry(
            now - shown.begun, author, "created", "automations", row.id, {"name": row.name, "state": "draft"}
        )
        for number, version in enumerate(shown.versions, 1):
            after = {"name": row.name, "number": number, "version": version.name}
            yield Entry(now - version.ago, version.by, "created", "automation_versions", row.id, after)
        if shown.draft:
            after, before = {"revision": row.revision}, {"revision": row.revision - 1}
            yield Entry(now - shown.drawn, author, "changed", "automations", row.id, after, before)
        if shown.held:
            held = {"scope": "automation", "name": row.name}
            yield Entry(now - shown.held, "Jonas Weber", "created", "holds", row.id, held)


def _sign_ins(ids: Mapping[str, UUID], now: datetime) -> Iterator[Entry]:
    for who, days in _LAST_SIGN_INS:
        yield Entry(now - timedelta(days=days), who, "signed_in", "users", ids[who])
