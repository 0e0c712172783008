"""The captured inbox: a mail that cannot be written does not keep the others from being written."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import text

from activities.emails import Letter, Mailroom, link_keys
from core.db import Db, Scope, session
from core.settings import settings
from core.templating import Renderer
from engine.delivery import NOT_PREPARED
from engine.emails import Capture, Smtp
from engine.outlets import House, Outlets
from engine.sweeper import Claimant
from models import messages
from models.messages import Claim, NewMessage
from models.workspaces import Workspace
from tests.factories.workspaces import FRIDAY


class Clumsy(Mailroom):
    """Writes every mail by hand, and cannot write one of them."""

    async def letters(self, db: Db, claims: Sequence[Claim]) -> list[Letter]:
        if any(claim.send_key == "cursed" for claim in claims):
            raise KeyError("cursed")
        return [
            Letter(claim, to="ada@example.com", from_address="hello@example.com", subject=claim.send_key)
            for claim in claims
        ]


async def test_a_mail_that_cannot_be_written_stops_nobody(
    sandbox_workspace: Workspace, tmp_path: Path
) -> None:
    config = settings()
    scope = Scope(workspaces=(sandbox_workspace.id,))
    async with session(scope) as db:
        keys = ("first", "cursed", "third")
        rows = [NewMessage(sandbox_workspace.id, "email", None, key, FRIDAY) for key in keys]
        await messages.reserve(db, rows)
    mailroom = Clumsy(Renderer(), link_keys(tmp_path), base_url=config.url, sender=config.mail_from)
    capture = Capture(mailroom, Outlets(House.of(config)))
    while await capture.turn():
        pass
    async with session(scope) as db:
        found = await db.execute(text("select send_key, state, reason from messages order by id"))
        assert found.all() == [
            ("first", "sent", None),
            ("cursed", "failed", NOT_PREPARED),
            ("third", "sent", None),
        ]
        kept = await db.execute(text("select count(*) from captured_mails"))
        assert kept.scalar_one() == 2


async def test_mail_that_leaves_the_house_does_not_keep_captured_mail_waiting(
    workspace: Workspace, sandbox_workspace: Workspace, tmp_path: Path
) -> None:
    """What a cohort has reserved was handed to nobody, and is looked for however much comes from the router."""
    config = settings().model_copy(update={"smtp_url": SecretStr("smtp://127.0.0.1:1")})
    async with session(Scope(workspaces=(workspace.id, sandbox_workspace.id))) as db:
        await messages.reserve(db, [NewMessage(sandbox_workspace.id, "email", None, "captured", FRIDAY)])
        leaving = await messages.reserve(db, [NewMessage(workspace.id, "email", None, "leaving", FRIDAY)])
    mailroom = Clumsy(Renderer(), link_keys(tmp_path), base_url=config.url, sender=config.mail_from)
    capture = Capture(mailroom, Outlets(House.of(config)))
    for _ in range(3):
        capture.hand(leaving.values())
        await capture.turn()
    await capture.close()
    async with session(Scope(workspaces=(workspace.id, sandbox_workspace.id))) as db:
        found = await db.execute(text("select send_key, state from messages order by id"))
        assert found.all() == [("captured", "sent"), ("leaving", "reserved")]
        await db.execute(text("update messages set state = 'dropped' where state = 'reserved'"))


async def test_captured_mail_does_not_keep_mail_that_leaves_the_house_waiting(
    workspace: Workspace, sandbox_workspace: Workspace, tmp_path: Path
) -> None:
    config = settings().model_copy(update={"smtp_url": SecretStr("smtp://127.0.0.1:1")})
    scope = Scope(workspaces=(workspace.id, sandbox_workspace.id))
    async with session(scope) as db:
        await messages.reserve(db, [NewMessage(workspace.id, "email", None, "leaving", FRIDAY)])
        captured = await messages.reserve(
            db, [NewMessage(sandbox_workspace.id, "email", None, "captured", FRIDAY)]
        )
    mailroom = Clumsy(Renderer(), link_keys(tmp_path), base_url=config.url, sender=config.mail_from)
    claimant = Claimant()
    smtp = Smtp(claimant, mailroom, Outlets(House.of(config)))
    for _ in range(3):
        smtp.hand(captured.values())
        await smtp.turn()
    await smtp.close()
    await claimant.let_go()
    async with session(scope) as db:
        found = await db.execute(text("select send_key, attempts > 0 from messages order by id"))
        assert found.all() == [("leaving", True), ("captured", False)]
        await db.execute(text("update messages set state = 'dropped' where state in ('reserved', 'sending')"))
