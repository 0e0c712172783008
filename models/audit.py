"""The audit log: who changed what, when and from where. The database writes it, so nothing can forget to."""

from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field

from models.base import Instant, Owned, instant, json_or_null


class AuditEntry(Owned, table=True):
    """One change of one row by a person or an API client, with the columns that changed, before and after."""

    __tablename__ = "audit_log"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        Index("audit_log_recent", "workspace_id", "id"),
        Index("audit_log_subject", "workspace_id", "resource", "subject_id", "id"),
    )

    at: Instant = instant(sa_column_kwargs={"server_default": text("clock_timestamp()")})
    actor_kind: str
    actor_id: UUID
    actor_name: str
    ip: str | None = None
    request_id: str | None = None
    action: str  # created | changed | removed, or a word for what changes no row, such as `signed_in`
    resource: str
    subject_id: str | None = Field(default=None)
    before: dict[str, Any] | None = json_or_null()
    after: dict[str, Any] | None = json_or_null()
