"""Row-level security and the audit trigger as they are in the database, not as they were meant."""

from sqlalchemy import text

from core.db import Actor, Database, Db, Scope
from domain.ids import new_id
from models.workspaces import Workspace


async def test_a_transaction_sees_its_own_workspace_and_no_other(
    db: Db, workspace: Workspace, other_workspace: Workspace
) -> None:
    assert list(await db.scalars(text("select id from workspaces"))) == [workspace.id]


async def test_what_an_actor_changes_is_recorded_with_before_and_after(
    database: Database, workspace: Workspace
) -> None:
    actor = Actor(kind="user", id=new_id(), name="Ada", ip="192.0.2.1", request_id="r1")
    async with database.session(Scope(workspaces=(workspace.id,), actor=actor)) as db:
        await db.execute(text("update workspaces set name = 'Baker & Co'"))
        await db.execute(text("update workspaces set name = 'Baker & Co'"))
    async with database.session(Scope(workspaces=(workspace.id,))) as db:
        rows = (await db.execute(text("select * from audit_log"))).all()
    assert len(rows) == 1, "a change that changes nothing is none"
    row = rows[0]
    assert (row.action, row.resource, row.subject_id) == ("changed", "workspaces", str(workspace.id))
    assert (row.before, row.after) == ({"name": "Corner Shop"}, {"name": "Baker & Co"})
    assert (row.actor_kind, row.actor_id, row.actor_name, row.ip) == ("user", actor.id, "Ada", "192.0.2.1")


async def test_what_nobody_did_is_not_recorded(db: Db) -> None:
    await db.execute(text("update workspaces set name = 'Baker & Co'"))
    assert (await db.execute(text("select count(*) from audit_log"))).scalar_one() == 0
