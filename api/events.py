"""Events: what happened to contacts, as a shop, a site or an app reports it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from pydantic import AwareDatetime, BaseModel, Field

from api.deps import Caller, needs
from api.routes import Body, LeanRoute, Part, Router
from domain.events import Report, whom
from engine.ingest import Ingest, Receipt

router = Router(prefix="/events", tags=["Events"], route_class=LeanRoute)
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z][A-Za-z0-9_.:\- ]*$")]


class EventContact(Part):
    """Who it happened to, by `id`, `external_id` or `email`; whatever else is said about them is kept."""

    id: UUID | None = None
    external_id: str | None = Field(None, max_length=200)
    email: str | None = Field(None, max_length=320)
    phone: str | None = Field(None, max_length=50)
    first_name: str | None = Field(None, max_length=200)
    last_name: str | None = Field(None, max_length=200)
    time_zone: str | None = Field(None, max_length=100)
    attributes: dict[str, Any] | None = None
    tags: list[str] | None = None
    consent: dict[str, str] | None = None


class NewEvent(Part):
    name: Name = Field(description="What happened, such as order.placed or signed_up.")
    contact: EventContact
    properties: dict[str, Any] = Field(default_factory=dict, description="What is worth knowing about it.")
    occurred_at: AwareDatetime | None = Field(None, description="When it happened; now, when it is left out.")
    idempotency_key: str | None = Field(
        None,
        min_length=1,
        max_length=255,
        description="An event with a key that was seen before is counted, not stored.",
    )


class NewEvents(Body):
    events: list[NewEvent] = Field(min_length=1, max_length=1000)


class Rejected(BaseModel):
    index: int = Field(description="Its place in the request, from 0.")
    message: str


class Taken(BaseModel):
    accepted: int
    duplicates: int = Field(description="Events whose idempotency_key was seen before.")
    rejected: list[Rejected] = Field(
        description="Events that were not taken, each with the reason; the others were. A field of the wrong type"
        " is refused with the whole request, 422, and nothing of it is taken."
    )


@router.post("", status_code=202, dependencies=[needs("events:write")])
async def create(posted: NewEvents, request: Request, caller: Caller) -> Taken:
    """Report up to 1,000 events. They are stored when this answers; a contact whom nobody knows yet is created."""
    receipt = Receipt()
    reports = [
        (index, report)
        for index, event in enumerate(posted.events)
        if (report := _report(index, event, receipt))
    ]
    ingest: Ingest = request.app.state.ingest
    if reports:
        await ingest.add(caller.workspace_id, reports, receipt, by=caller.name)
    rejected = [Rejected(index=index, message=message) for index, message in sorted(receipt.rejected)]
    return Taken(accepted=receipt.accepted, duplicates=receipt.duplicates, rejected=rejected)


def _report(index: int, event: NewEvent, receipt: Receipt) -> Report | None:
    said = event.contact.model_dump(exclude_none=True)
    named = whom(said)
    if named is None:
        receipt.rejected.append(
            (index, "Say who it happened to: contact needs an email, an external_id or an id.")
        )
        return None
    return Report(event.name, named, said, event.properties, event.occurred_at, event.idempotency_key)
