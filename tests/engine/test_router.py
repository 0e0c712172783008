"""The router, asked directly: it crosses workspaces in one batch, and keeps them apart."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import text

import activities.steps
import domain.triggers
from activities import automations as publishing
from core.db import Scope, session
from core.plugins import load
from engine.router import route
from models import automations, clocks
from models.queue import Job
from models.workspaces import Workspace
from tests.engine.test_holds import AWAITED, people, tags
from tests.engine.test_passages import DAY, contact, happen, publish
from tests.workflows.conftest import Sandbox


@pytest.fixture(autouse=True)
def plugins() -> None:
    load(activities.steps)
    load(domain.triggers)


async def test_a_contact_of_others_is_not_let_in(workspace: Workspace, other_workspace: Workspace) -> None:
    """A program may name any id, and the transaction of a batch sees the contacts of all its workspaces."""
    automation = await publish(Sandbox(workspace), AWAITED)
    ours = await contact(Sandbox(workspace), email="ours@example.com")
    theirs = await contact(Sandbox(other_workspace), email="theirs@example.com")
    jobs = [Job(workspace.id, "enrol", automation, {"contacts": [str(theirs), str(ours)]})]
    async with session(Scope(workspaces=(workspace.id, other_workspace.id))) as db:
        await route(db, jobs)
        rows = await db.execute(
            text("select contact_id from enrolments where automation_id = :id"), {"id": automation}
        )
        assert list(rows.scalars()) == [ours]


async def test_who_is_moved_has_done_already_what_the_new_version_waits_for(sandbox: Sandbox) -> None:
    """As the preview of the move says."""
    automation = await publish(sandbox, AWAITED)
    [ada] = await people(sandbox, 1)
    await sandbox.advance(by=DAY)
    await happen(sandbox, "invoice.paid", ada)
    newer = AWAITED | {
        "nodes": AWAITED["nodes"] | {"wait": AWAITED["nodes"]["wait"] | {"until": {"event": "invoice.paid"}}}
    }
    async with session(Scope(workspaces=(sandbox.id,))) as db:
        now = await clocks.now(db, sandbox.id)
        await automations.save_draft(db, automation, draft=newer, name=None, revision=None, now=now)
        await publishing.publish(db, automation, in_flight="move", name="", by="Maya", now=now)
    await sandbox.advance(by=timedelta(minutes=1))
    assert await tags(sandbox) == Counter({"bought": 1})
