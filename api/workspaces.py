"""The workspace of the caller: the business's name, zone, currency, and what stands in its mails."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from api.deps import Db, Workspace, needs
from api.routes import Body, Router
from domain import workspaces as rules
from models.workspaces import Workspace as Row

router = Router(prefix="/workspace", tags=["Workspace"])


class WorkspaceOut(BaseModel):
    """A business."""

    id: UUID
    name: str
    time_zone: str = Field(examples=["Europe/Berlin"])
    currency: str = Field(examples=["EUR"])
    sandbox: bool = Field(description="Time stands still here until it is moved.")
    postal_address: str
    mail_from_name: str
    mail_from: str
    created_at: datetime

    @classmethod
    def of(cls, row: Row) -> "WorkspaceOut":
        return cls.model_validate(row, from_attributes=True)


class WorkspaceChange(Body):
    """What is left out stays as it is."""

    name: str | None = Field(None, min_length=1, max_length=100, examples=["Fernhill Coffee"])
    time_zone: str | None = Field(None, max_length=100, examples=["Europe/Berlin"])
    currency: str | None = Field(None, pattern="^[A-Za-z]{3}$", examples=["EUR"])
    postal_address: str | None = Field(None, max_length=500, examples=["1 Harbour Street, Cork"])
    mail_from_name: str | None = Field(None, examples=["Fernhill Coffee"])
    mail_from: str | None = Field(None, examples=["hello@fernhill.example"])


@router.get("", dependencies=[needs("settings:read")])
async def read_workspace(workspace: Workspace) -> WorkspaceOut:
    """The business that this key or session works in."""
    return WorkspaceOut.of(workspace)


@router.patch("", dependencies=[needs("settings:write")])
async def change_workspace(change: WorkspaceChange, workspace: Workspace, db: Db) -> WorkspaceOut:
    """Change some details of the business."""
    wanted = {
        name: value for name, value in change.model_dump(exclude_unset=True).items() if value is not None
    }
    workspace.sqlmodel_update(rules.details(wanted))
    await db.flush()
    return WorkspaceOut.of(workspace)
