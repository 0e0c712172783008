"""Why a contact did, or did not, get what an automation gives."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from activities.enrolments import ground
from core.db import Db
from domain.definitions import Plan, compile_plan
from domain.definitions.reading import read_draft
from domain.entries import WORDS, Earlier, TurnedAway, base_key, entry
from domain.errors import NotFound
from domain.facts import Facts
from models import enrolments, versions
from models.automations import Automation
from models.conditions import happenings
from models.enrolments import Told


@dataclass(frozen=True, slots=True)
class Answer:
    """`passages` are the contact's runs through the automation, each with every decision and its evidence."""

    entered: bool
    words: str
    passages: list[Told] = field(default_factory=list[Told])


async def why(db: Db, automation: Automation, contact_id: UUID, at: datetime) -> Answer:
    """The story of this contact in this automation up to `at`; or, of somebody who never came in, what kept them out."""
    passages = await enrolments.told(db, automation.id, contact_id, until=at)
    if passages:
        return Answer(entered=True, words=_summary(passages[0]), passages=passages)
    live = await versions.live(db, automation)
    if live is None:
        return Answer(
            entered=False, words="This automation has not been published yet, so nobody could come in."
        )
    plan = compile_plan(read_draft(live.definition).definition, automation.id)
    return Answer(entered=False, words=await _outside(db, automation, plan, contact_id, at))


def _summary(passage: Told) -> str:
    ends: dict[str | None, str] = {
        None: f"Is inside since {passage.started_at:%d %B %Y}, at the step “{passage.node}”.",
        "finished": "Went all the way through.",
        "goal": "Reached the goal, and left.",
        "exit": "Left, because a reason to leave came true.",
        "failed": "Was stopped by a fault in a step.",
        "removed": "Was taken out.",
    }
    return ends.get(passage.outcome, "Left.")


async def _outside(db: Db, automation: Automation, plan: Plan, contact_id: UUID, at: datetime) -> str:
    here = await ground(db, [automation.workspace_id], [contact_id])
    known = here.known.get(contact_id)
    if known is None:
        raise NotFound("There is no such contact.")
    names = sorted(plan.entrances | plan.remembers)
    remembered = (await happenings(db, [contact_id], names)).get(contact_id, {})
    facts = known.facts.with_changes(happenings=remembered)
    seen = [one for name in plan.entrances for one in facts.named(name) if one.occurred_at <= at]
    if not plan.entrances:
        return "People come into this automation by hand, by a program or by the calendar, and this contact was not among them."
    if not seen:
        return f"What starts this automation ({', '.join(sorted(plan.entrances))}) has not happened to this contact."
    return _turned_away(plan, facts, max(seen, key=lambda one: one.occurred_at), at)


def _turned_away(plan: Plan, facts: Facts, happening: Any, at: datetime) -> str:
    verdict = plan.trigger.matches(happening, facts, at) if plan.trigger else None
    if verdict is not None and not verdict.result:
        return f"“{happening.name}” happened on {happening.occurred_at:%d %B %Y}, but it did not fit the conditions of the trigger."
    base = base_key(plan, happening)
    key = base if isinstance(base, TurnedAway) else entry(plan, base, Earlier(), at, facts.zone)
    if isinstance(key, TurnedAway):
        return WORDS[key.reason]
    return f"“{happening.name}” happened on {happening.occurred_at:%d %B %Y}, before this automation was listening."
