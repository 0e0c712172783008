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
    name = f"schedule/{asked.automation_id}"
    async with session(Scope(workspaces=(asked.workspace_id,))) as db:
        now = await clocks.now(db, asked.workspace_id)
        ready = await PLANS.live(db, asked.workspace_id, asked.automation_id)
        if ready is None or ready.plan.trigger is None:
            return Rest(over=True)
        zone = zone_named(await workspaces.time_zone(db, asked.workspace_id))
        # who was woken, or started anew, in the very moment in which a date came, does not know of that date; its row does
        due = asked.due or await processes.wakes_at(db, name)
        if await processes.is_held(db, name):
            await processes.waits(db, name, until=due, what="a hold to be released", now=now)
            return Rest()
        if due is not None and due <= now and _names(ready, due, zone) and not await _stands_still(db, ready):
            await _let_in(db, ready, due, now, zone)
        until = _next(ready, now, zone)
        if until is None:
            return Rest(over=True)
        await processes.waits(db, name, until=until, what="the next date of the schedule", now=now)
        return Rest(until=until)


def _next(ready: Ready, now: datetime, zone: ZoneInfo) -> datetime | None:
    """None for a trigger that does not go by the calendar."""
    anchor = local_date(ready.published_at, zone)
    return ready.plan.trigger.due_after(now, zone, anchor) if ready.plan.trigger else None


def _names(ready: Ready, due: datetime, zone: ZoneInfo) -> bool:
    """Whether the version that is live knows this date. It was the version before it that set it, perhaps; and to a trigger
    without dates everybody would be its audience."""
    return _next(ready, due - datetime.resolution, zone) == due


async def _stands_still(db: Db, ready: Ready) -> bool:
    """A crowd whose date comes during a hold is not let in afterwards."""
    held = await holds.in_force(db, [ready.workspace_id])
    return holds.stand_still(held, ready.workspace_id, ready.automation_id)


async def _let_in(db: Db, ready: Ready, due: datetime, now: datetime, zone: ZoneInfo) -> None:
    """Queue everybody of the audience. The date is part of their entry keys: repeating it lets nobody in twice."""
    audience = ready.plan.trigger.audience() if ready.plan.trigger else None
    found = await conditions.matching(db, ready.workspace_id, audience, now=now, zone=zone)
    await queue.enrol(db, ready.workspace_id, ready.automation_id, found, occurrence=due.isoformat())
