"""The audit log: who changed what."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from api import pagination
from api.deps import Caller, Db, needs
from api.pagination import Cursor, Limit, Page
from api.routes import Instant, Router
from models import audit

router = Router(prefix="/audit-log", tags=["Audit"])


class AuditEntryOut(BaseModel):
    """One change, with the fields that changed, before and after."""

    id: UUID
    at: datetime
    actor_kind: str = Field(description="`user` or `api_key`.")
    actor_id: UUID
    actor_name: str
    ip: str | None
    request_id: str | None
    action: str
    resource: str
    subject_id: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@router.get("", dependencies=[needs("audit:read")])
async def list_audit_log(
    caller: Caller,
    db: Db,
    actor_id: UUID | None = None,
    resource: Annotated[str | None, Query(max_length=100, examples=["contacts"])] = None,
    subject_id: Annotated[str | None, Query(max_length=100)] = None,
    since: Instant | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[AuditEntryOut]:
    """Newest first."""
    before = pagination.decode(cursor, UUID)[0] if cursor else None
    wanted = audit.Filter(actor_id, resource, subject_id, since)
    rows = await audit.page(db, caller.workspace_id, wanted, before=before, limit=limit + 1)
    return pagination.page(
        rows,
        limit,
        item=lambda row: AuditEntryOut.model_validate(row, from_attributes=True),
        key=lambda row: row.id,
    )
