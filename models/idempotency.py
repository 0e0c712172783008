"""Idempotency keys: the answer to a POST is kept with what it did, in one transaction, and given again when it is repeated."""

from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary
from sqlmodel import Field, SQLModel

from models.base import Instant, instant


class IdempotencyKey(SQLModel, table=True):
    """No row while the first request runs: that holds an advisory lock, so a crash frees the key by itself."""

    __tablename__ = "idempotency_keys"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("idempotency_keys_age", "workspace_id", "created_at"),)

    workspace_id: UUID = Field(primary_key=True, foreign_key="workspaces.id", ondelete="CASCADE")
    route: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    fingerprint: str
    status: int
    content_type: str
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    created_at: Instant = instant()
