"""The demo: all of it or nothing, the same at every start, and numbers that add up and go on in the real engine."""

import json
import os
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import pytest
from sqlalchemy import text

from activities import cohorts
from core.db import Database, Db, Scope, configure, session
from core.security import Passwords
from core.settings import Settings
from demo import business
from demo.building import Wanted, build
from demo.business import Places
from demo.crowd import grow
from demo.filling import fill
from domain.ids import new_id
from domain.permissions import PERMISSIONS
from domain.processes import Advance
from models import activity, api_keys, automations, clocks, contacts, counts, inbox, numbers, users
from tests import postgres

BERLIN = ZoneInfo("Europe/Berlin")
PEOPLE = 240


class Cut(Exception):  # noqa: N818
    """The moment at which somebody pulls the plug."""


@asynccontextmanager
async def fresh(database: Database, home: Path) -> AsyncIterator[Settings]:
    """An instance with nothing in it but tables."""
    url = postgres.database(Path(os.environ["MAINSPRING_TEST_RUN"]), f"demo_{new_id().hex}")
    own = configure(Database(url))
    try:
        yield Settings(mainspring_home=home, database_url=url, port=8123)
    finally:
        await own.close()
        configure(database)


@pytest.fixture
async def config(database: Database, tmp_path: Path) -> AsyncIterator[Settings]:
    async with fresh(database, tmp_path / "home") as config:
        yield config


@pytest.fixture(scope="module")
async def filled(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A small demo for the tests that only look at it."""
    async with fresh(database, tmp_path_factory.mktemp("home")) as config:
        await fill(config, PEOPLE, quiet)
    return config


@pytest.fixture
async def looking(database: Database, filled: Settings) -> AsyncIterator[Settings]:
    own = configure(Database(filled.database_url))
    yield filled
    await own.close()
    configure(database)


def quiet(_: str) -> None:
    pass


def told(config: Settings) -> dict[str, Any]:
    return json.loads((config.mainspring_home / "demo.json").read_text())


async def places() -> Places:
    async with session(Scope(presented=business.OWNER.email)) as db:
        owner = await users.by_email(db, business.OWNER.email)
    assert owner
    found = await business.find(owner.id)
    assert found
    return found


@asynccontextmanager
async def shop() -> AsyncIterator[tuple[Db, UUID]]:
    found = await places()
    async with session(Scope(workspaces=(found.shop, found.sandbox))) as db:
        yield db, found.shop


def census(config: Settings) -> dict[str, int]:
    """How much there is of everything, whoever it belongs to: counted by the owner of the tables."""
    tables = "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'"
    with psycopg.connect(config.database_url) as owner:
        names = [str(row[0]) for row in owner.execute(tables)]
        counted = " union all ".join(f"select '{name}', count(*) from \"{name}\"" for name in names)
        return dict(owner.execute(counted.encode()).fetchall())


# What is handed over


async def test_the_file_tells_how_to_get_in_and_nobody_else_can_read_it(looking: Settings) -> None:
    said = told(looking)
    assert said.keys() == {"url", "email", "password", "api_key", "sandbox"}
    assert said["url"] == "http://127.0.0.1:8123"
    assert (looking.mainspring_home / "demo.json").stat().st_mode & 0o777 == 0o600
    found = await places()
    for token, workspace_id in ((said["api_key"], found.shop), (said["sandbox"]["api_key"], found.sandbox)):
        hashed = business.digest(token)
        async with session(Scope(presented=hashed)) as db:
            caller = await api_keys.recognise(db, hashed, now=datetime.now(UTC))
        assert caller
        assert caller.workspace_id == workspace_id
        assert caller.permissions == PERMISSIONS.keys()


async def test_the_password_opens_the_door_for_the_whole_team(looking: Settings) -> None:
    password = told(looking)["password"]
    for member in business.TEAM:
        async with session(Scope(presented=member.email)) as db:
            user = await users.by_email(db, member.email)
        assert user
        assert await Passwords().verify(password, user.password_hash)


async def test_a_second_run_changes_nothing(looking: Settings) -> None:
    before, file = census(looking), (looking.mainspring_home / "demo.json").read_bytes()
    said: list[str] = []
    await fill(looking, PEOPLE, said.append)
    assert (census(looking), (looking.mainspring_home / "demo.json").read_bytes()) == (before, file)
    assert not said


# Cut short


@pytest.mark.parametrize("at", ["living", "storing what happened"])
async def test_a_run_that_is_killed_leaves_no_half_and_the_next_one_finishes(
    config: Settings, at: str
) -> None:
    def pull_the_plug(words: str) -> None:
        if words.startswith(at):
            raise Cut

    with pytest.raises(Cut):
        await fill(config, 60, pull_the_plug)
    left = census(config)
    assert not (config.mainspring_home / "demo.json").exists()
    assert {name for name, n in left.items() if n} <= {"users", "alembic_version"}
    await fill(config, 60, quiet)
    async with shop() as (db, workspace_id):
        assert (await contacts.totals(db, workspace_id)).contacts == 60


async def test_who_lost_the_file_gets_a_new_password_and_new_keys_for_the_same_shop(config: Settings) -> None:
    await fill(config, 60, quiet)
    before, rows = told(config), census(config)
    (config.mainspring_home / "demo.json").unlink()
    await fill(config, 60, quiet)
    after = told(config)
    assert after["password"] != before["password"]
    assert await business.recognised([after["api_key"], after["sandbox"]["api_key"]])
    assert not await business.recognised([before["api_key"]])
    assert not await business.recognised([before["sandbox"]["api_key"]])
    now = census(config)
    assert {name for name in rows if rows[name] != now[name]} == {"api_keys"}


async def test_the_file_follows_the_port_and_a_database_that_was_thrown_away(
    config: Settings, database: Database
) -> None:
    await fill(config, 30, quiet)
    before = told(config)
    moved = Settings(mainspring_home=config.mainspring_home, database_url=config.database_url, port=8124)
    await fill(moved, 30, quiet)
    assert told(moved) == {**before, "url": "http://127.0.0.1:8124"}
    async with fresh(database, config.mainspring_home) as another:
        await fill(another, 30, quiet)
        assert told(another)["api_key"] != before["api_key"]
        assert census(another)["contacts"] == 30


async def test_the_large_demo_grows_out_of_the_small_one_and_moves_nobody(config: Settings) -> None:
    await fill(config, 60, quiet)
    before = census(config)
    found = await places()
    for wanted in (300, 300, 1_400):
        await grow(found.shop, wanted, quiet)
        async with shop() as (db, workspace_id):
            assert (await contacts.totals(db, workspace_id)).contacts == wanted
    after = census(config)
    assert after["events"] - before["events"] > 8 * (1_400 - 60)
    assert {name for name in after if after[name] != before[name]} == {
        "contacts",
        "consent_records",
        "events",
    }


# What a marketer sees


async def test_the_numbers_on_the_canvas_add_up(looking: Settings) -> None:
    async with shop() as (db, workspace_id):
        listed = await automations.page(db, workspace_id, before=None, limit=10)
        assert Counter(one.state for one in listed) == {"live": 3, "held": 1, "draft": 1}
        for one in listed:
            if one.state == "draft":
                continue
            found = await numbers.of_automation(db, one.row.id)
            assert found.entered > 5, one.row.name
            assert found.inside > 0, one.row.name
            assert found.entered == found.inside + found.left
            for node in one.row.draft["nodes"]:
                _assert_adds_up(found, node)


def _assert_adds_up(found: numbers.Numbers, node: str) -> None:
    at = found.nodes[node]
    onward = sum(
        n for line, n in found.edges.items() if line.startswith(f"{node}>") and not line.endswith(">")
    )
    arrived = sum(n for line, n in found.edges.items() if line.endswith(f">{node}"))
    assert at.entered == arrived == onward + at.left + at.waiting, node
    assert at.clicked <= at.opened <= at.sent <= at.entered
    assert at.sent + at.failed <= at.entered


async def test_whoever_waits_has_a_timer_and_whoever_is_on_hold_is_overdue(looking: Settings) -> None:
    async with shop() as (db, workspace_id):
        listed = await automations.page(db, workspace_id, before=None, limit=10)
        held = {one.row.id for one in listed if one.state == "held"}
        rows = await db.execute(
            text(
                "select e.automation_id, e.wake_at, c.open, c.wakes_at, o.workflow_id from enrolments e"
                " join cohorts c on c.id = e.cohort_id left join outbox o on o.workflow_id = 'cohort/' || c.id"
                " where e.ended_at is null"
            )
        )
        waiting = rows.all()
        assert len(waiting) == sum([(await numbers.of_automation(db, one.row.id)).inside for one in listed])
        assert all(row.open and row.workflow_id and row.wakes_at <= row.wake_at for row in waiting)
        overdue = [row for row in waiting if row.wake_at < datetime.now(UTC) - timedelta(minutes=5)]
        assert {row.automation_id for row in overdue} <= held


async def test_events_mails_and_contacts_tell_the_same_story(looking: Settings) -> None:
    async with shop() as (db, _):
        mails = await db.execute(
            text(
                "select state, count(*) as n, count(opened_at) as opened, count(clicked_at) as clicked,"
                " count(*) filter (where subject <> '' and html like '%Fernhill%') as written from messages group by 1"
            )
        )
        by_state = {row.state: row for row in mails}
        told_ = dict((await db.execute(text("select name, count(*) from events group by 1"))).all())
        assert told_["email.sent"] == sum(by_state[s].n for s in ("sent", "bounced") if s in by_state)
        assert told_["email.opened"] == by_state["sent"].opened
        assert told_["email.clicked"] == by_state["sent"].clicked
        assert by_state["sent"].written == by_state["sent"].n
        assert by_state["dropped"].opened == 0
        spent = await db.execute(
            text(
                "select count(*) from contacts c where (c.attributes ->> 'orders')::int is distinct from"
                " nullif((select count(*) from events e where e.contact_id = c.id and e.name = 'order.placed'), 0)"
            )
        )
        assert spent.scalar_one() == 0
        early = await db.execute(
            text(
                "select count(*) from events e join contacts c on c.id = e.contact_id where e.occurred_at < c.created_at"
            )
        )
        assert early.scalar_one() == 0


async def test_consent_is_proved_for_whoever_gave_it(looking: Settings) -> None:
    async with shop() as (db, workspace_id):
        totals = await contacts.totals(db, workspace_id)
        assert totals.contacts == PEOPLE
        assert 0.7 < totals.reachable / totals.contacts < 0.92
        unproved = await db.execute(
            text(
                "select count(*) from contacts c where c.consent ? 'email' and c.consent ->> 'email' is distinct from"
                " (select r.state from consent_records r where r.contact_id = c.id order by r.at desc limit 1)"
            )
        )
        assert unproved.scalar_one() == 0


async def test_home_and_inbox_are_alive(looking: Settings) -> None:
    async with shop() as (db, workspace_id):
        daily = await activity.daily(db, workspace_id, datetime.now(UTC).date())
        assert sum(daily.sent[-30:]) > 30
        assert 0.3 < sum(daily.opened[-30:]) / sum(daily.sent[-30:]) < 0.8
        mails = await inbox.page(db, workspace_id, sought="", contact_id=None, before=None, limit=100)
        assert len(mails) == 60
        assert [mail.at for mail in mails] == sorted((mail.at for mail in mails), reverse=True)
        assert (await counts.of(db, workspace_id)).inbox == 7
        feed = await activity.latest(db, workspace_id, limit=30)
        assert [one.occurred_at for one in feed] == sorted((one.occurred_at for one in feed), reverse=True)


async def test_the_sandbox_is_empty_and_its_clock_stands_at_nine(looking: Settings) -> None:
    async with shop() as (db, _):
        sandbox = (await places()).sandbox
        clock = await clocks.read(db, sandbox)
        assert clock.sandbox
        assert clock.now
        local = clock.now.astimezone(BERLIN)
        assert (local.hour, local.minute) == (9, 0)
        assert abs(local.date() - datetime.now(BERLIN).date()) <= timedelta(days=1)
        empty = await counts.of(db, sandbox)
        assert (empty.contacts, empty.automations, empty.inbox, empty.processes) == (0, 0, 0, 0)


# And it goes on


async def test_people_who_wait_in_the_demo_go_on_in_the_real_engine(config: Settings) -> None:
    """A demo of last month: by now everybody who was waiting then is due."""
    then = datetime.now(UTC) - timedelta(days=30)
    team = await business.hire("correct horse battery staple", then)
    wanted = Wanted(business.planned(), team, PEOPLE, then)
    await build(config, wanted, quiet)
    async with shop() as (db, workspace_id):
        listed = await automations.page(db, workspace_id, before=None, limit=10, states=["live"])
        before = {one.row.id: await numbers.of_automation(db, one.row.id) for one in listed}
        open_ = (await db.execute(text("select id, automation_id from cohorts where open"))).all()
    for cohort_id, _ in open_:
        await cohorts.advance(Advance(workspace_id=workspace_id, cohort_id=cohort_id, now=datetime.now(UTC)))
    async with shop() as (db, workspace_id):
        for one in listed:
            after = await numbers.of_automation(db, one.row.id)
            assert after.entered == after.inside + after.left == before[one.row.id].entered
            if one.held:
                assert after == before[one.row.id]
            else:
                assert after.left > before[one.row.id].left
