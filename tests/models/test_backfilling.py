"""The past is brought in as it was, and moves nobody today."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from core.db import Db
from domain.contacts import Profile
from domain.ids import new_id
from models import events
from models.contacts import by_ids, timeline
from models.contacts.backfilling import Acquaintance, backfill
from models.events import NewEvent
from models.workspaces import Workspace

SPRING = datetime(2025, 4, 1, 9, 30, tzinfo=UTC)


def ada(**details: str) -> Acquaintance:
    profile = Profile(**{"email": "ada@example.com", **details}, attributes={"city": "Ghent"}, tags=("vip",))
    return Acquaintance(new_id(), profile, SPRING, SPRING + timedelta(days=3))


async def test_somebody_is_known_since_they_came(db: Db, workspace: Workspace) -> None:
    one = ada(first_name="Ada")
    assert await backfill(db, workspace.id, [one]) == {one.id}
    [contact] = await by_ids(db, [one.id])
    assert (contact.created_at, contact.updated_at) == (SPRING, SPRING + timedelta(days=3))
    assert (contact.first_name, contact.attributes, contact.tags) == ("Ada", {"city": "Ghent"}, ["vip"])
    assert not await timeline(db, one.id)


async def test_whoever_has_an_address_keeps_it(db: Db, workspace: Workspace) -> None:
    first, second, third = ada(), ada(), ada(email="bea@example.com", external_id="7")
    assert await backfill(db, workspace.id, [first, second]) == {first.id}
    assert await backfill(db, workspace.id, [second, third]) == {third.id}
    assert await backfill(db, workspace.id, [ada(email="cem@example.com", external_id="7")]) == set()


async def test_events_of_the_past_are_dated_to_then_and_reach_no_automation(
    db: Db, workspace: Workspace
) -> None:
    one = ada()
    await backfill(db, workspace.id, [one])
    await db.execute(
        text("insert into listeners (workspace_id, event) values (:id, 'order.placed')"), {"id": workspace.id}
    )
    placed = NewEvent(workspace.id, "order.placed", one.id, SPRING, {"total": 12.5}, "api", "order-1")
    again = NewEvent(workspace.id, "order.placed", one.id, SPRING, {"total": 12.5}, "api", "order-1")
    await events.backfill(db, [placed])
    await events.backfill(db, [again])
    [event] = await timeline(db, one.id)
    assert (event.id, event.properties) == (placed.id, {"total": 12.5})
    assert event.occurred_at == event.recorded_at == SPRING
    queued = "select count(*) from event_queue where workspace_id = :id"
    assert (await db.execute(text(queued), {"id": workspace.id})).scalar_one() == 0
    await events.append(
        db, [NewEvent(workspace.id, "order.placed", one.id, SPRING)], recorded_at=SPRING + timedelta(days=1)
    )
    assert (await db.execute(text(queued), {"id": workspace.id})).scalar_one() == 1
