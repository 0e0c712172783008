"""Automations: the list, the recipes that one starts from, and the shell of the editor."""

import re
from datetime import datetime
from typing import Annotated, Any, cast, get_args
from uuid import UUID

from fastapi import Form as Field
from fastapi import Request
from fastapi.responses import Response

from activities import automations as publishing
from activities import holds as holding
from core.db import Db as Transaction
from domain.definitions.describing import describe
from domain.definitions.forms import Definition
from domain.definitions.graph import drawing_order
from domain.definitions.reading import read_draft
from domain.errors import Invalid
from domain.recipes import RECIPES, Recipe, recipe
from domain.steps import STEPS
from domain.triggers import TRIGGERS
from models import automations, holds, numbers, standings, versions
from models.automations import Automation, Listed
from models.numbers import Summary
from web import looks
from web.contexts.automations import (
    AutomationEditor,
    AutomationRow,
    AutomationsIndex,
    NewAutomation,
    RecipeStep,
    TriggerChoice,
)
from web.contexts.automations import Recipe as RecipeCard
from web.contexts.base import Choice, Listing, Paging
from web.deps import Caller, Db, Now, Pages, View, into, needs, see_other

router = Pages()
_PAGE = 50
Text = Annotated[str, Field(max_length=200)]
_GAP = re.compile(r"\{\{\s*(?:\w+\.)*(\w+)[^}]*\}\}")
STATES = {"": "All", "live": "Live", "held": "On hold", "draft": "Drafts", "archived": "Archived"}


@router.get("/automations", dependencies=[needs("automations:read")])
async def index(
    request: Request,
    db: Db,
    caller: Caller,
    now: Now,
    view: View,
    q: str = "",
    state: str = "",
    after: UUID | None = None,
) -> Response:
    shown = (
        [state]
        if state in ("live", "draft", "archived")
        else ["live"]
        if state == "held"
        else ["draft", "live"]
    )
    rows = await automations.page(
        db,
        caller.workspace_id,
        before=after,
        limit=_PAGE + 1,
        sought=q.strip(),
        states=shown,
        held=state == "held",
    )
    sums = await numbers.summaries(db, [row.row.id for row in rows], now.date())
    listing = Listing(path="/automations", params={"q": q, "state": state, "after": str(after or "")})
    counts = await automations.count(db, caller.workspace_id)
    page = AutomationsIndex(
        listing=listing,
        rows=tuple([await _row(db, row, sums[row.row.id], now) for row in rows[:_PAGE]]),
        total=counts.get("", 0),
        states=tuple(
            Choice(value=value, label=label, count=counts.get(value, 0)) for value, label in STATES.items()
        ),
        inside=sum(one.inside for one in sums.values()),
        paging=Paging(older=listing.url(after=str(rows[_PAGE - 1].row.id)) if len(rows) > _PAGE else None),
    )
    return view(page, fragment="rows" if into(request, "automations") else None)


@router.get("/automations/new", dependencies=[needs("automations:write")])
async def new(view: View) -> Response:
    return view(
        NewAutomation(
            recipes=tuple(_card(one) for one in RECIPES),
            triggers=tuple(
                TriggerChoice(kind=kind.kind, title=kind.title, help=kind.help, icon=kind.icon)
                for kind in TRIGGERS.values()
            ),
        )
    )


@router.post("/automations", dependencies=[needs("automations:write")])
async def create(
    db: Db, caller: Caller, now: Now, recipe: Text = "", trigger: Text = "", name: Text = ""
) -> Response:
    """From a recipe, or from nothing but what starts it."""
    title, draft = _begun(recipe, trigger)
    row = await automations.create(db, caller.workspace_id, name=name.strip() or title, draft=draft, now=now)
    return see_other(f"/automations/{row.id}")


@router.get("/automations/{automation_id}", dependencies=[needs("automations:read")])
async def editor(automation_id: UUID, db: Db, caller: Caller, view: View) -> Response:
    row = await automations.get(db, automation_id)
    live = await versions.live(db, row)
    held = await _held(db, row)
    return view(
        AutomationEditor(
            id=row.id,
            name=row.name,
            state=automations.state_of(row, held=held),
            version=live.number if live else None,
            can_edit="automations:write" in caller.permissions and row.state != "archived",
            can_publish="automations:approve" in caller.permissions and row.state != "archived",
        )
    )


@router.post("/automations/{automation_id}/hold", dependencies=[needs("automations:approve")])
async def hold(automation_id: UUID, db: Db, caller: Caller, now: Now) -> Response:
    row = await holding.hold(db, automation_id, by=caller.name, now=now)
    return see_other("/automations", toast=f"“{row.name}” stands still until you release it.")


@router.post("/automations/{automation_id}/release", dependencies=[needs("automations:approve")])
async def release(automation_id: UUID, db: Db, now: Now, overdue: Text = "send") -> Response:
    if overdue not in get_args(holding.Overdue):
        raise Invalid("Choose what happens with what is overdue.")
    row = await holding.release(db, automation_id, overdue=cast("holding.Overdue", overdue), now=now)
    return see_other("/automations", toast=f"“{row.name}” goes on.")


@router.post("/automations/{automation_id}/archive", dependencies=[needs("automations:approve")])
async def archive(automation_id: UUID, db: Db, now: Now) -> Response:
    row = await publishing.archive(db, automation_id, now)
    return see_other("/automations", toast=f"“{row.name}” is archived. What happened stays on record.")


def _begun(recipe_key: str, trigger: str) -> tuple[str, dict[str, Any]]:
    found = recipe(recipe_key)
    if found:
        return found.title, dict(found.definition)
    if trigger in TRIGGERS:
        return "New automation", {
            "entry": {"trigger": {"kind": trigger}, "again": "never"},
            "start": None,
            "nodes": {},
        }
    return "New automation", {"start": None, "nodes": {}}


async def _held(db: Transaction, row: Automation) -> bool:
    return (row.workspace_id, "automation", str(row.id)) in await holds.in_force(db, [row.workspace_id])


async def _row(db: Transaction, listed: Listed, sums: Summary, now: datetime) -> AutomationRow:
    row = listed.row
    definition = read_draft(row.draft).definition
    chosen = definition.entry.trigger
    kind = TRIGGERS.get(chosen.kind) if chosen else None
    live = await versions.live(db, row)
    return AutomationRow(
        id=row.id,
        name=row.name,
        state=listed.state,
        starts=starts(definition),
        icon=kind.icon if kind else "bolt",
        version=listed.version,
        unpublished=len(publishing.differences(live.definition, row.draft)) if live else 0,
        entered=sums.entered,
        inside=sums.inside,
        goal_rate=sums.goals / sums.entered if definition.goal and sums.entered else None,
        entries=sums.entries,
        changed_at=row.updated_at,
        overdue=await standings.overdue(db, row.id, now) if listed.held else 0,
    )


def starts(definition: Definition) -> str:
    """What starts an automation, in words."""
    chosen = definition.entry.trigger
    kind = TRIGGERS.get(chosen.kind) if chosen else None
    if chosen is None or kind is None:
        return "Nothing starts it yet"
    if event := chosen.params.get("event"):
        return plain(str(event).replace(".", " ").replace("_", " ")).capitalize()
    return f"{kind.title}: {chosen.params['tag']}" if chosen.params.get("tag") else kind.title


def plain(words: str) -> str:
    """Without the language of templates: `{{ contact.first_name or 'friend' }}` reads [first name]."""
    return _GAP.sub(lambda gap: f"[{gap[1].replace('_', ' ')}]", words)


def _card(one: Recipe) -> RecipeCard:
    definition = read_draft(one.definition).definition
    first = RecipeStep(icon="bolt", kind="trigger", text=starts(definition))
    steps = [_step(definition, node_id) for node_id in drawing_order(definition)]
    return RecipeCard(key=one.key, title=one.title, text=one.text, steps=(first, *steps[:4]))


def _step(definition: Definition, node_id: str) -> RecipeStep:
    node = definition.nodes[node_id]
    words = plain(describe(node, STEPS))
    look = looks.of_step(node.kind)
    return RecipeStep(icon=look.icon, kind=look.kind, text=words)
