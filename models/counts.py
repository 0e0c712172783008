"""Counts: the numbers beside the navigation, of one workspace, in one statement."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from core.db import Db


@dataclass(frozen=True, slots=True)
class Counts:
    automations: int
    contacts: int
    inbox: int  # mail in the captured inbox that nobody has looked at
    processes: int  # those that are not over


_COUNTS = text("""
select (select count(*) from automations where workspace_id = :id and state <> 'archived'),
       (select count(*) from contacts where workspace_id = :id),
       (select count(*) from captured_mails where workspace_id = :id and not seen),
       (select count(*) from processes where workspace_id = :id and not done)
""")


async def of(db: Db, workspace_id: UUID) -> Counts:
    return Counts(*(await db.execute(_COUNTS, {"id": workspace_id})).one())
