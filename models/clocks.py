"""The business clock of each workspace: the wall for a real one, an instant that stands still for a sandbox."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Field, SQLModel

from core.db import Db
from models.base import Instant, instant


class Clock(SQLModel, table=True):
    """`now` is null in a real workspace. The table has no policy: it is how the engine knows which workspaces there are."""

    __tablename__ = "clocks"  # pyright: ignore[reportAssignmentType]

    workspace_id: UUID = Field(primary_key=True, foreign_key="workspaces.id", ondelete="CASCADE")
    sandbox: bool = False
    now: Instant | None = instant(default=None)
    target: Instant | None = instant(default=None)
    steps: int = 0


async def now(db: Db, workspace_id: UUID) -> datetime:
    """Business time of one workspace, held still until the transaction ends."""
    return (await times(db, [workspace_id]))[workspace_id]


async def times(db: Db, workspace_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """Business time of each workspace. In a sandbox the share lock keeps a sandbox clock from stepping past what is being written."""
    rows = await db.execute(
        text("select workspace_id, now from clocks where workspace_id = any(:ids) for share"),
        {"ids": list(workspace_ids)},
    )
    wall = datetime.now(UTC)
    return {row.workspace_id: row.now or wall for row in rows}
