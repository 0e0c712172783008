"""Writes down where everybody stands in the automations of the demo, how they came there, and why."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from activities.enrolments import park
from core.db import Db
from demo.replay import Life, Passage
from domain import cohorts
from domain.facts import Happening
from domain.kernel import Outcome
from models import automations, enrolments
from models.enrolments import Placed, Waiting


async def write(db: Db, lives: Sequence[Life]) -> None:
    """Where everybody stands. Whoever waits shares a cohort with those who wake then; its timer begins with the commit."""
    inside = [(life, passage) for life in lives for passage in life.passages]
    waits = {passage.id: wait for _, passage in inside if (wait := _wait(passage))}
    names = {passage.ready.automation_id: passage.ready.name for _, passage in inside}
    parked = await park(db, waits.values(), names)
    cohort_of = {id_: parked[wait.automation_id, wait.bucket] for id_, wait in waits.items()}
    await enrolments.insert(db, [_placed(life, one, cohort_of.get(one.id)) for life, one in inside])
    await automations.tally(db, Counter(line for _, passage in inside for line in _lines(passage)))
    told = [one for _life, passage in inside for one in _trails(passage)]
    await automations.tell(db, sorted(told, key=lambda one: one[2]))


def _wait(passage: Passage) -> Waiting | None:
    position, ready = passage.position, passage.ready
    if position is None or position.wake_at is None:
        return None
    bucket = cohorts.bucket(position.wake_at, passage.said[-1][0])
    return Waiting(ready.workspace_id, ready.automation_id, bucket, position.wake_at)


def _placed(life: Life, passage: Passage, cohort_id: UUID | None) -> Placed:
    at, outcome = passage.said[-1]
    position, ready, trigger = outcome.position, passage.ready, passage.trigger
    return Placed(
        id=passage.id,
        workspace_id=ready.workspace_id,
        automation_id=ready.automation_id,
        version_id=ready.version_id,
        contact_id=life.facts.contact.id,
        entry_key=passage.entry_key,
        trigger_event_id=trigger.id if trigger else None,
        node=outcome.node,
        entered_node_at=position.entered_at if position else None,
        wake_at=position.wake_at if position else None,
        cohort_id=cohort_id,
        awaits=None,
        hop=max((one.position.hop for _, one in passage.said if one.position), default=0),
        data=_data(trigger),
        started_at=passage.started_at,
        ended_at=None if position else at,
        outcome=outcome.ended,
    )


def _data(trigger: Happening | None) -> dict[str, Any]:
    if trigger is None:
        return {}
    about = {"id": str(trigger.id), "name": trigger.name, "occurred_at": trigger.occurred_at.isoformat()}
    return {"event": {**about, "properties": dict(trigger.properties)}}


def _lines(passage: Passage) -> Iterator[automations.Passage]:
    """The lines of the drawing that were followed, and the ends that are no line."""
    for at, outcome in passage.said:
        for source, target in (*outcome.lines(), *_sudden_end(outcome)):
            yield passage.ready.workspace_id, passage.ready.automation_id, at.date(), source, target


def _sudden_end(outcome: Outcome) -> Iterator[tuple[str, str]]:
    if outcome.ended not in (None, "finished"):
        yield outcome.node, f"!{outcome.ended}"


def _trails(passage: Passage) -> Iterator[automations.Told]:
    for at, outcome in passage.said:
        if outcome.whys:
            yield passage.ready.workspace_id, passage.id, at, [why.as_json() for why in outcome.whys]
