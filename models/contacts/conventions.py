"""What goes without saying in one workspace: its fields, its country, its time zone."""

from uuid import UUID

from core.db import Db
from domain.calendars import zones
from domain.contacts import Conventions
from domain.regions import region_of
from models import custom_fields, workspaces


async def conventions_of(db: Db, workspace_id: UUID) -> Conventions:
    """As `domain.contacts.parse_details` needs them."""
    workspace = await workspaces.get(db, workspace_id)
    return Conventions(
        fields=await custom_fields.known(db, workspace_id),
        region=region_of(workspace.time_zone),
        zone=zones.zone_named(workspace.time_zone),
    )
