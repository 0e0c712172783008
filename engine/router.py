"""The router: takes what is queued, in batches, and moves the contacts whom it is about; whoever need not wait needs no
workflow. One batch is one transaction: deleting the queue row in it is the claim.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from activities.enrolments import Ground, Moved, Remembered, facts_of, ground, position_of, remember, settle
from activities.plans import PLANS, Ready
from core.db import Db, Line, commit, pipeline, scope_to, session
from domain.entries import Earlier, TurnedAway, base_key, entry
from domain.facts import Facts, Happening
from domain.ids import new_id
from domain.kernel import Outcome, begin, poke, resume, run
from domain.kernel.moving import move as take_over
from domain.steps import Refused, Sent
from engine.loops import AWAY, GATHER, Lock, Loop
from models import clocks, enrolments, events, messages, queue
from models.enrolments import Placed
from models.events import Happened
from models.messages import Answer, Kept
from models.queue import Job

log = structlog.get_logger(__name__)

_BATCH = 500
# of the shards that take one page a transaction
_NAMES = {queue.PAGES: "pages", queue.MORE_PAGES: "more_pages"}

HandOver = Callable[[Sequence[Kept]], None]


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event that has arrived at the router."""

    workspace_id: UUID
    contact_id: UUID
    happening: Happening


class Router(Loop):
    """The queue of one shard, in order; one router a shard in the whole instance, by its lock."""

    channel = "queue"

    def __init__(self, shard: int, hand_over: HandOver) -> None:
        super().__init__()
        self.name = _NAMES.get(shard, "router")
        self._shard = shard
        self._batch = 1 if shard in _NAMES else _BATCH
        self._hand_over = hand_over
        self._lock = Lock(79, shard)
        self._line = Line()
        self._busy = False

    async def turn(self) -> bool:
        if not await self._lock.held():
            return False
        if self._busy:
            await asyncio.sleep(GATHER)
        try:
            taken = await self._take(self._batch)
        except AWAY:
            raise
        except Exception:
            log.exception("a batch cannot be done; its jobs are tried one by one", loop=self.name)
            taken = await self._one_by_one()
        self._busy = taken > 1
        return taken > 0

    async def _take(self, limit: int) -> int:
        """Do the oldest jobs in one transaction; how many there were."""
        reserved: list[Kept] = []
        async with self._line.session() as db:
            jobs = await queue.claim(db, self._shard, limit)
            if jobs:
                workspaces = sorted({job.workspace_id for job in jobs})
                async with pipeline(db):
                    await scope_to(db, workspaces)
                    reserved = await route(db, jobs)
                    await clocks.announce(db, workspaces)
                    await commit(db)
        if reserved:
            self._hand_over(reserved)
        return len(jobs)

    async def _one_by_one(self) -> int:
        """Set aside what cannot be done: it must not stop what stands behind it, of this business or of another."""
        for number in range(self._batch):
            try:
                if not await self._take(1):
                    return number
            except AWAY:
                raise
            except Exception as error:
                log.exception("a job was set aside", loop=self.name)
                async with session() as db:
                    await queue.set_aside(db, self._shard, repr(error))
        return self._batch

    async def close(self) -> None:
        await self._line.close()
        await self._lock.release()


async def route(db: Db, jobs: Sequence[Job]) -> list[Kept]:
    """Do what is queued, in the order in which it was; returns the messages to be sent."""
    reserved: list[Kept] = []
    for arrivals in _rounds(await _arrivals(db, jobs)):
        reserved += await _arrive(db, arrivals)
    reserved += await _resume(db, [job.subject_id for job in jobs if job.kind == "resume"])
    for job in jobs:
        match job.kind:
            case "enrol":
                reserved += await _enrol(db, job)
            case "look":
                reserved += await _look(db, job)
            case "move":
                reserved += await _move(db, job)
            case _:
                pass
    return reserved


async def _arrivals(db: Db, jobs: Sequence[Job]) -> list[Arrival]:
    wanted = [job.subject_id for job in jobs if job.kind == "event"]
    found = await events.of_contacts(db, wanted) if wanted else {}
    return [_arrival(found[event_id]) for event_id in wanted if event_id in found]


def _arrival(event: Happened) -> Arrival:
    happening = Happening(event.id, event.name, event.occurred_at, event.properties)
    return Arrival(event.workspace_id, event.contact_id, happening)


def _rounds(arrivals: Iterable[Arrival]) -> list[list[Arrival]]:
    """One event of each contact a round: what the first one did is known when the second one is looked at."""
    rounds: list[list[Arrival]] = []
    met: dict[UUID, int] = defaultdict(int)
    for arrival in arrivals:
        number = met[arrival.contact_id]
        met[arrival.contact_id] += 1
        if number == len(rounds):
            rounds.append([])
        rounds[number].append(arrival)
    return rounds


@dataclass(frozen=True, slots=True)
class _Asked:
    """Somebody whom an event may let in."""

    ready: Ready
    arrival: Arrival


async def _arrive(db: Db, arrivals: Sequence[Arrival]) -> list[Kept]:
    by_contact = {arrival.contact_id: arrival for arrival in arrivals}
    workspaces = sorted({arrival.workspace_id for arrival in arrivals})
    here, entrances, inside = await asyncio.gather(
        ground(db, workspaces, by_contact),
        PLANS.entrances(db, workspaces),
        enrolments.inside(db, by_contact),
    )
    versions = await PLANS.versions(db, {row.version_id for row in inside})
    asked = [
        _Asked(ready, arrival)
        for arrival in arrivals
        if arrival.contact_id in here.known
        for ready in entrances[arrival.workspace_id].get(arrival.happening.name, ())
    ]
    wanted = [(versions[row.version_id], row.contact_id) for row in inside]
    remembered = await remember(db, [*wanted, *((a.ready, a.arrival.contact_id) for a in asked)])
    moved = [one for row in inside if (one := _poked(row, versions, by_contact, here, remembered))]
    moved += await _entered(db, asked, here, remembered)
    return await settle(db, moved)


def _poked(
    row: Placed,
    versions: Mapping[UUID, Ready],
    arrivals: Mapping[UUID, Arrival],
    here: Ground,
    remembered: Remembered,
) -> Moved | None:
    ready, arrival = versions[row.version_id], arrivals[row.contact_id]
    known = here.known.get(row.contact_id)
    if (
        known is None
        or here.stands_still(ready, row.cohort_id)
        or arrival.happening.id == row.trigger_event_id
    ):
        return None
    facts = facts_of(known, row.data, remembered.get(row.contact_id, {}))
    now, limits = here.now[row.workspace_id], here.limits(ready, known)
    outcome = poke(ready.plan, position_of(row), facts, now, arrival.happening, limits=limits)
    return Moved(ready, facts, outcome, now, row.id, row) if outcome else None


async def _entered(db: Db, asked: Sequence[_Asked], here: Ground, remembered: Remembered) -> list[Moved]:
    matching: list[tuple[_Asked, Facts, str]] = []
    for one in asked:
        facts = _newcomer(one.arrival.contact_id, here, remembered, one.arrival.happening)
        trigger = one.ready.plan.trigger
        now = here.now[one.arrival.workspace_id]
        base = base_key(one.ready.plan, one.arrival.happening)
        if (
            trigger
            and not isinstance(base, TurnedAway)
            and trigger.matches(one.arrival.happening, facts, now).result
        ):
            matching.append((one, facts, base))
    earlier = await enrolments.earlier(
        db, [(one.ready.automation_id, one.arrival.contact_id, base) for one, _, base in matching]
    )
    return [
        moved
        for one, facts, base in matching
        if (moved := _let_in(one.ready, facts, here, base, _before(earlier, one.ready, facts, base)))
    ]


def _newcomer(contact_id: UUID, here: Ground, remembered: Remembered, happening: Happening | None) -> Facts:
    known = here.known[contact_id]
    return known.facts.with_changes(happenings=remembered.get(contact_id, {}), trigger=happening)


def _before(
    earlier: Mapping[tuple[UUID, UUID, str], Earlier], ready: Ready, facts: Facts, base: str
) -> Earlier:
    return earlier.get((ready.automation_id, facts.contact.id, base), Earlier())


def _let_in(
    ready: Ready, facts: Facts, here: Ground, base: str, before: Earlier, occurrence: str | None = None
) -> Moved | None:
    """In through the door of an automation, as far as the kernel takes them; while it is held, as far as the door mat."""
    now = here.now[ready.workspace_id]
    key = entry(ready.plan, base, before, now, facts.zone, occurrence=occurrence)
    if isinstance(key, TurnedAway):
        return None
    position = begin(ready.plan, now, facts.trigger)
    known = here.known[facts.contact.id]
    outcome = (
        Outcome(position, facts)
        if here.stands_still(ready)
        else run(ready.plan, position, facts, now, limits=here.limits(ready, known))
    )
    return Moved(ready, facts, outcome, now, new_id(), entry_key=key)


async def _enrol(db: Db, job: Job) -> list[Kept]:
    """Let a page of people in by hand, by a program, or by a schedule."""
    contact_ids = [UUID(text) for text in job.payload["contacts"]]
    found = await PLANS.live(db, job.workspace_id, job.subject_id)
    if found is None:
        return []
    here = await ground(db, [job.workspace_id], contact_ids)
    # the transaction may see more workspaces than this one, and a program may name any contact
    known = [
        contact_id
        for contact_id in contact_ids
        if (one := here.known.get(contact_id)) and one.workspace_id == job.workspace_id
    ]
    remembered = await remember(db, [(found, contact_id) for contact_id in known])
    base = base_key(found.plan, None)
    base = "once" if isinstance(base, TurnedAway) else base
    earlier = await enrolments.earlier(db, [(found.automation_id, contact_id, base) for contact_id in known])
    moved: list[Moved] = []
    for contact_id in known:
        facts = _newcomer(contact_id, here, remembered, None)
        if entered := _let_in(
            found, facts, here, base, _before(earlier, found, facts, base), job.payload.get("occurrence")
        ):
            moved.append(entered)
    return await settle(db, moved)


async def _resume(db: Db, enrolment_ids: Sequence[UUID]) -> list[Kept]:
    """Go on for those who waited for the outcome of a message."""
    rows = await enrolments.by_ids(db, enrolment_ids) if enrolment_ids else []
    answers = await messages.answers(db, [row.awaits for row in rows if row.awaits])
    return await _again(db, [row for row in rows if row.awaits in answers], answers)


async def _look(db: Db, job: Job) -> list[Kept]:
    """Ask again about people who may go on: what held them has been released. Answers may have come meanwhile."""
    rows = await enrolments.by_ids(db, [UUID(text) for text in job.payload["enrolments"]])
    answers = await messages.answers(db, [row.awaits for row in rows if row.awaits])
    return await _again(db, rows, answers)


async def _move(db: Db, job: Job) -> list[Kept]:
    """Take people over to a newer version, each to where they would stand in it."""
    rows = await enrolments.by_ids(db, [UUID(text) for text in job.payload["enrolments"]])
    newer = (await PLANS.versions(db, [job.subject_id]))[job.subject_id]
    here = await ground(db, [job.workspace_id], [row.contact_id for row in rows])
    older = await PLANS.versions(db, {row.version_id for row in rows})
    remembered = await remember(db, [(newer, row.contact_id) for row in rows])
    moved: list[Moved] = []
    for row in rows:
        now = here.now[row.workspace_id]
        facts = facts_of(here.known[row.contact_id], row.data, remembered.get(row.contact_id, {}))
        outcome = take_over(older[row.version_id].plan, newer.plan, position_of(row), facts, now)
        moved.append(Moved(newer, facts, outcome, now, row.id, row))
    return await settle(db, moved)


async def _again(db: Db, rows: Sequence[Placed], answers: Mapping[UUID, Answer]) -> list[Kept]:
    """Those who stand still are passed over: at the release of what holds them they are all looked at."""
    if not rows:
        return []
    versions, here = await asyncio.gather(
        PLANS.versions(db, {row.version_id for row in rows}),
        ground(db, sorted({row.workspace_id for row in rows}), [row.contact_id for row in rows]),
    )
    remembered = await remember(db, [(versions[row.version_id], row.contact_id) for row in rows])
    moved: list[Moved] = []
    for row in rows:
        ready = versions[row.version_id]
        if here.stands_still(ready, row.cohort_id):
            continue
        facts = facts_of(here.known[row.contact_id], row.data, remembered.get(row.contact_id, {}))
        outcome = _goes_on(ready, facts, row, here, answers.get(row.awaits) if row.awaits else None)
        moved.append(Moved(ready, facts, outcome, here.now[row.workspace_id], row.id, row))
    return await settle(db, moved)


def _goes_on(ready: Ready, facts: Facts, row: Placed, here: Ground, answer: Answer | None) -> Outcome:
    position, now = position_of(row), here.now[row.workspace_id]
    limits = here.limits(ready, here.known[row.contact_id])
    if answer is None:
        return run(ready.plan, position, facts, now, limits=limits)
    state, result, reason = answer
    settled = Sent(result or {}) if state in ("sent", "delivered") else Refused(reason or state)
    return resume(ready.plan, position, facts, now, settled, limits=limits)
