"""Automations that let people in by the calendar: when that is next, and letting them in."""

from datetime import datetime
from zoneinfo import ZoneInfo

from temporalio import activity

from activities.plans import PLANS, Ready
from core.db import Db, Scope, session
from domain.calendars import local_date, zone_named
from domain.processes import Rest, Tick
from models import clocks, conditions, holds, processes, queue, workspaces


@activity.defn(name="schedules.tick")
async def tick(asked: Tick) -> Rest:
    """Let in whoever the schedule names if its time has come, and say when that is again."""
    async with session(Scope(workspaces=(asked.workspace_id,))) as db:
        now = await clocks.now(db, asked.workspace_id)
        ready = await PLANS.live(db, asked.workspace_id, asked.automation_id)
        if ready is None or ready.plan.trigger is None:
            return Rest(over=True)
        zone = zone_named(await workspaces.time_zone(db, asked.workspace_id))
        if asked.due is not None and asked.due <= now and not await _held(db, ready):
            await _let_in(db, ready, asked.due, now, zone)
        until = ready.plan.trigger.due_after(now, zone, local_date(ready.published_at, zone))
        if until is None:
            return Rest(over=True)
        name = f"schedule/{asked.automation_id}"
        await processes.waits(db, name, until=until, what="the next date of the schedule", now=now)
        return Rest(until=until)


async def _held(db: Db, ready: Ready) -> bool:
    held = await holds.in_force(db, [ready.workspace_id])
    return (ready.workspace_id, "automation", str(ready.automation_id)) in held


async def _let_in(db: Db, ready: Ready, due: datetime, now: datetime, zone: ZoneInfo) -> None:
    """Queue everybody of the audience. The date is part of their entry keys: repeating it lets nobody in twice."""
    audience = ready.plan.trigger.audience() if ready.plan.trigger else None
    found = await conditions.matching(db, ready.workspace_id, audience, now=now, zone=zone)
    await queue.enrol(db, ready.workspace_id, ready.automation_id, found, occurrence=due.isoformat())
