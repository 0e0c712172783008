"""How much waits for a person, for the tabs that the pages of processes share."""

from uuid import UUID

from core.db import Db
from models import attention, holds
from web.contexts.attention import ProcessTabs


async def tabs(db: Db, workspace_id: UUID) -> ProcessTabs:
    return ProcessTabs(
        attention=await attention.count(db, workspace_id),
        held=len(await holds.listed(db, workspace_id)),
    )
