"""Undoing an import, page by page from its end: people get back what they were, unless it was changed again since."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from core.db import Db
from domain.contacts import Origin, Profile
from domain.imports import undone
from models import clocks, contacts, processes
from models.imports.tables import Import, ImportChange, ImportPage
from models.imports.uploads import WORKFLOW

# Whatever is not of this import: an order, a mail that was sent, a change by somebody.
_LIVED = text("""
select c.id from unnest(cast(:ids as uuid[])) as c(id)
where exists (select from events e where e.contact_id = c.id and e.properties ->> 'import_id' is distinct from :import)
""")


async def take_back(db: Db, row: Import) -> bool:
    """Undo the last page that is not undone yet; False when there is none left."""
    query = select(ImportPage).where(col(ImportPage.import_id) == row.id, col(ImportPage.state) == "done")
    page = (await db.execute(query.order_by(col(ImportPage.number).desc()).limit(1))).scalar_one_or_none()
    now = await clocks.now(db, row.workspace_id)
    if page is None:
        row.undo = "finished"
        counts = f"{row.restored:,} restored, {row.removed:,} removed, {row.kept:,} left as they are"
        await processes.note(db, row.workspace_id, f"{WORKFLOW}/{row.id}", now, f"Undone: {counts}")
        return False
    row.undo, page.state = "running", "undone"
    of_page = select(ImportChange).where(
        col(ImportChange.import_id) == row.id, col(ImportChange.page) == page.number
    )
    changes = (await db.execute(of_page)).scalars().all()
    page.kept = [*await _remove(db, row, changes), *await _restore(db, row, changes, now)]
    row.kept += len(page.kept)
    return True


async def _remove(db: Db, row: Import, changes: Sequence[ImportChange]) -> list[dict[str, object]]:
    """Whom the import created goes, unless more has happened with them since."""
    created = {change.contact_id: change for change in changes if change.before is None}
    found = await db.execute(_LIVED, {"ids": list(created), "import": str(row.id)})
    lived = set(found.scalars())
    row.removed += await contacts.remove(db, row.workspace_id, [id_ for id_ in created if id_ not in lived])
    message = "This contact has been active since, so it stays."
    return [{"row": created[id_].row, "message": message} for id_ in lived]


async def _restore(
    db: Db, row: Import, changes: Sequence[ImportChange], now: datetime
) -> list[dict[str, object]]:
    changed = {change.contact_id: change for change in changes if change.before is not None}
    kept = list[dict[str, object]]()

    def back(contact_id: UUID, profile: Profile) -> Profile:
        change = changed[contact_id]
        restored, left = undone(_profile(change.before), _profile(change.after), profile)
        if left:
            kept.append(
                {"row": change.row, "message": f"Changed again since, so it stays: {', '.join(left)}."}
            )
        return restored

    origin = Origin("import", by=row.by, because={"import_id": str(row.id), "undo": True})
    people = await contacts.revise(db, row.workspace_id, list(changed), back, at=now, origin=origin)
    row.restored += sum(person.changed for person in people)
    return kept


def _profile(stored: dict[str, object] | None) -> Profile:
    known = stored or {}
    return Profile(**{**known, "tags": tuple(known["tags"])}) if known else Profile()  # pyright: ignore[reportArgumentType]
