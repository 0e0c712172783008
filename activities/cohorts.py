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
    """One transaction. Returns what the workflow shall wait for, or how long to wait here before the next page."""
    async with session(Scope(workspaces=(asked.workspace_id,))) as db:
        cohort = await enrolments.open_cohort(db, asked.cohort_id)
        if cohort is None:
            return Rest(over=True)
        now = await clocks.now(db, asked.workspace_id)
        if cohort.wakes_at > now:
            return await _next(db, asked, cohort.wakes_at, now)
        # Those who join it at this moment are waited for; so what counts is what is read from here on.
        await enrolments.lock_cohort(db, asked.cohort_id)
        return await _move_due(db, asked)


async def _move_due(db: Db, asked: Advance) -> Rest | timedelta:
    """Under the lock of the cohort: a page of those who are due, unless they stand still."""
    cohort = await enrolments.open_cohort(db, asked.cohort_id)
    if cohort is None:
        return Rest(over=True)
    now = await clocks.now(db, asked.workspace_id)
    held = await holds.in_force(db, [asked.workspace_id])
    if cohort.held or holds.stand_still(held, asked.workspace_id, cohort.automation_id):
        return await _rest(db, asked, None, "a hold to be released", now)
    due = await enrolments.due(db, asked.cohort_id, now, _PAGE)
    if due:
        await move(db, asked.workspace_id, due)
    if len(due) == _PAGE:
        return timedelta()
    next_wake = await enrolments.next_wake(db, asked.cohort_id)
    await enrolments.set_cohort(db, asked.cohort_id, next_wake)
    if next_wake is None:
        return Rest(over=True)
    return await _next(db, asked, next_wake, now, moved=bool(due))


async def _next(
    db: Db, asked: Advance, wakes_at: datetime, now: datetime, *, moved: bool = False
) -> Rest | timedelta:
    """Less than a second is waited for here. But where some have just been moved and others follow soon, those of a second
    go together, or each of them would cost a transaction."""
    if wakes_at >= now + _GRAIN or await clocks.standing_still(db, [asked.workspace_id]):
        return await _rest(db, asked, wakes_at, "the next time that people are due", now)
    if moved:
        return await _rest(db, asked, now + _GRAIN, "the next time that people are due", now)
    return wakes_at - now


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
