"""Custom fields: which details a business keeps about its contacts."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from api.deps import Caller, Db, Now, Workspace, needs
from api.pagination import Page
from api.routes import Body, Router
from domain.calendars import zones
from domain.custom_fields import FieldType, parse_definition
from models import custom_fields

router = Router(prefix="/custom-fields", tags=["Contacts"])


class CustomFieldOut(BaseModel):
    id: UUID
    name: str = Field(description="How programs, conditions and mails refer to it; it stays for good.")
    label: str
    type: FieldType
    options: list[str] | None = Field(description="The answers of a choice.")
    created_at: datetime

    @classmethod
    def of(cls, row: custom_fields.CustomField) -> "CustomFieldOut":
        return cls.model_validate(row, from_attributes=True)


class NewCustomField(Body):
    name: str = Field(examples=["favourite_drink"])
    label: str = Field("", description="What people read; made from the name when it is left out.")
    type: FieldType = "text"
    options: list[str] = Field(default_factory=list, description="The answers of a choice.", examples=[[]])


class CustomFieldChange(Body):
    label: str | None = Field(None, min_length=1)
    type: FieldType | None = Field(None, description="Only one that all values there are can take on.")
    options: list[str] | None = None


@router.get("", dependencies=[needs("contacts:read")])
async def list_custom_fields(caller: Caller, db: Db) -> Page[CustomFieldOut]:
    """All fields, by label."""
    rows = await custom_fields.listing(db, caller.workspace_id)
    return Page(items=[CustomFieldOut.of(row) for row in rows], next=None)


@router.post("", status_code=201, dependencies=[needs("contacts:write")])
async def create_custom_field(wanted: NewCustomField, caller: Caller, db: Db, now: Now) -> CustomFieldOut:
    """Define a field. A field that is not defined comes to be by its first value, with the type of that."""
    field = parse_definition(name=wanted.name, type_=wanted.type, label=wanted.label, options=wanted.options)
    return CustomFieldOut.of(await custom_fields.create(db, caller.workspace_id, field, at=now))


@router.get("/{custom_field_id}", dependencies=[needs("contacts:read")])
async def get_custom_field(custom_field_id: UUID, caller: Caller, db: Db) -> CustomFieldOut:
    """One field."""
    return CustomFieldOut.of(await custom_fields.get(db, caller.workspace_id, custom_field_id))


@router.patch("/{custom_field_id}", dependencies=[needs("contacts:write")])
async def change_custom_field(
    custom_field_id: UUID, wanted: CustomFieldChange, caller: Caller, db: Db, workspace: Workspace
) -> CustomFieldOut:
    """Change a field; the values that contacts have are brought into the new form."""
    row = await custom_fields.get(db, caller.workspace_id, custom_field_id)
    field = parse_definition(
        name=row.name,
        type_=wanted.type or row.type,
        label=row.label if wanted.label is None else wanted.label,
        options=(row.options or []) if wanted.options is None else wanted.options,
    )
    await custom_fields.change(db, row, field, zone=zones.zone_named(workspace.time_zone))
    return CustomFieldOut.of(row)


@router.delete("/{custom_field_id}", status_code=204, dependencies=[needs("contacts:write")])
async def remove_custom_field(custom_field_id: UUID, caller: Caller, db: Db) -> None:
    """Remove a field, and what contacts have in it."""
    await custom_fields.remove(db, await custom_fields.get(db, caller.workspace_id, custom_field_id))
