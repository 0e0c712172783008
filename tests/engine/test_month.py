"""Thirty days of a series with branches, a weekday window and waits in the contact's zone: every mail at its minute.

What is expected is the pure calculation: the same kernel, rehearsed for each contact alone, without queues or timers.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from core.db import Database, Scope, session
from domain.contacts import Conventions, Origin, parse_details
from domain.definitions import compile_plan
from domain.definitions.reading import parse
from domain.kernel.rehearsing import dry_run
from models import contacts, events, facts
from models.events import NewEvent
from tests.engine.running import Engine
from tests.engine.test_passages import MAIL, publish
from tests.factories.workspaces import make_workspace
from tests.workflows.conftest import Sandbox

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
START = datetime(
    2026, 10, 9, 15, 30, tzinfo=UTC
)  # Berlin changes its clocks on 25 October, New York on 1 November
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Sydney")
PEOPLE = 100


def mail(subject: str, then: str | None) -> dict[str, Any]:
    return {"kind": "send_email", "subject": subject, "body": MAIL, "next": then}


def wait(then: str, **how: Any) -> dict[str, Any]:
    return {"kind": "wait", "next": then, **how}


MONTH: dict[str, Any] = {
    "entry": {"trigger": {"kind": "event", "event": "signed_up"}, "again": "never"},
    "start": "one",
    "nodes": {
        "one": mail("One", "morning"),
        "morning": wait("two", **{"for": "P1D", "until": {"time": "09:00"}}),
        "two": mail("Two", "workday"),
        "workday": wait(
            "three", **{"for": "P5D", "until": {"time": "17:45", "weekdays": ["mon", "tue", "wed"]}}
        ),
        "three": mail("Three", "side"),
        "side": {
            "kind": "branch",
            "paths": [{"label": "VIP", "when": {"tag": "vip"}, "next": "long"}],
            "else": "short",
        },
        "long": wait("four", **{"for": "P10D"}),
        "four": mail("Four", "end"),
        "short": wait("five", **{"for": "P9DT12H"}),
        "five": mail("Five", "end"),
        "end": wait(
            "six", until={"time": "02:30", "weekdays": ["sun"]}
        ),  # the hour that one of the nights does not have, or has twice
        "six": mail("Six", None),
    },
}


async def test_every_mail_goes_out_at_its_local_minute(engine: Engine, database: Database) -> None:
    sandbox = Sandbox(await make_workspace(sandbox=True, now=START))
    automation = await publish(sandbox, MONTH)
    people = await sign_up_everybody(sandbox)
    await sandbox.advance(by=timedelta(days=30))
    assert await sent(sandbox) == await expected(sandbox, automation, people)


async def sign_up_everybody(sandbox: Sandbox) -> list[UUID]:
    details = [
        {
            "email": f"c{n}@example.com",
            "first_name": f"C{n}",
            "time_zone": ZONES[n % 4],
            "tags": ["vip"] if n % 3 == 0 else [],
            "consent": {"email": "subscribed"},
        }
        for n in range(PEOPLE)
    ]
    async with session(Scope(workspaces=(sandbox.id,))) as db:
        said = [parse_details(one, Conventions()) for one in details]
        written = await contacts.upsert(db, sandbox.id, said, at=START, origin=Origin("api"))
        people = [one.person.id for one in written if one.person]
        happened = [NewEvent(sandbox.id, "signed_up", person, START) for person in people]
        await events.append(db, happened, recorded_at=START)
    return people


async def sent(sandbox: Sandbox) -> set[tuple[UUID, str, datetime]]:
    async with session(Scope(workspaces=(sandbox.id,))) as db:
        rows = await db.execute(text("select contact_id, node, sent_at from messages where state = 'sent'"))
        return {tuple(row) for row in rows}  # pyright: ignore[reportReturnType]


async def expected(sandbox: Sandbox, automation: UUID, people: list[UUID]) -> set[tuple[UUID, str, datetime]]:
    plan = compile_plan(parse(MONTH), automation)
    until = START + timedelta(days=30)
    async with session(Scope(workspaces=(sandbox.id,))) as db:
        known = await facts.load(db, people)
    found: set[tuple[UUID, str, datetime]] = set()
    for person in people:
        legs = dry_run(plan, known[person].facts, START)
        mails = [leg for leg in legs if leg.node and MONTH["nodes"][leg.node]["kind"] == "send_email"]
        found |= {(person, leg.node or "", leg.at) for leg in mails if leg.at <= until}
        for leg in mails:
            check_local(leg.node or "", leg.at.astimezone(ZoneInfo(known[person].facts.zone.key)))
    return found


def check_local(node: str, local: datetime) -> None:
    """What a person would read on the clock of their kitchen."""
    if node == "two":
        assert (local.hour, local.minute) == (9, 0)
    if node == "three":
        assert (local.hour, local.minute) == (17, 45)
        assert local.weekday() in (0, 1, 2)
    if node == "six":
        assert local.weekday() == 6
        assert (local.hour, local.minute) in ((2, 30), (3, 0))
