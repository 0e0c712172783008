"""Sign-up: a new business with its clock and its owner, in one transaction, so that there is never half of one."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, time
from uuid import UUID

from core.db import Db, Scope
from domain.calendars import zones
from domain.ids import new_id
from domain.people import slug
from models import memberships
from models.clocks import Clock
from models.workspaces import Workspace


@dataclass(frozen=True, slots=True)
class Business:
    """`clock` is where the clock of a sandbox begins; None is a real workspace, which has the wall."""

    name: str
    time_zone: str
    currency: str = "EUR"
    clock: datetime | None = None


def sandbox_of(business: Business, now: datetime) -> Business:
    """Where a business tries things: empty, its clock at nine of this very morning."""
    zone = zones.zone_named(business.time_zone)
    nine = datetime.combine(zones.local_date(now, zone), time(9))
    return replace(business, name=f"{business.name} (sandbox)", clock=zones.instant(nine, zone))


def scope(workspace_id: UUID, email: str) -> Scope:
    """What the transaction of a sign-up may touch: the workspace that it makes and the person who presents the address."""
    return Scope(workspaces=(workspace_id,), presented=email)


async def open_business(
    db: Db, business: Business, *, owner: UUID, now: datetime, workspace_id: UUID | None = None
) -> Workspace:
    """In a transaction whose scope holds `workspace_id`."""
    workspace = Workspace(
        id=workspace_id or new_id(),
        name=business.name,
        slug=f"{slug(business.name)}-{secrets.token_hex(4)}",
        time_zone=business.time_zone,
        currency=business.currency,
        sandbox=business.clock is not None,
        mail_from_name=business.name,
        created_at=now,
    )
    db.add(workspace)
    await db.flush()
    db.add(Clock(workspace_id=workspace.id, sandbox=workspace.sandbox, now=business.clock))
    await memberships.add(db, workspace_id=workspace.id, user_id=owner, role="owner", now=now)
    return workspace
