"""Automations: draw, publish, hold, and see who is where and why."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from activities import automations as publishing
from activities import explanations, moves, simulations
from activities import holds as holding
from api import pagination
from api.contacts import Said
from api.deps import Caller, Db, Now, needs
from api.pagination import Cursor, Limit, Page
from api.routes import Body, Instant, Part, Router
from core.db import Db as Transaction
from domain.errors import Conflict, Invalid
from models import automations, enrolments, holds, standings, versions
from models.automations import Automation, State

router = Router(prefix="/automations", tags=["Automations"])
Title = Annotated[str, Field(min_length=1, max_length=200)]
Definition = Annotated[
    dict[str, Any],
    Field(
        description="Trigger, goal and steps. The same in JSON and in a YAML file; docs/automations.md has an example.",
        examples=[{"entry": {"trigger": {"kind": "manual"}}, "start": None, "nodes": {}}],
    ),
]


class NewAutomation(Body):
    name: Title
    definition: Definition = Field(default_factory=dict)


class DraftChange(Body):
    definition: Definition
    name: Title | None = None
    revision: int | None = Field(
        None, description="Of the draft that was changed; refused when somebody else was faster."
    )


class Publishing(Body):
    in_flight: Literal["finish", "move"] = Field(
        "finish",
        description="People who are inside: finish on their version, or move to the new one at their next step.",
    )
    name: Annotated[str, Field(max_length=200)] = ""
    confirm: int | None = Field(
        None,
        ge=0,
        description="With `move`: how many messages may go out at once (`confirm` of the changes). Refused if it would be more.",
    )


class Releasing(Body):
    overdue: Literal["send", "ramp", "skip"] = Field(
        "send",
        description="Those who should have moved on meanwhile: at once, spread over an hour, or those who are late by more"
        " than a day leave.",
    )


class Enrolling(Body):
    contact_ids: Annotated[list[UUID], Field(min_length=1, max_length=10_000)]


class Done(Part):
    """Something that an invented person has done."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    properties: dict[str, Any] = Field(default_factory=dict)
    occurred_at: AwareDatetime | None = Field(None, description="Left out: just now.")


class Invented(Said):
    """Somebody who does not exist, with the details that a contact has."""

    events: Annotated[list[Done], Field(max_length=100)] = Field(
        default_factory=list[Done],
        description="What they have done; the latest of the trigger's kind lets them in.",
    )


class Simulating(Body):
    contact_id: UUID | None = Field(None, description="Rehearse with this person.")
    person: Invented | None = Field(None, description="Or with somebody invented; nobody is created.")
    since: AwareDatetime | None = Field(None, description="Or run over the events from here…")
    until: AwareDatetime | None = Field(None, description="…to here.")


class Problem(BaseModel):
    node: str | None = Field(description="The step; null for the trigger, the goal or the whole.")
    field: str | None
    message: str


class Warned(BaseModel):
    node: str | None = Field(description="The step; null for what is about the whole workspace.")
    message: str


class AutomationOut(BaseModel):
    id: UUID
    name: str
    state: State
    definition: dict[str, Any] = Field(description="The draft.")
    revision: int
    version: int | None = Field(description="The live version.")
    unpublished: int = Field(description="Changes of the draft that are not live.")
    problems: list[Problem] = Field(description="What must be mended before it can be published.")
    overdue: int = Field(0, description="While it is on hold: how many act at once when it is released.")


class AutomationListed(BaseModel):
    id: UUID
    name: str
    state: State
    version: int | None
    updated_at: datetime


class Published(BaseModel):
    version: int


class Change(BaseModel):
    kind: Literal["added", "changed", "removed"]
    node: str | None
    text: str


class Changes(BaseModel):
    changes: list[Change]
    problems: list[Problem]
    warnings: list[Warned] = Field(description="What does not stop publishing, and is worth a look before.")
    inside: int
    next_version: int
    moves_now: int = Field(
        description="How many of those inside act at once, or stand elsewhere, if they are moved: the sum of the next three."
    )
    at_once: int = Field(description="Whose wait would be over.")
    elsewhere: int = Field(
        description="Whose step is gone: they go on to the next one when their wait is over."
    )
    leaving: int = Field(description="For whom nothing is left: they leave.")
    messages: int = Field(description="Messages that would go out at once.")
    confirm: int | None = Field(
        description="That number again when it is large; a person should see it before it happens."
    )


class VersionOut(BaseModel):
    number: int
    name: str
    published_at: datetime
    published_by: str
    definition: dict[str, Any]


class Enrolled(BaseModel):
    queued: int = Field(description="How many are on their way in; the rules of re-entry decide about each.")


class SimulationStarted(BaseModel):
    id: UUID


class Decision(BaseModel):
    at: datetime
    steps: list[dict[str, Any]] = Field(
        description="Each step with what was decided there and by what evidence."
    )


class PassageOut(BaseModel):
    id: UUID
    version: int
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    node: str | None
    wakes_at: datetime | None
    decisions: list[Decision]


class Why(BaseModel):
    entered: bool
    words: str = Field(description="The answer in a sentence.")
    passages: list[PassageOut]


@router.post("", status_code=201, dependencies=[needs("automations:write")])
async def create(new: NewAutomation, db: Db, caller: Caller, now: Now) -> AutomationOut:
    """Start a draft. It may be faulty; `problems` says what is missing."""
    row = await automations.create(db, caller.workspace_id, name=new.name, draft=new.definition, now=now)
    return await shown(db, row, now)


@router.get("", dependencies=[needs("automations:read")])
async def index(db: Db, caller: Caller, limit: Limit = 50, cursor: Cursor = None) -> Page[AutomationListed]:
    """The newest first."""
    before = pagination.decode(cursor, UUID)[0] if cursor else None
    rows = await automations.page(db, caller.workspace_id, before=before, limit=limit + 1)
    return pagination.page(
        rows,
        limit,
        item=lambda one: AutomationListed(
            id=one.row.id,
            name=one.row.name,
            state=one.state,
            version=one.version,
            updated_at=one.row.updated_at,
        ),
        key=lambda one: one.row.id,
    )


@router.get("/{automation_id}", dependencies=[needs("automations:read")])
async def show(automation_id: UUID, db: Db, now: Now) -> AutomationOut:
    """The draft with what is not ready yet."""
    return await shown(db, await automations.get(db, automation_id), now)


@router.put("/{automation_id}/draft", dependencies=[needs("automations:write")])
async def save(automation_id: UUID, change: DraftChange, db: Db, now: Now) -> AutomationOut:
    """Keep a draft. A live automation goes on as it is until the draft is published."""
    row = await automations.save_draft(
        db, automation_id, draft=change.definition, name=change.name, revision=change.revision, now=now
    )
    return await shown(db, row, now)


@router.get("/{automation_id}/changes", dependencies=[needs("automations:read")])
async def changes(automation_id: UUID, db: Db, now: Now) -> Changes:
    """What publishing would change, in words, and what it would mean for those who are inside now."""
    row = await automations.get(db, automation_id)
    looked = await publishing.inspect(db, row.workspace_id, row.draft)
    live = await versions.live(db, row)
    moved = moves.Moves() if looked.problems else await moves.preview(db, row, looked.definition, now)
    warned = await publishing.warnings(db, row.workspace_id, looked.definition)
    return Changes(
        changes=[
            Change(kind=one.kind, node=one.node, text=one.text)
            for one in publishing.differences(live.definition if live else {}, row.draft)
        ],
        problems=[Problem(node=p.node, field=p.field, message=p.message) for p in looked.problems],
        warnings=[Warned(node=one.node, message=one.message) for one in warned],
        inside=len(await enrolments.inside_automation(db, row.id)),
        next_version=await versions.next_number(db, row.id),
        moves_now=moved.moves_now,
        at_once=moved.at_once,
        elsewhere=moved.elsewhere,
        leaving=moved.leaving,
        messages=moved.messages,
        confirm=moved.confirm,
    )


@router.post("/{automation_id}/publish", dependencies=[needs("automations:approve")])
async def publish(automation_id: UUID, asked: Publishing, db: Db, caller: Caller, now: Now) -> Published:
    """Make the draft the live version: immutable, numbered, restorable."""
    if asked.in_flight == "move" and asked.confirm is not None:
        await _as_seen(db, automation_id, asked.confirm, now)
    version = await publishing.publish(
        db, automation_id, in_flight=asked.in_flight, name=asked.name, by=caller.name, now=now
    )
    return Published(version=version.number)


async def _as_seen(db: Transaction, automation_id: UUID, seen: int, now: datetime) -> None:
    """Nobody sends to more people at once than they were told."""
    row = await automations.get(db, automation_id)
    looked = await publishing.inspect(db, row.workspace_id, row.draft)
    messages = 0 if looked.problems else (await moves.preview(db, row, looked.definition, now)).messages
    if messages > seen:
        raise Conflict(
            f"Meanwhile {messages:,} messages would go out at once, not {seen:,}. Look at the changes again."
        )


@router.get("/{automation_id}/versions", dependencies=[needs("automations:read")])
async def history(automation_id: UUID, db: Db, limit: Limit = 50, cursor: Cursor = None) -> Page[VersionOut]:
    """What was published, the latest first."""
    await automations.get(db, automation_id)
    before = pagination.decode(cursor, int)[0] if cursor else None
    rows = await versions.page(db, automation_id, before=before, limit=limit + 1)
    return pagination.page(
        rows,
        limit,
        item=lambda row: VersionOut.model_validate(row, from_attributes=True),
        key=lambda row: row.number,
    )


@router.post("/{automation_id}/hold", dependencies=[needs("automations:approve")])
async def hold(automation_id: UUID, db: Db, caller: Caller, now: Now) -> AutomationOut:
    """Everybody stands still until it is released; nobody is lost."""
    return await shown(db, await holding.hold(db, automation_id, by=caller.name, now=now), now)


@router.post("/{automation_id}/release", dependencies=[needs("automations:approve")])
async def release(automation_id: UUID, db: Db, now: Now, asked: Releasing | None = None) -> AutomationOut:
    """Let it go on, and say what happens with those who are overdue."""
    released = await holding.release(db, automation_id, overdue=asked.overdue if asked else "send", now=now)
    return await shown(db, released, now)


@router.post("/{automation_id}/archive", dependencies=[needs("automations:approve")])
async def archive(automation_id: UUID, db: Db, now: Now) -> AutomationOut:
    """Nobody comes in any more, and whoever is inside leaves."""
    return await shown(db, await publishing.archive(db, automation_id, now), now)


@router.post(
    "/{automation_id}/enrol", status_code=202, dependencies=[needs("automations:approve", "contacts:read")]
)
async def enrol(automation_id: UUID, asked: Enrolling, db: Db) -> Enrolled:
    """Let contacts in by hand. Whoever may not come again is passed over."""
    await publishing.enrol(db, automation_id, asked.contact_ids)
    return Enrolled(queued=len(asked.contact_ids))


@router.post(
    "/{automation_id}/simulate", status_code=202, dependencies=[needs("automations:read", "contacts:read")]
)
async def simulate(automation_id: UUID, asked: Simulating, db: Db, now: Now) -> SimulationStarted:
    """Rehearse the draft: with one person, or over what really happened. Nothing is sent."""
    row = await automations.get(db, automation_id)
    history = asked.since is not None and asked.until is not None
    if sum((asked.contact_id is not None, asked.person is not None, history)) != 1:
        raise Invalid("Name a contact_id, or invent a person, or give both since and until.")
    request = asked.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    return SimulationStarted(id=(await simulations.start(db, row, request=request, now=now)).id)


@router.get("/{automation_id}/why", dependencies=[needs("automations:read", "contacts:read")])
async def why(automation_id: UUID, contact_id: UUID, db: Db, now: Now, at: Instant | None = None) -> Why:
    """Why this contact got, or did not get, what it did here; up to the instant `at`."""
    row = await automations.get(db, automation_id)
    told = await explanations.why(db, row, contact_id, at or now)
    return Why.model_validate(told, from_attributes=True)


async def shown(db: Transaction, row: Automation, now: datetime) -> AutomationOut:
    looked = await publishing.inspect(db, row.workspace_id, row.draft)
    live = await versions.live(db, row)
    differences = publishing.differences(live.definition, row.draft) if live else []
    held = (row.workspace_id, "automation", str(row.id)) in await holds.in_force(db, [row.workspace_id])
    return AutomationOut(
        id=row.id,
        name=row.name,
        state=automations.state_of(row, held=held),
        definition=row.draft,
        revision=row.revision,
        version=live.number if live else None,
        unpublished=len(differences),
        problems=[Problem(node=p.node, field=p.field, message=p.message) for p in looked.problems],
        overdue=await standings.overdue(db, row.id, now) if held else 0,
    )
