"""Conditions in SQL say what conditions in Python say: for everything that can be stored and everything that can be asked."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import insert, text

from core.db import Db
from domain.calendars.zones import zone_names
from domain.conditions import dump, evaluate, mentions, parse
from domain.errors import Invalid
from domain.facts import Facts, zone_for
from domain.ids import new_id
from models import facts as known
from models.conditions import MOST_HAPPENINGS, happenings, matching, where
from models.contacts import Contact
from models.events import Event
from models.workspaces import Workspace
from tests.factories.conditions import Case, Person, cases

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
BLANK = {
    "first_name": None,
    "time_zone": None,
    "attributes": {},
    "tags": [],
    "consent": {},
    "created_at": NOW,
    "updated_at": NOW,
}


@asynccontextmanager
async def undone(db: Db) -> AsyncIterator[None]:
    """What is written inside is gone afterwards."""
    point = await db.begin_nested()
    try:
        yield
    finally:
        await point.rollback()
        db.expunge_all()


async def store(db: Db, workspace: Workspace, *people: Person) -> list[UUID]:
    """As rows, so that also what the product would refuse or tidy is there to be asked for."""
    ids = [new_id() for _ in people]
    contacts = [
        {"id": id_, "workspace_id": workspace.id, **BLANK, "email": f"{id_}@X.example", **one.fields}
        for id_, one in zip(ids, people, strict=True)
    ]
    await db.execute(insert(Contact), contacts)
    events = [
        _event(workspace, id_, *event) for id_, one in zip(ids, people, strict=True) for event in one.events
    ]
    if events:
        await db.execute(insert(Event), events)
    return ids


def _event(
    workspace: Workspace, contact_id: UUID, name: str, properties: dict[str, Any], at: datetime
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "workspace_id": workspace.id,
        "contact_id": contact_id,
        "name": name,
        "properties": properties,
        "occurred_at": at,
        "recorded_at": at,
        "source": "api",
    }


async def facts_of(db: Db, ids: list[UUID], case: Case) -> dict[UUID, Facts]:
    """What the engine knows of them, by the way that it takes."""
    loaded = await known.load(db, ids)
    events = await happenings(db, ids, mentions(*case.conditions).events)
    return {
        id_: one.facts.with_changes(
            zone=zone_for(one.facts.contact.time_zone, ZoneInfo(case.home))[0], happenings=events.get(id_, {})
        )
        for id_, one in loaded.items()
    }


@settings(
    max_examples=int(os.environ.get("CONDITION_EXAMPLES", "80")),
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(case=cases())
async def test_sql_and_python_agree(db: Db, workspace: Workspace, case: Case) -> None:
    async with undone(db):
        ids = await store(db, workspace, *case.people)
        facts = await facts_of(db, ids, case)
        for condition in case.conditions:
            found = await matching(
                db, workspace.id, condition, now=case.now, zone=ZoneInfo(case.home), since=case.since
            )
            expected = {id_: evaluate(condition, facts[id_], case.now, since=case.since) for id_ in ids}
            wrong = {
                id_: verdict.evidence for id_, verdict in expected.items() if verdict.result != (id_ in found)
            }
            assert not wrong, (dump(condition), wrong)
