"""Which way e-mail goes: each workspace's own choice, a mail server of its own, and sandboxes that never write to the world."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from activities import connections as mailing
from activities.connections import House
from core.db import Scope, session
from models import contacts
from models.workspaces import Workspace
from tests.engine.running import Engine
from tests.engine.test_holds import MAILED
from tests.engine.test_passages import contact, happen, publish
from tests.factories.workspaces import make_workspace
from tests.fakes.smtp import FakeSmtp
from tests.workflows.conftest import Sandbox

SENDER = {"mail_from_name": "Fernhill", "mail_from": "hello@fernhill.example"}


def server_form(server: FakeSmtp, **changes: str) -> dict[str, str]:
    form = {
        "channel": "smtp",
        "host": "127.0.0.1",
        "port": str(server.port),
        "security": "none",
        "username": "",
    }
    return form | SENDER | changes


async def choose(
    engine: Engine, workspace: Workspace, form: dict[str, str], password: str | None = None
) -> None:
    async with session(Scope(workspaces=(workspace.id,))) as db:
        row = await db.get_one(Workspace, workspace.id)
        await mailing.choose(db, House.of(engine.config), row, form, password=password, now=datetime.now(UTC))


async def send(workspace: Workspace, to: str = "ada@shop.example") -> UUID:
    async with session(Scope(workspaces=(workspace.id,))) as db:
        row = await db.get_one(Workspace, workspace.id)
        return await mailing.send_test(db, row, to=to, now=datetime.now(UTC))


async def message(workspace: Workspace, message_id: UUID, until: Callable[[Any], bool]) -> Any:
    """The row, once it is as it should be."""
    async with asyncio.timeout(15):
        while True:
            async with session(Scope(workspaces=(workspace.id,))) as db:
                row = (
                    await db.execute(text("select * from messages where id = :id"), {"id": message_id})
                ).one()
                kept = await db.scalar(
                    text("select count(*) from captured_mails where message_id = :id"), {"id": message_id}
                )
            if until(row):
                return row, bool(kept)
            await asyncio.sleep(0.02)


def settled(row: Any) -> bool:
    return row.state not in ("reserved", "sending")


async def test_a_server_of_ones_own_sends_and_others_go_on_being_captured(engine: Engine) -> None:
    ours, others = await make_workspace(), await make_workspace()
    async with FakeSmtp(password="s3cret") as server:
        await choose(engine, ours, server_form(server, username="ada"), "s3cret")
        first, second = await send(ours), await send(others)
        row, kept = await message(ours, first, settled)
        assert (row.state, kept) == ("sent", False)
        row, kept = await message(others, second, settled)
        assert (row.state, kept) == ("sent", True)
    [taken] = server.taken
    assert (taken.sender, taken.recipient) == ("hello@fernhill.example", "ada@shop.example")
    assert b"From: Fernhill <hello@fernhill.example>" in taken.content


async def test_a_sandbox_keeps_its_mail_whatever_was_chosen(engine: Engine) -> None:
    sandbox = await make_workspace(sandbox=True)
    async with FakeSmtp() as server:
        await choose(engine, sandbox, server_form(server))
        row, kept = await message(sandbox, await send(sandbox), settled)
    assert (row.state, kept, server.taken) == ("sent", True, [])


async def test_back_to_the_inbox_from_the_next_mail_on(engine: Engine) -> None:
    ours = await make_workspace()
    async with FakeSmtp() as server:
        await choose(engine, ours, server_form(server))
        await message(ours, await send(ours), settled)
        await choose(engine, ours, {"channel": "captured"})
        _row, kept = await message(ours, await send(ours), settled)
    assert (len(server.taken), kept) == (1, True)


async def test_what_waits_for_a_server_goes_when_it_is_mended(engine: Engine) -> None:
    """The wrong password holds mail back for minutes; the right one sends it at once."""
    ours = await make_workspace()
    async with FakeSmtp(password="right") as server:
        await choose(engine, ours, server_form(server, username="ada"), "wrong")
        made = await send(ours)
        row, _ = await message(ours, made, lambda row: row.reason is not None)
        assert row.state == "reserved"
        assert "does not accept this user name and password" in row.reason
        await choose(engine, ours, server_form(server, username="ada"), "right")
        row, _ = await message(ours, made, settled)
    assert (row.state, row.attempts, len(server.taken)) == ("sent", 2, 1)


@pytest.mark.parametrize(("to", "state"), [("gone", "bounced"), ("full", "failed"), ("cut", "unknown")])
async def test_what_did_not_arrive_is_kept_as_it_was_written(engine: Engine, to: str, state: str) -> None:
    ours = await make_workspace()
    async with FakeSmtp() as server:
        await choose(engine, ours, server_form(server))
        row, _ = await message(ours, await send(ours, f"{to}@shop.example"), settled)
    assert row.state == state
    assert row.subject == "Your e-mail works"
    assert row.headers["To"] == f"{to}@shop.example"


class TestBounces:
    """Whom a mail cannot reach is known from then on."""

    async def mail(self, engine: Engine, to: str) -> tuple[Workspace, UUID]:
        """One mail of an automation; the workspace and the contact."""
        ours = await make_workspace()
        people = Sandbox(ours)
        await publish(people, MAILED)
        async with FakeSmtp() as server:
            await choose(engine, ours, server_form(server))
            contact_id = await contact(people, email=to)
            await happen(people, "signed_up", contact_id)
            await message(ours, await self.reserved(ours), settled)
        return ours, contact_id

    async def reserved(self, workspace: Workspace) -> UUID:
        async with asyncio.timeout(15):
            while True:
                async with session(Scope(workspaces=(workspace.id,))) as db:
                    if found := await db.scalar(text("select id from messages")):
                        return found
                await asyncio.sleep(0.02)

    async def test_the_address_is_not_written_to_again(self, engine: Engine) -> None:
        ours, contact_id = await self.mail(engine, "gone@shop.example")
        async with session(Scope(workspaces=(ours.id,))) as db:
            assert await contacts.suppressed(db, ours.id, ["gone@shop.example"]) == {
                ("email", "gone@shop.example"): "hard_bounce"
            }
            [bounced] = await contacts.timeline(db, contact_id, names=["email.*"])
        assert bounced.name == "email.bounced"
        assert "No such user here" in bounced.properties["reason"]

    @pytest.mark.parametrize("to", ["full@shop.example", "policy@shop.example"])
    async def test_a_refusal_of_another_kind_says_nothing_about_the_address(
        self, engine: Engine, to: str
    ) -> None:
        ours, contact_id = await self.mail(engine, to)
        async with session(Scope(workspaces=(ours.id,))) as db:
            assert await contacts.suppressed(db, ours.id, [to]) == {}
            assert await contacts.timeline(db, contact_id, names=["email.*"]) == []

    async def test_a_test_blocks_nobody(self, engine: Engine) -> None:
        ours = await make_workspace()
        async with FakeSmtp() as server:
            await choose(engine, ours, server_form(server))
            await message(ours, await send(ours, "gone@shop.example"), settled)
        async with session(Scope(workspaces=(ours.id,))) as db:
            assert await contacts.suppressed(db, ours.id, ["gone@shop.example"]) == {}


async def test_a_lost_key_is_said_and_loses_nothing(engine: Engine) -> None:
    ours = await make_workspace()
    async with FakeSmtp(password="pw") as server:
        await choose(engine, ours, server_form(server, username="ada"), "pw")
        async with session(Scope(workspaces=(ours.id,))) as db:
            await db.execute(text("update secrets set key_id = 'gone'"))
        row, _ = await message(ours, await send(ours), lambda row: row.reason is not None)
    assert (row.state, row.reason) == ("reserved", mailing.NO_KEY)
