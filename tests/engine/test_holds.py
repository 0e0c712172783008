"""Holding and releasing: nothing moves meanwhile, what happened meanwhile counts, and the overdue go as was asked."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from activities import holds as holding
from activities.holds import Overdue
from core.db import Scope, session
from models import clocks, holds
from models.holds import Hold
from tests.engine.test_passages import DAY, MAIL, contact, happen, publish
from tests.factories.workspaces import FRIDAY
from tests.fakes.sink import sink
from tests.workflows.conftest import Sandbox

HOUR = timedelta(hours=1)


def entered(nodes: dict[str, Any]) -> dict[str, Any]:
    return {
        "entry": {"trigger": {"kind": "event", "event": "signed_up"}, "again": "never"},
        "start": next(iter(nodes)),
        "nodes": nodes,
    }


def mail(to: str | None = None) -> dict[str, Any]:
    return {"kind": "send_email", "subject": "Hello", "body": MAIL, "next": to}


def tag(name: str, to: str | None = None) -> dict[str, Any]:
    return {"kind": "add_tag", "tag": name, "next": to}


AWAITED = entered(
    {
        "wait": {
            "kind": "wait_until",
            "until": {"event": "order.placed"},
            "timeout": "P7D",
            "next": "bought",
            "on_timeout": "nudge",
        },
        "bought": tag("bought"),
        "nudge": tag("nudged"),
    }
)
NEXT_DAY = entered({"wait": {"kind": "wait", "for": "P1D", "next": "done"}, "done": tag("done")})
MAILED = entered({"hello": mail("done"), "done": tag("done")})


async def hold(sandbox: Sandbox, scope: str, subject: object = "") -> Hold:
    async with session(Scope(workspaces=(sandbox.id,))) as db:
        now = await clocks.now(db, sandbox.id)
        return await holding.place(db, sandbox.id, scope, str(subject), by="Maya", now=now)


async def lift(sandbox: Sandbox, held: Hold, overdue: Overdue = "send") -> None:
    async with session(Scope(workspaces=(sandbox.id,))) as db:
        row = await holds.get(db, held.id)
        await holding.lift(db, row, overdue=overdue, by="Maya", now=await clocks.now(db, sandbox.id))


async def people(sandbox: Sandbox, many: int) -> list[UUID]:
    return await people_named(sandbox, *(f"p{n}" for n in range(many)))


async def people_named(sandbox: Sandbox, *names: str) -> list[UUID]:
    made = [await contact(sandbox, email=f"{name}@example.com") for name in names]
    for one in made:
        await happen(sandbox, "signed_up", one)
    await sandbox.advance(by=timedelta(seconds=1))
    return made


async def cohort_of(sandbox: Sandbox, contact_id: UUID) -> UUID:
    """The process in which somebody waits."""
    query = text(
        "select p.id from enrolments e join processes p on p.subject_id = e.cohort_id where e.contact_id = :id"
    )
    async with session(Scope(workspaces=(sandbox.id,))) as db:
        return (await db.execute(query, {"id": contact_id})).scalar_one()


async def tags(sandbox: Sandbox) -> Counter[str]:
    async with session(Scope(workspaces=(sandbox.id,))) as db:
        return Counter((await db.execute(text("select unnest(tags) from contacts"))).scalars())


async def sent(sandbox: Sandbox) -> list[datetime]:
    async with session(Scope(workspaces=(sandbox.id,))) as db:
        rows = await db.execute(text("select sent_at from messages where state = 'sent' order by sent_at"))
        return list(rows.scalars())


async def settle(sandbox: Sandbox) -> None:
    """Until everything that was queued is done; the clock stands still."""
    queued = text(
        "select (select count(*) from event_queue where workspace_id = :id) + (select count(*) from outbox where workspace_id = :id)"
        " + (select count(*) from messages where workspace_id = :id and state in ('reserved', 'sending'))"
        " + (select count(*) from processes where workspace_id = :id and not rest)"
    )
    async with asyncio.timeout(20):
        while True:
            async with session(Scope(workspaces=(sandbox.id,))) as db:
                if not await db.scalar(queued, {"id": sandbox.id}):
                    return
            await asyncio.sleep(0.02)


class TestWhatHappenedMeanwhile:
    """A wait for an event that came during a hold is over when the hold is, not at the next occasion."""

    @pytest.mark.parametrize("scope", ["automation", "workspace"])
    @pytest.mark.parametrize("overdue", ["send", "ramp", "skip"])
    async def test_it_is_noticed_at_the_release(self, sandbox: Sandbox, scope: str, overdue: Overdue) -> None:
        automation = await publish(sandbox, AWAITED)
        ada, _bob = await people(sandbox, 2)
        held = await hold(sandbox, scope, automation)
        await happen(sandbox, "order.placed", ada)
        await sandbox.advance(by=HOUR)
        assert await tags(sandbox) == Counter()
        await lift(sandbox, held, overdue)
        await settle(sandbox)
        assert await tags(sandbox) == Counter({"bought": 1})

    @pytest.mark.parametrize("overdue", ["send", "ramp", "skip"])
    async def test_of_those_who_wait_together_nobody_is_moved_by_events(
        self, sandbox: Sandbox, overdue: Overdue
    ) -> None:
        """One process is held: its people stand still, those of other cohorts go on."""
        await publish(sandbox, AWAITED)
        ada, _bob = await people(sandbox, 2)
        held = await hold(sandbox, "process", await cohort_of(sandbox, ada))
        await sandbox.advance(by=DAY)
        [eve] = await people_named(sandbox, "eve")
        await happen(sandbox, "order.placed", ada)
        await happen(sandbox, "order.placed", eve)
        await sandbox.advance(by=HOUR)
        assert await tags(sandbox) == Counter({"bought": 1})
        await lift(sandbox, held, overdue)
        await settle(sandbox)
        assert await tags(sandbox) == Counter({"bought": 2})

    async def test_not_where_the_automation_is_held_by_itself(self, sandbox: Sandbox) -> None:
        automation = await publish(sandbox, AWAITED)
        [ada] = await people(sandbox, 1)
        first, second = await hold(sandbox, "workspace"), await hold(sandbox, "automation", automation)
        await happen(sandbox, "order.placed", ada)
        await lift(sandbox, first)
        await sandbox.advance(by=HOUR)
        assert await tags(sandbox) == Counter()
        await lift(sandbox, second)
        await settle(sandbox)
        assert await tags(sandbox) == Counter({"bought": 1})

    async def test_however_its_id_is_written_it_is_one_hold(self, sandbox: Sandbox) -> None:
        automation = await publish(sandbox, AWAITED)
        held = await hold(sandbox, "automation", str(automation).upper())
        assert held.subject == str(automation)
        await lift(sandbox, held)
        async with session(Scope(workspaces=(sandbox.id,))) as db:
            assert await holds.listed(db, sandbox.id) == []

    async def test_not_where_everything_is_held_as_well(self, sandbox: Sandbox) -> None:
        automation = await publish(sandbox, AWAITED)
        [ada] = await people(sandbox, 1)
        first, second = await hold(sandbox, "automation", automation), await hold(sandbox, "workspace")
        await happen(sandbox, "order.placed", ada)
        await lift(sandbox, first)
        await settle(sandbox)
        assert await tags(sandbox) == Counter()
        await lift(sandbox, second)
        await settle(sandbox)
        assert await tags(sandbox) == Counter({"bought": 1})

    @pytest.mark.parametrize("scope", ["automation", "workspace"])
    async def test_an_answer_that_came_is_read_at_the_release(self, sandbox: Sandbox, scope: str) -> None:
        async with sink() as receiver:
            receiver.delay = 1.0
            call = {
                "kind": "http_request",
                "url": receiver.url,
                "body": "{}",
                "save_as": "shop",
                "next": "done",
            }
            automation = await publish(sandbox, entered({"call": call, "done": tag("done")}))
            await happen(sandbox, "signed_up", await contact(sandbox))
            async with asyncio.timeout(10):
                while not receiver.received:  # noqa: ASYNC110 -- a receiver tells nobody
                    await asyncio.sleep(0.02)
            held = await hold(sandbox, scope, automation)
            await settle(sandbox)
            assert await tags(sandbox) == Counter()
            await lift(sandbox, held)
            await settle(sandbox)
        assert await tags(sandbox) == Counter({"done": 1})

    async def test_whoever_came_meanwhile_goes_on(self, sandbox: Sandbox) -> None:
        await publish(sandbox, MAILED)
        held = await hold(sandbox, "workspace")
        await people(sandbox, 2)
        assert await sent(sandbox) == []
        await lift(sandbox, held)
        await settle(sandbox)
        assert (len(await sent(sandbox)), await tags(sandbox)) == (2, Counter({"done": 2}))


class TestOverdue:
    @pytest.mark.parametrize("scope", ["automation", "workspace", "process"])
    @pytest.mark.parametrize("definition", [NEXT_DAY, AWAITED], ids=["wait", "time-out"])
    async def test_little_by_little(self, sandbox: Sandbox, scope: str, definition: dict[str, Any]) -> None:
        """Also those whose time-out is over meanwhile: nobody goes before their turn."""
        automation = await publish(sandbox, definition)
        await people(sandbox, 4)
        held = await hold(sandbox, scope, await only_cohort(sandbox) if scope == "process" else automation)
        await sandbox.advance(by=9 * DAY)
        assert await tags(sandbox) == Counter()
        await lift(sandbox, held, "ramp")
        await settle(sandbox)
        assert (await tags(sandbox)).total() == 0
        await sandbox.advance(by=timedelta(minutes=31))
        assert (await tags(sandbox)).total() == 2
        await sandbox.advance(by=timedelta(minutes=30))
        assert (await tags(sandbox)).total() == 4

    @pytest.mark.parametrize("scope", ["automation", "workspace", "process"])
    async def test_at_once(self, sandbox: Sandbox, scope: str) -> None:
        automation = await publish(sandbox, NEXT_DAY)
        await people(sandbox, 2)
        held = await hold(sandbox, scope, await only_cohort(sandbox) if scope == "process" else automation)
        await sandbox.advance(by=3 * DAY)
        await lift(sandbox, held, "send")
        await settle(sandbox)
        assert await tags(sandbox) == Counter({"done": 2})

    @pytest.mark.parametrize("scope", ["automation", "workspace", "process"])
    async def test_what_is_too_old_is_skipped_and_nobody_else(self, sandbox: Sandbox, scope: str) -> None:
        automation = await publish(sandbox, NEXT_DAY)
        await people(sandbox, 2)
        held = await hold(sandbox, scope, await only_cohort(sandbox) if scope == "process" else automation)
        await sandbox.advance(by=2 * DAY + HOUR)
        if scope != "process":
            await contact(sandbox, email="late@example.com")
            await happen(sandbox, "signed_up", await contact(sandbox, email="late@example.com"))
        await lift(sandbox, held, "skip")
        await sandbox.advance(by=2 * DAY)
        assert await tags(sandbox) == Counter({"done": 1} if scope != "process" else {})


async def only_cohort(sandbox: Sandbox) -> UUID:
    async with session(Scope(workspaces=(sandbox.id,))) as db:
        return (
            await db.execute(text("select id from processes where kind = 'cohort' and not done"))
        ).scalar_one()


class TestAChannel:
    """All e-mail is paused: whoever comes to an e-mail stays there, everything else goes on."""

    async def test_it_goes_out_at_the_release(self, sandbox: Sandbox) -> None:
        await publish(sandbox, MAILED)
        await publish(sandbox, NEXT_DAY)
        held = await hold(sandbox, "channel", "email")
        await people(sandbox, 2)
        await sandbox.advance(by=DAY)
        assert (await sent(sandbox), await tags(sandbox)) == ([], Counter({"done": 2}))
        await lift(sandbox, held)
        await settle(sandbox)
        assert len(await sent(sandbox)) == 2

    async def test_little_by_little(self, sandbox: Sandbox) -> None:
        await publish(sandbox, MAILED)
        held = await hold(sandbox, "channel", "email")
        await people(sandbox, 4)
        await sandbox.advance(by=DAY)
        await lift(sandbox, held, "ramp")
        await settle(sandbox)
        assert await sent(sandbox) == []
        released = FRIDAY + DAY + timedelta(seconds=1)
        await sandbox.advance(by=2 * HOUR)
        assert await sent(sandbox) == [released + HOUR * (n / 4) for n in range(1, 5)]
        assert await tags(sandbox) == Counter({"done": 4})

    async def test_what_is_too_old_is_not_sent_and_people_go_on(self, sandbox: Sandbox) -> None:
        await publish(sandbox, MAILED)
        held = await hold(sandbox, "channel", "email")
        await people(sandbox, 1)
        await sandbox.advance(by=2 * DAY)
        await happen(sandbox, "signed_up", await contact(sandbox, email="late@example.com"))
        await sandbox.advance(by=HOUR)
        await lift(sandbox, held, "skip")
        await settle(sandbox)
        assert (len(await sent(sandbox)), await tags(sandbox)) == (1, Counter({"done": 2}))
        async with session(Scope(workspaces=(sandbox.id,))) as db:
            dropped = await db.execute(text("select reason from messages where state = 'dropped'"))
            assert list(dropped.scalars()) == [holding.SKIPPED]

    async def test_what_is_not_held_is_left_alone(self, sandbox: Sandbox) -> None:
        """Another hold is still there: the automation's own."""
        automation = await publish(sandbox, MAILED)
        channel = await hold(sandbox, "channel", "email")
        await people(sandbox, 1)
        own = await hold(sandbox, "automation", automation)
        await lift(sandbox, channel)
        await sandbox.advance(by=HOUR)
        assert await sent(sandbox) == []
        await lift(sandbox, own)
        await settle(sandbox)
        assert len(await sent(sandbox)) == 1
