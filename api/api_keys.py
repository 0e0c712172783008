"""API keys: make them, list them, revoke them."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from api.deps import Caller, Db, needs
from api.routes import Body, Router
from domain.errors import Conflict
from domain.permissions import PERMISSIONS, scopes
from models import api_keys

router = Router(prefix="/api-keys", tags=["API keys"])
Scope = Annotated[str, Field(json_schema_extra={"enum": list(PERMISSIONS)})]


class ApiKeyOut(BaseModel):
    """A key without the key itself."""

    id: UUID
    name: str
    prefix: str = Field(description="The first characters, to tell keys apart.")
    scopes: list[str]
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, row: api_keys.ApiKey) -> "ApiKeyOut":
        return cls.model_validate(row, from_attributes=True)


class NewApiKeyOut(ApiKeyOut):
    key: str = Field(description="The key. It is shown this once.")


class ApiKeysOut(BaseModel):
    items: list[ApiKeyOut]
    next: str | None = None


class NewApiKey(Body):
    name: str = Field(min_length=1, max_length=100, examples=["Web shop"])
    scopes: list[Scope] = Field(
        min_length=1,
        max_length=len(PERMISSIONS),
        description="What it may do; not more than you may.",
        examples=[["events:write"]],
    )


@router.get("", dependencies=[needs("api_keys:read")])
async def list_api_keys(caller: Caller, db: Db) -> ApiKeysOut:
    """Keys in force and revoked ones, newest first."""
    rows = await api_keys.listing(db, caller.workspace_id)
    return ApiKeysOut(items=[ApiKeyOut.of(row) for row in rows])


@router.post("", status_code=201, dependencies=[needs("api_keys:write")])
async def create_api_key(wanted: NewApiKey, caller: Caller, db: Db) -> NewApiKeyOut:
    """Make a key. Keep what you get: nobody can show it again."""
    row, key = await api_keys.create(
        db,
        workspace_id=caller.workspace_id,
        name=wanted.name,
        scopes=scopes(wanted.scopes, held=caller.permissions),
        by=caller.id if caller.kind == "user" else None,
        now=datetime.now(UTC),
    )
    return NewApiKeyOut(**ApiKeyOut.of(row).model_dump(), key=key)


@router.delete("/{api_key_id}", status_code=204, dependencies=[needs("api_keys:write")])
async def revoke_api_key(api_key_id: UUID, caller: Caller, db: Db) -> None:
    """It stops working at once. A key cannot revoke itself: a slip would lock its program out."""
    if api_key_id == caller.id:
        raise Conflict("A key cannot revoke itself. Use another key, or the settings page.")
    await api_keys.revoke(db, api_key_id, now=datetime.now(UTC))
