"""API keys: what a program signs in with. The key is shown once; its prefix tells keys apart, its hash recognises it."""

from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from models.base import Instant, Owned, belongs_to, instant, texts


class ApiKey(Owned, table=True):
    """`scopes` are permissions of the matrix, such as `contacts:read`."""

    __table_args__ = (Index("api_keys_workspace", "workspace_id", "id"),)

    name: str
    prefix: str
    key_hash: str = Field(unique=True)
    scopes: list[str] = texts()
    created_by: UUID | None = belongs_to("users", null=True, on_delete="SET NULL")
    created_at: Instant = instant()
    last_used_at: Instant | None = instant(default=None)
    revoked_at: Instant | None = instant(default=None)
