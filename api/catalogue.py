"""The catalogue: what automations of this workspace can be made of, with the forms that the canvas draws."""

from typing import Any

from pydantic import BaseModel, Field

from api.deps import Caller, Db, needs
from api.routes import Router
from domain.catalogue import catalogue
from models import custom_fields, events
from models.contacts import lists

router = Router(prefix="/catalogue", tags=["Automations"])


class Catalogue(BaseModel):
    triggers: list[dict[str, Any]]
    steps: list[dict[str, Any]]
    fields: list[dict[str, Any]] = Field(description="What conditions may ask about a contact.")
    events: list[str] = Field(description="Names of events that were seen here.")
    tags: list[str]
    operators: dict[str, list[dict[str, Any]]] = Field(description="By the type of a field.")


@router.get("", dependencies=[needs("catalogue:read")])
async def show(db: Db, caller: Caller) -> Catalogue:
    """Triggers, steps, fields, events, tags and operators."""
    known = await custom_fields.known(db, caller.workspace_id)
    seen = await events.names(db, caller.workspace_id)
    tags = await lists.tags(db, caller.workspace_id)
    return Catalogue.model_validate(catalogue(attributes=known.values(), events=seen, tags=tags))
