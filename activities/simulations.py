"""Rehearsals: the kernel over a draft, with one person, or over everybody who would have come in."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from activities.enrolments import Ground, Remembered, ground
from core.db import Db
from domain.contacts import Profile, parse_details
from domain.definitions import Plan, compile_plan
from domain.definitions.reading import read_draft
from domain.errors import Invalid
from domain.facts import ContactFacts, Facts, Happening, by_name, zone_for
from domain.ids import new_id
from domain.kernel.rehearsing import dry_run
from domain.kernel.values import Leg
from domain.sending import WORDS, Limits
from models import contacts, events, simulations
from models.automations import Automation
from models.conditions import happenings
from models.events import Event
from models.facts import Known
from models.simulations import Simulation

MOST_EVENTS = 20_000  # of a simulation over history; the newest
_PAGE = 1_000


async def start(db: Db, automation: Automation, *, request: dict[str, Any], now: datetime) -> Simulation:
    """Rehearse at once: it reads and computes, and is quick enough to be waited for."""
    row = await simulations.add(db, automation, request=request, now=now)
    plan = compile_plan(read_draft(row.definition).definition, automation.id)
    if contact_id := request.get("contact_id"):
        row.result = await _with_person(db, row, plan, UUID(contact_id), now)
    elif person := request.get("person"):
        row.result = await _with_invented(db, row, plan, person, now)
    else:
        since, until = datetime.fromisoformat(request["since"]), datetime.fromisoformat(request["until"])
        row.result = await _over_history(db, row, plan, since, until)
    row.state = "finished"
    await db.flush()
    return row


async def _with_person(
    db: Db, row: Simulation, plan: Plan, contact_id: UUID, now: datetime
) -> dict[str, Any]:
    here = await ground(db, [row.workspace_id], [contact_id])
    known = here.known.get(contact_id)
    if known is None:
        raise Invalid.at("contact_id", "There is no such contact.")
    remembered = await happenings(db, [contact_id], sorted(plan.remembers | plan.entrances))
    facts = known.facts.with_changes(happenings=remembered.get(contact_id, {}))
    return _rehearsed(plan, facts, now, Limits(suppressed=known.suppressed))


async def _with_invented(
    db: Db, row: Simulation, plan: Plan, person: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """Somebody who does not exist; what is said about them is read like what is said about a contact."""
    said = {name: value for name, value in person.items() if name != "events"}
    conventions = await contacts.conventions_of(db, row.workspace_id)
    try:
        profile = Profile().told(parse_details(said, conventions))
    except Invalid as error:
        raise error.under("person") from None
    happenings = by_name(_happening(one, now) for one in person.get("events", ()))
    zone, source = zone_for(profile.time_zone, conventions.zone)
    facts = Facts(_contact(profile, now), zone, source, happenings)
    return _rehearsed(plan, facts, now, Limits())


def _contact(profile: Profile, now: datetime) -> ContactFacts:
    details = {field.name: getattr(profile, field.name) for field in fields(Profile)}
    details["tags"] = frozenset(profile.tags)
    return ContactFacts(id=new_id(), created_at=now, updated_at=now, **details)


def _happening(said: Mapping[str, Any], now: datetime) -> Happening:
    at = datetime.fromisoformat(said["occurred_at"]) if "occurred_at" in said else now
    return Happening(new_id(), said["name"], at, said.get("properties", {}))


def _rehearsed(plan: Plan, facts: Facts, now: datetime, limits: Limits) -> dict[str, Any]:
    legs = dry_run(plan, facts, now, happening=_sample(plan, facts), limits=limits)
    return {"entries": 1, "path": [_leg(leg) for leg in legs], **_sums(plan, [legs])}


def _sample(plan: Plan, facts: Facts) -> Happening | None:
    """The latest event of the kind that lets people in, or none."""
    found = [one for name in plan.entrances for one in facts.named(name)]
    return max(found, key=lambda one: one.occurred_at, default=None)


async def _over_history(
    db: Db, row: Simulation, plan: Plan, since: datetime, until: datetime
) -> dict[str, Any]:
    """Everybody whom the events of that time would have let in, each walked through to the end."""
    found = await events.between(
        db, row.workspace_id, sorted(plan.entrances), since, until, limit=MOST_EVENTS
    )
    walked: list[Sequence[Leg]] = []
    for n in range(0, len(found), _PAGE):
        page = found[n : n + _PAGE]
        contact_ids = {event.contact_id for event in page if event.contact_id}
        here = await ground(db, [row.workspace_id], contact_ids)
        remembered = (
            await happenings(db, sorted(contact_ids), sorted(plan.remembers)) if plan.remembers else {}
        )
        walked += await asyncio.to_thread(_walk_all, plan, page, here, remembered)
    return {"entries": len(walked), **_sums(plan, walked)}


def _walk_all(plan: Plan, page: Sequence[Event], here: Ground, remembered: Remembered) -> list[Sequence[Leg]]:
    """Beside the loop: a page takes as long as some dozen requests."""
    walked: list[Sequence[Leg]] = []
    for event in page:
        known = here.known.get(event.contact_id or event.id)
        happening = Happening(event.id, event.name, event.occurred_at, event.properties)
        if known and (legs := _walk(plan, known, happening, remembered.get(known.facts.contact.id, {}))):
            walked.append(legs)
    return walked


def _walk(
    plan: Plan, known: Known, happening: Happening, remembered: Mapping[str, tuple[Happening, ...]]
) -> Sequence[Leg]:
    facts = known.facts.with_changes(happenings=remembered)
    if plan.trigger is None or not plan.trigger.matches(happening, facts, happening.occurred_at).result:
        return ()
    limits = Limits(suppressed=known.suppressed)
    return dry_run(plan, facts, happening.occurred_at, happening=happening, limits=limits)


def _sums(plan: Plan, walked: Sequence[Sequence[Leg]]) -> dict[str, Any]:
    sends: Counter[str] = Counter()
    dropped: Counter[str] = Counter()
    words = {text: reason for reason, text in WORDS.items()}
    for legs in walked:
        for leg in legs:
            node = plan.nodes.get(leg.node or "")
            if node is None or getattr(node, "channel", None) is None:
                continue
            reason = next((words[text] for text in words if text in leg.why), None)
            if reason:
                dropped[reason] += 1
            else:
                sends[node.id] += 1
    return {"sends_by_node": dict(sends), "dropped": dict(dropped)}


def _leg(leg: Leg) -> dict[str, Any]:
    return {
        "node": leg.node,
        "at": leg.at.isoformat(),
        "until": leg.until.isoformat() if leg.until else None,
        "why": leg.why,
        "edge": leg.edge,
    }
