"""Publishing: a draft that is ready becomes a version, its mails are compiled, and people may come in."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from core.db import Db
from domain import errors
from domain.conditions.checks import Vocabulary
from domain.definitions import Definition, Plan, compile_plan
from domain.definitions.changes import Change, describe_changes
from domain.definitions.checking import problems
from domain.definitions.plans import EffectPlan
from domain.definitions.problems import Problem
from domain.definitions.reading import parse, read_draft
from domain.definitions.unfinished import Unfinished, unfinished
from domain.emails import ROOTS, CompiledEmail, Draft, compile_email
from domain.errors import Conflict, Invalid
from domain.templating.lint import lint as lint_template
from domain.templating.problems import has_errors
from models import automations, custom_fields, enrolments, outbox, queue, versions, workspaces
from models.automations import Automation, AutomationVersion
from models.queue import ENROL_PAGE, Job

InFlight = Literal["finish", "move"]


def lint(widget: str, text: str) -> Iterable[str]:
    """What keeps a text that somebody wrote from being filled in."""
    if widget == "email_body":
        found = compile_email(Draft(subject="-", body=text)).problems
    else:
        found = tuple(lint_template(text, ROOTS))
    return [problem.message for problem in found if has_errors([problem])]


async def vocabulary(db: Db, workspace_id: UUID) -> Vocabulary:
    """What conditions may speak of in this workspace."""
    fields = await custom_fields.known(db, workspace_id)
    return Vocabulary(attributes={name: field.type for name, field in fields.items()})


@dataclass(frozen=True, slots=True)
class Inspected:
    """A draft as far as it can be read, and everything that must be mended before it can be published."""

    definition: Definition
    problems: tuple[Problem, ...]


async def inspect(db: Db, workspace_id: UUID, draft: Mapping[str, Any]) -> Inspected:
    read = read_draft(draft)
    found = await _problems(db, workspace_id, read.definition)
    return Inspected(read.definition, read.and_also(found))


async def _problems(db: Db, workspace_id: UUID, definition: Definition) -> list[Problem]:
    """Beside the loop: a drawing with many long mails takes as long as a hundred requests."""
    known = await vocabulary(db, workspace_id)
    return await asyncio.to_thread(problems, definition, vocabulary=known, lint=lint)


async def warnings(db: Db, workspace_id: UUID, definition: Definition) -> list[Unfinished]:
    """What does not stop publishing, and somebody should know before."""
    workspace = (await workspaces.by_ids(db, [workspace_id]))[workspace_id]
    return await asyncio.to_thread(unfinished, definition, postal_address=workspace.postal_address)


def differences(live: Mapping[str, Any], draft: Mapping[str, Any]) -> list[Change]:
    """What publishing the draft would change, in words."""
    return describe_changes(read_draft(live).definition, read_draft(draft).definition)


async def publish(
    db: Db, automation_id: UUID, *, in_flight: InFlight, name: str, by: str, now: datetime
) -> AutomationVersion:
    """Make the draft the live version, or raise Invalid with all that is not ready.

    `in_flight`: people who are inside finish on their version, or move over at their next step.
    """
    row = await automations.get(db, automation_id, lock=True)
    definition = parse(row.draft)
    found = await _problems(db, row.workspace_id, definition)
    if found:
        raise Invalid(problems=[errors.Problem(_where(one), one.message) for one in found])
    plan = compile_plan(definition, row.id)
    version = await automations.publish(
        db,
        row,
        number=await versions.next_number(db, row.id),
        mails=await asyncio.to_thread(mails, plan),
        listens=plan.listens,
        name=name,
        by=by,
        now=now,
    )
    if definition.entry.trigger and definition.entry.trigger.kind == "schedule":
        await outbox.put(db, [outbox.wake(row.workspace_id, "schedule", row.id, title=row.name)])
    if in_flight == "move":
        await _take_over(db, row, version)
    return version


async def enrol(db: Db, automation_id: UUID, contact_ids: Sequence[UUID]) -> Automation:
    """Let contacts in by hand, whatever the trigger. Whoever may not come again is passed over."""
    row = await automations.get(db, automation_id)
    if row.state != "live":
        raise Conflict("This automation is not live. Publish it first.")
    await queue.enrol(db, row.workspace_id, row.id, contact_ids)
    return row


def _where(problem: Problem) -> str:
    node = f"nodes.{problem.node}" if problem.node else ""
    return errors.join(node, problem.field or "")


def mails(plan: Plan) -> dict[str, Any]:
    """What the e-mail steps of a plan compile to, by node; done once, so that per contact only values are filled in."""
    return {
        node.id: _compiled(node).model_dump(mode="json")
        for node in plan.nodes.values()
        if isinstance(node, EffectPlan) and node.channel == "email"
    }


def _compiled(node: EffectPlan) -> CompiledEmail:
    written = node.params.model_dump(
        include={"subject", "body", "preheader", "from_name", "reply_to", "topic"}
    )
    compilation = compile_email(
        Draft(**{name: value for name, value in written.items() if value is not None})
    )
    if compilation.email is None:
        found = [errors.Problem(f"nodes.{node.id}.body", problem.message) for problem in compilation.problems]
        raise Invalid(problems=found)
    return compilation.email


async def _take_over(db: Db, row: Automation, version: AutomationVersion) -> None:
    inside = await enrolments.inside_automation(db, row.id)
    pages = [inside[n : n + ENROL_PAGE] for n in range(0, len(inside), ENROL_PAGE)]
    jobs = [
        Job(row.workspace_id, "move", version.id, {"enrolments": [str(e) for e in page]}) for page in pages
    ]
    if jobs:
        await queue.put(db, jobs)


async def archive(db: Db, automation_id: UUID, now: datetime) -> Automation:
    """Nobody comes in any more, and whoever is inside leaves."""
    row = await automations.get(db, automation_id, lock=True)
    await automations.archive(db, row, now)
    await enrolments.end_all(db, row.id, now=now, outcome="removed")
    return row
