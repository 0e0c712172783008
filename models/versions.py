"""The published versions of an automation: immutable, numbered, restorable as a draft."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from core.db import Db
from models.automations import Automation, AutomationVersion


async def live(db: Db, row: Automation) -> AutomationVersion | None:
    """The version into which people come now."""
    if row.version_id is None:
        return None
    return (
        await db.execute(select(AutomationVersion).where(col(AutomationVersion.id) == row.version_id))
    ).scalar_one()


async def page(db: Db, automation_id: UUID, *, before: int | None, limit: int) -> list[AutomationVersion]:
    """The latest first."""
    query = select(AutomationVersion).where(col(AutomationVersion.automation_id) == automation_id)
    if before is not None:
        query = query.where(col(AutomationVersion.number) < before)
    return list(
        (await db.execute(query.order_by(col(AutomationVersion.number).desc()).limit(limit))).scalars()
    )


async def next_number(db: Db, automation_id: UUID) -> int:
    found = await db.execute(
        text("select coalesce(max(number), 0) + 1 from automation_versions where automation_id = :id"),
        {"id": automation_id},
    )
    return found.scalar_one()
