"""Holding automations still and letting them go on, with what to do about those who should have moved on meanwhile."""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from core.db import Db
from models import automations, enrolments, holds, outbox, queue
from models.automations import Automation
from models.queue import ENROL_PAGE, Job

Overdue = Literal["send", "ramp", "skip"]
RAMP = timedelta(hours=1)
STALE = timedelta(hours=24)


async def hold(db: Db, automation_id: UUID, *, by: str, now: datetime) -> Automation:
    """Nobody moves on until it is released; those whom events would let in come as far as the door."""
    row = await automations.get(db, automation_id, lock=True)
    await holds.hold(db, row.workspace_id, "automation", row.id, now=now, by=by)
    return row


async def release(db: Db, automation_id: UUID, *, overdue: Overdue, now: datetime) -> Automation:
    """Let it go on.

    Who is overdue moves on at once (`send`), one after the other over an hour (`ramp`), or, being late by more than a day,
    leaves (`skip`); the others go on as they were.
    """
    row = await automations.get(db, automation_id, lock=True)
    if await holds.release(db, row.workspace_id, "automation", row.id, now=now) is None:
        return row
    if overdue == "skip":
        await enrolments.end_overdue(db, row.id, before=now - STALE, now=now)
    if overdue == "ramp":
        await enrolments.spread(db, row.id, now=now, over=RAMP)
    cohorts = await enrolments.open_cohorts(db, row.id)
    await outbox.put(db, [outbox.wake(row.workspace_id, "cohort", id_, title=row.name) for id_ in cohorts])
    await _look(db, row)
    return row


async def _look(db: Db, row: Automation) -> None:
    """What happened meanwhile may have ended waits, and messages that were held have no time at which they wake."""
    waiting = await enrolments.inside_automation(db, row.id)
    pages = [waiting[n : n + ENROL_PAGE] for n in range(0, len(waiting), ENROL_PAGE)]
    jobs = [Job(row.workspace_id, "look", row.id, {"enrolments": [str(e) for e in page]}) for page in pages]
    if jobs:
        await queue.put(db, jobs)
