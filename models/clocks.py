"""The business clock of each workspace: the wall for a real one, an instant that stands still for a sandbox."""

from uuid import UUID

from sqlmodel import Field, SQLModel

from models.base import Instant, instant


class Clock(SQLModel, table=True):
    """`now` is null in a real workspace. The table has no policy: it is how the engine knows which workspaces there are."""

    __tablename__ = "clocks"  # pyright: ignore[reportAssignmentType]

    workspace_id: UUID = Field(primary_key=True, foreign_key="workspaces.id", ondelete="CASCADE")
    sandbox: bool = False
    now: Instant | None = instant(default=None)
    target: Instant | None = instant(default=None)
    steps: int = 0
