"""Contacts for tests: written as the product writes them, with their events."""

from datetime import datetime
from typing import Any
from uuid import UUID

from core.db import Db
from domain.contacts import STANDARD, Details, Origin
from domain.ids import new_id
from models import contacts
from tests.factories.workspaces import FRIDAY

ORIGIN = Origin("api", by="Web shop")


def make_details(**said: Any) -> Details:
    """`make_details(email=…, tags=("vip",), attributes={…}, consent={…})`; already in the form that is kept."""
    standard = {name: said.pop(name) for name in STANDARD if name in said}
    return Details(standard, **said)


async def make_contact(
    db: Db, workspace_id: UUID, *, at: datetime = FRIDAY, origin: Origin = ORIGIN, **said: Any
) -> contacts.Person:
    """A contact of its own, with an address that nobody else has unless one is given."""
    said.setdefault("email", f"ada.{new_id().hex}@example.com")
    written = await contacts.put(db, workspace_id, make_details(**said), at=at, origin=origin)
    assert written.person
    return written.person
