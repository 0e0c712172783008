"""Workspaces for tests: committed at once, each with its clock."""

from datetime import UTC, datetime
from typing import Any

from core.db import Scope, session
from domain.ids import new_id
from models.clocks import Clock
from models.workspaces import Workspace

FRIDAY = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


async def make_workspace(*, sandbox: bool = False, now: datetime = FRIDAY, **fields: Any) -> Workspace:
    """`now` is where the clock of a sandbox stands; a real workspace has the wall."""
    id_ = new_id()
    details = {
        "name": "Corner Shop",
        "slug": f"shop-{id_.hex}",
        "time_zone": "Europe/Berlin",
        "created_at": datetime.now(UTC),
    }
    workspace = Workspace(id=id_, sandbox=sandbox, **(details | fields))
    async with session(Scope(workspaces=(id_,))) as db:
        db.add(workspace)
        await db.flush()
        db.add(Clock(workspace_id=id_, sandbox=sandbox, now=now if sandbox else None))
    return workspace
