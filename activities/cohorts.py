"""Moves the people of a cohort who are due."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from temporalio import activity

from activities.enrolments import Moved, facts_of, ground, position_of, remember, settle
from activities.plans import PLANS
from core.db import Db, Scope, pipeline, session
from domain.kernel import run
from domain.processes import Advance, Rest
from models import clocks, enrolments, holds, messages, processes
from models.enrolments import Placed

_PAGE = 1_000  # people a transaction
_GRAIN = timedelta(seconds=1)  # timers of Temporal are no finer


@activity.defn(name="cohorts.advance")
async def advance(asked: Advance) -> Rest:
    """Move everybody who is due, page by page; says when the next one is. Repeating it moves nobody twice."""
    while True:
        rest = await _page(asked)
        if isinstance(rest, Rest):
            return rest
        await asyncio.sleep(rest.total_seconds())


async def _page(asked: Advance) -> Rest | timedelta:
    """One transaction; after so long (at once, when there may be more who are due) the next one follows."""
    async with session(Scope(workspaces=(asked.workspace_id,))) as db:
        cohort = await enrolments.open_cohort(db, asked.cohort_id)
        if cohort is None:
            return Rest(over=True)
        now = await clocks.now(db, asked.workspace_id)
        held = await holds.in_force(db, [asked.workspace_id])
        if cohort.held or holds.stand_still(held, asked.workspace_id, cohort.automation_id):
            return await _rest(db, asked, None, "a hold to be released", now)
        if cohort.wakes_at > now:
            return await _sleep(db, asked, cohort.wakes_at, now)
        return await _move_due(db, asked, now)


async def _move_due(db: Db, asked: Advance, now: datetime) -> Rest | timedelta:
    if not await enrolments.lock_cohort(db, asked.cohort_id):
        return Rest(over=True)
    due = await enrolments.due(db, asked.cohort_id, now, _PAGE)
    if due:
        await move(db, asked.workspace_id, due)
    if len(due) == _PAGE:
        return timedelta()
    next_wake = await enrolments.next_wake(db, asked.cohort_id)
    await enrolments.set_cohort(db, asked.cohort_id, next_wake)
    if next_wake is None:
        return Rest(over=True)
    return await _sleep(db, asked, next_wake, now, moved=bool(due))


async def _sleep(
    db: Db, asked: Advance, until: datetime, now: datetime, *, moved: bool = False
) -> Rest | timedelta:
    """Until the next one is due. What no timer can measure is waited for here, once: where people are due one after the
    other, those of a second go together."""
    sandbox = asked.workspace_id in await clocks.standing_still(db, [asked.workspace_id])
    if not sandbox and until < now + _GRAIN:
        if not moved:
            return until - now
        until = now + _GRAIN
    return await _rest(db, asked, until, "the next time that people are due", now)


async def _rest(db: Db, asked: Advance, until: datetime | None, what: str, now: datetime) -> Rest:
    await processes.waits(db, f"cohort/{asked.cohort_id}", until=until, what=what, now=now)
    return Rest(until=until)


async def move(db: Db, workspace_id: UUID, rows: Sequence[Placed]) -> None:
    """Ask the kernel about each of these people, and write down what it said."""
    async with pipeline(db):
        here, versions = await asyncio.gather(
            ground(db, [workspace_id], [row.contact_id for row in rows]),
            PLANS.versions(db, {row.version_id for row in rows}),
        )
        remembered = await remember(db, [(versions[row.version_id], row.contact_id) for row in rows])
        now = here.now[workspace_id]
        moved: list[Moved] = []
        for row in rows:
            ready, known = versions[row.version_id], here.known[row.contact_id]
            facts = facts_of(known, row.data, remembered.get(row.contact_id, {}))
            outcome = run(ready.plan, position_of(row), facts, now, limits=here.limits(ready, known))
            moved.append(Moved(ready, facts, outcome, now, row.id, row))
        if await settle(db, moved):
            await messages.announce(db)
