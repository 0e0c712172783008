"""Holding things still and letting them go on, with what to do about those who should have moved on meanwhile."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, get_args
from uuid import UUID

from activities.enrolments import park
from core.db import Db
from domain import cohorts
from domain.errors import Conflict, Invalid, NotFound
from domain.steps import STEPS
from models import automations, holds, outbox, overdue, processes, queue, standings
from models.automations import Automation
from models.enrolments import Waiting
from models.holds import Hold
from models.overdue import Appointment, Kept, Whose
from models.processes import Process
from models.queue import ENROL_PAGE, Job

Overdue = Literal["send", "ramp", "skip"]
RAMP = timedelta(hours=1)
STALE = timedelta(hours=24)
SKIPPED = "It was too old when its hold was released."


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
    if await holds.release(db, row.workspace_id, "automation", row.id, now=now) is not None:
        kept = await _kept(db, row.workspace_id, only=row.id)
        await _go_on(db, row.workspace_id, {row.id: row.name}, kept, overdue, now)
    return row


async def place(db: Db, workspace_id: UUID, scope: str, subject: str, *, by: str, now: datetime) -> Hold:
    """Make anything stand still; what stands already goes on standing under its first hold."""
    match scope:
        case "workspace":
            subject = str(workspace_id)
        case "channel" if subject not in channels():
            raise Invalid.at(
                "subject", f"There is no such channel here. Choose one of: {', '.join(channels())}."
            )
        case "automation" | "process":
            id_ = _id(subject, scope)
            await (hold if scope == "automation" else processes.hold)(db, id_, by=by, now=now)
            subject = str(id_)  # an id may be written in several ways; it is held and released by one
        case _:
            pass
    await holds.hold(db, workspace_id, scope, subject, now=now, by=by)
    row = await holds.of(db, workspace_id, scope, subject)
    if row is None:
        raise Conflict("It was released at the same moment. Try again.")
    return row


async def lift(db: Db, held: Hold, *, overdue: Overdue, by: str, now: datetime) -> None:
    """Let go on what a hold makes stand still."""
    if held.released_at is not None:
        raise Conflict("This hold has been released already.")
    match held.scope:
        case "automation":
            await release(db, UUID(held.subject), overdue=overdue, now=now)
        case "process":
            await release_process(db, UUID(held.subject), overdue=overdue, by=by, now=now)
        case "channel":
            await _end(db, held, now)
            kept = await _kept(db, held.workspace_id, channel=held.subject)
            await _let_pass(db, held.workspace_id, kept, overdue, now)
        case _:
            await _end(db, held, now)
            still = await holds.subjects(db, held.workspace_id, "automation")
            free = await _free(db, held.workspace_id, still)
            kept = await _kept(db, held.workspace_id)
            await _go_on(db, held.workspace_id, free, kept, overdue, now)


async def _end(db: Db, held: Hold, now: datetime) -> None:
    await holds.release(db, held.workspace_id, held.scope, held.subject, now=now)


async def release_process(db: Db, process_id: UUID, *, overdue: Overdue, by: str, now: datetime) -> Process:
    """Let one process go on; people who wait together in it are dealt with like those of an automation."""
    row = await processes.get(db, process_id, lock=True)
    if row.held and row.kind == "cohort":
        whose = Whose("cohort_id", [row.subject_id])
        later = await _overdue(db, whose, overdue, now)
        await _look_again(db, row.workspace_id, whose, later)
    if row.held and overdue == "skip" and row.wakes_at and row.wakes_at <= now - STALE:
        row.wakes_at = None  # a schedule would let the crowd of that date in
    return await processes.release(db, process_id, by=by, now=now)


async def late(db: Db, held: Hold, now: datetime) -> int:
    """How many people this hold keeps from what they should have done by now."""
    match held.scope:
        case "automation":
            return await standings.overdue(db, UUID(held.subject), now)
        case "channel":
            return await overdue.count_kept(db, held.workspace_id, channel=held.subject)
        case "process":
            return await late_in(db, await processes.get(db, UUID(held.subject)), now)
        case _:
            whose = Whose("automation_id", list(await overdue.automations_of(db, held.workspace_id)))
            kept = await overdue.count_kept(db, held.workspace_id)
            return await overdue.count(db, whose, now) + kept


async def late_in(db: Db, row: Process, now: datetime) -> int:
    if row.kind != "cohort":
        return 0
    return await overdue.count(db, Whose("cohort_id", [row.subject_id]), now)


def channels() -> list[str]:
    """What messages can go over here, e-mail first."""
    known = {step.channel for step in STEPS.values() if step.channel}
    return sorted(known, key=lambda channel: (channel != "email", channel))


def chosen(text: str) -> Overdue:
    """What a form says about the overdue."""
    for known in get_args(Overdue):
        if known == text:
            return known
    raise Invalid.at("overdue", "Choose what happens with what is overdue: send, ramp or skip.")


def _id(subject: str, noun: str) -> UUID:
    try:
        return UUID(subject)
    except ValueError:
        raise NotFound(f"There is no such {noun}.") from None


async def _free(db: Db, workspace_id: UUID, held: Sequence[str]) -> dict[UUID, str]:
    return await overdue.automations_of(db, workspace_id, but=[UUID(one) for one in held])


async def _kept(
    db: Db, workspace_id: UUID, *, channel: str | None = None, only: UUID | None = None
) -> list[Kept]:
    """Whom a message that is held back keeps, unless their automation is held by itself."""
    still = await holds.subjects(db, workspace_id, "automation")
    return await overdue.kept_back(
        db, workspace_id, channel=channel, only=only, but=[UUID(one) for one in still]
    )


async def _go_on(
    db: Db,
    workspace_id: UUID,
    names: Mapping[UUID, str],
    kept: Sequence[Kept],
    how: Overdue,
    now: datetime,
) -> None:
    """The people of these automations go on: those who are late, those at a message, and whoever missed something."""
    whose = Whose("automation_id", list(names))
    later = await _overdue(db, whose, how, now)
    later |= await _let_pass(db, workspace_id, kept, how, now)
    opened = await overdue.open_cohorts(db, whose.ids)
    await outbox.put(
        db, [outbox.wake(workspace_id, "cohort", id_, title=names[automation]) for automation, id_ in opened]
    )
    await _look_again(db, workspace_id, whose, later)


async def _look_again(db: Db, workspace_id: UUID, whose: Whose, later: set[UUID]) -> None:
    """What happened meanwhile may have ended waits, and nothing else would tell before they are over."""
    await _look(db, workspace_id, [one for one in await overdue.people(db, whose) if one not in later])


async def _overdue(db: Db, whose: Whose, how: Overdue, now: datetime) -> set[UUID]:
    """Those who wake one after the other from now on must not be looked at before: a look would move them at once."""
    if how == "skip":
        await overdue.take_out(db, whose, before=now - STALE, now=now)
    return await overdue.spread(db, whose, now=now, over=RAMP) if how == "ramp" else set()


async def _let_pass(
    db: Db, workspace_id: UUID, kept: Sequence[Kept], how: Overdue, now: datetime
) -> set[UUID]:
    """Messages that were held back go out, or one after the other, or, being too old, not at all: then people go on
    without them. Who needs no second look is returned."""
    if how == "ramp":
        await _appoint(db, workspace_id, kept, now)
        return {one.enrolment_id for one in kept}
    stale = [one for one in kept if how == "skip" and one.since <= now - STALE]
    await overdue.drop(db, stale, reason=SKIPPED)
    await queue.resume(db, [(workspace_id, one.enrolment_id, one.message_id) for one in stale])
    skipped = {one.enrolment_id for one in stale}
    await _look(db, workspace_id, [one.enrolment_id for one in kept if one.enrolment_id not in skipped])
    return {one.enrolment_id for one in kept}


async def _appoint(db: Db, workspace_id: UUID, kept: Sequence[Kept], now: datetime) -> None:
    """Who had no time to wake gets one, and a cohort to wake with."""
    times = {one.enrolment_id: now + RAMP * (n / len(kept)) for n, one in enumerate(kept, 1)}
    waits = {one.enrolment_id: _wait(workspace_id, one, times[one.enrolment_id], now) for one in kept}
    cohort_of = await park(db, waits.values(), await overdue.automations_of(db, workspace_id))
    await overdue.appoint(
        db,
        [
            Appointment(id_, wait.wakes_at, cohort_of[wait.automation_id, wait.bucket])
            for id_, wait in waits.items()
        ],
    )


def _wait(workspace_id: UUID, one: Kept, at: datetime, now: datetime) -> Waiting:
    return Waiting(workspace_id, one.automation_id, cohorts.bucket(at, now), at)


async def _look(db: Db, workspace_id: UUID, people: Sequence[UUID]) -> None:
    """Have the router ask the kernel about them again."""
    pages = [people[n : n + ENROL_PAGE] for n in range(0, len(people), ENROL_PAGE)]
    jobs = [Job(workspace_id, "look", page[0], {"enrolments": [str(one) for one in page]}) for page in pages]
    if jobs:
        await queue.put(db, jobs)
