"""Conditions in SQL say what conditions in Python say: for everything that can be stored and everything that can be asked."""

import os
import re
import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import insert, text

from core.db import Db
from domain.calendars.zones import zone_names
from domain.conditions import dump, evaluate, mentions, parse
from domain.conditions.values import fold
from domain.errors import Invalid
from domain.facts import Facts, zone_for
from domain.ids import new_id
from models import facts as known
from models.conditions import MOST_HAPPENINGS, happenings, matching, where
from models.contacts import Contact
from models.events import Event
from models.workspaces import Workspace
from tests.factories.conditions import ASKED, FRIDAY, STORED, Case, Person, cases

NOW = FRIDAY
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


@pytest.mark.timeout(600)
@settings(
    max_examples=int(os.environ.get("CONDITION_EXAMPLES", "60")),
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


@pytest.mark.parametrize("field", ["contact.a", "contact.first_name"])
async def test_every_value_answers_every_question_alike(db: Db, workspace: Workspace, field: str) -> None:
    async with undone(db):
        column = field == "contact.first_name"
        stored = [one for one in STORED if isinstance(one, str)] if column else STORED
        people = [Person({"first_name": one} if column else {"attributes": {"a": one}}) for one in stored]
        ids = await store(db, workspace, *people)
        facts = await facts_of(db, ids, Case(FRIDAY, "Europe/Berlin", None, people, []))
        for op, wanted in ASKED:
            condition = parse({"field": field, "op": op} | ({} if wanted is None else {"value": wanted}))
            matched = set(await matching(db, workspace.id, condition, now=FRIDAY, zone=BERLIN))
            expected = {id_ for id_ in ids if evaluate(condition, facts[id_], FRIDAY).result}
            wrong = [one for id_, one in zip(ids, stored, strict=True) if id_ in matched ^ expected]
            assert not wrong, (op, wanted)


async def found(db: Db, workspace: Workspace, document: Any, **options: Any) -> list[UUID]:
    return await matching(db, workspace.id, parse(document), **({"now": NOW, "zone": BERLIN} | options))


HOSTILE = [
    "'; drop table contacts; --",
    "' or '1'='1",
    "$1",
    ":k0",
    "%(k0)s",
    "%s",
    "\\",
    "a{b}",
    'x"y',
    "/* */",
    "{}",
]


@pytest.mark.parametrize("words", HOSTILE)
async def test_what_people_type_is_only_ever_a_value(db: Db, workspace: Workspace, words: str) -> None:
    async with undone(db):
        theirs, _ = await store(
            db,
            workspace,
            Person(
                {"attributes": {words: "yes", "a": words}, "tags": [words], "consent": {}},
                [(words, {words: 1}, NOW)],
            ),
            Person({}),
        )
        asked: list[Any] = [
            {"tag": words},
            {"field": f"contact.{words}", "op": "is", "value": "yes"},
            {"field": "contact.a", "op": "is", "value": words},
            {"field": "contact.a", "op": "in", "value": [words, "x"]},
            {"field": "contact.a", "op": "contains", "value": words},
            {"event": words, "where": {"field": f"event.{words}", "op": "at_least", "value": 1}},
        ]
        for document in asked:
            assert await found(db, workspace, document) == [theirs], document


async def test_every_value_is_bound(db: Db, workspace: Workspace) -> None:
    condition = parse(
        {
            "all": [
                {"field": "contact.needle1", "op": "is", "value": "needle2"},
                {"field": "contact.a", "op": "in", "value": ["needle3", 31415926, "2026-03-01"]},
                {"field": "contact.a", "op": "within_last", "value": "P1M"},
                {
                    "event": "needle4",
                    "where": {"field": "event.needle5", "op": "contains", "value": "needle6"},
                },
                {"tag": "needle7"},
                {"consent": "needle8"},
            ]
        }
    )
    compiled = where(condition, workspace_id=workspace.id, now=NOW, zone=BERLIN)
    assert "needle" not in compiled.text
    assert "31415926" not in compiled.text
    assert "2026" not in compiled.text
    assert set(re.findall(r"(?<!:):(k[0-9]+)", compiled.text)) == set(compiled.params)


async def test_pages_and_batches(db: Db, workspace: Workspace) -> None:
    async with undone(db):
        ids = await store(db, workspace, *[Person({"tags": ["vip"] if n % 2 else []}) for n in range(10)])
        vips = ids[1::2]
        assert await found(db, workspace, {"tag": "vip"}) == vips
        first = await found(db, workspace, {"tag": "vip"}, limit=2)
        assert first == vips[:2]
        assert await found(db, workspace, {"tag": "vip"}, limit=2, after=first[-1]) == vips[2:4]
        assert await found(db, workspace, {"tag": "vip"}, among=ids[:4]) == vips[:2]
        assert await found(db, workspace, {"tag": "vip"}, among=[]) == []
        never = {"event": "order.placed", "count": {"op": "less_than", "value": 2}, "within": "P1M"}
        assert await found(db, workspace, never, among=ids[:4]) == ids[:4]
        assert await matching(db, workspace.id, None, now=NOW, zone=BERLIN) == ids


async def test_nobody_of_another_workspace_is_found(
    db: Db, workspace: Workspace, other_workspace: Workspace
) -> None:
    async with undone(db):
        await store(db, workspace, Person({"tags": ["vip"]}, [("order.placed", {}, NOW)]))
        for document in ({"tag": "vip"}, {"event": "order.placed"}, {"not": {"tag": "gone"}}):
            assert await found(db, other_workspace, document) == []


async def test_what_is_not_resolved_is_not_guessed(db: Db, workspace: Workspace) -> None:
    with pytest.raises(Invalid, match="A segment cannot be used in this condition"):
        await found(db, workspace, {"segment_id": str(new_id())})


async def test_the_events_of_a_batch_come_in_one_go_newest_first(db: Db, workspace: Workspace) -> None:
    async with undone(db):
        day = timedelta(days=1)
        many = [("page.viewed", {"n": n}, NOW - n * timedelta(seconds=1)) for n in range(MOST_HAPPENINGS + 5)]
        ada, ben, cleo = await store(
            db,
            workspace,
            Person(
                {},
                [
                    ("order.placed", {"total": 2}, NOW - day),
                    ("order.placed", {"total": 1}, NOW),
                    ("x", {}, NOW),
                ],
            ),
            Person({}, many),
            Person({}, [("x", {}, NOW)]),
        )
        events = await happenings(db, [ada, ben, cleo], ["order.placed", "page.viewed"])
        assert [one.properties["total"] for one in events[ada]["order.placed"]] == [1, 2]
        assert [one.properties["n"] for one in events[ben]["page.viewed"]] == list(range(MOST_HAPPENINGS))
        assert events.keys() == {ada, ben}
        assert events[ada].keys() == {"order.placed"}
        recent = await happenings(db, [ada], ["order.placed"], NOW - timedelta(hours=1))
        assert len(recent[ada]["order.placed"]) == 1
        assert await happenings(db, [], ["x"]) == {}
        assert await happenings(db, [ada], []) == {}


async def test_postgres_knows_every_zone_and_folds_letters_as_python_does(db: Db) -> None:
    zones = set(await db.scalars(text("select name from pg_timezone_names")))
    assert zone_names() <= zones
    folded = await db.execute(
        text(
            "select chr(i), casefold(chr(i) collate pg_unicode_fast) from generate_series(1, 1114111) i"
            " where i not between 55296 and 57343"
        )
    )
    assert [(one, theirs) for one, theirs in folded if theirs != fold(one) and is_assigned(one)] == []


def is_assigned(letter: str) -> bool:
    """Postgres knows some letters that this Python's Unicode tables do not have yet."""
    return unicodedata.category(letter) != "Cn"
