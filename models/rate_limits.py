"""Rate limits that must hold across processes and restarts: sign-in, sign-up, invitations. Keys are hashes, not addresses."""

from sqlmodel import Field, SQLModel

from models.base import Instant, instant


class RateLimit(SQLModel, table=True):
    """A window that opens with the first hit and closes by itself. Wall time; nothing of a workspace, so no policy."""

    __tablename__ = "rate_limits"  # pyright: ignore[reportAssignmentType]

    key: str = Field(primary_key=True)
    hits: int = 0
    resets_at: Instant = instant()
