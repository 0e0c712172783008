"""Simulations: rehearsals of a draft, with one person or over what really happened; nothing is sent."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from core.db import Db
from domain.errors import NotFound
from models.automations import Automation
from models.base import Instant, Owned, belongs_to, instant, json, json_or_null


class Simulation(Owned, table=True):
    """`definition` is the draft as it was when this was asked for."""

    automation_id: UUID = belongs_to("automations")
    state: str = "queued"  # queued | running | finished | failed
    definition: dict[str, Any] = json()
    request: dict[str, Any] = json()
    result: dict[str, Any] | None = json_or_null()
    created_at: Instant = instant()


async def add(db: Db, automation: Automation, *, request: dict[str, Any], now: datetime) -> Simulation:
    row = Simulation(
        workspace_id=automation.workspace_id,
        automation_id=automation.id,
        definition=automation.draft,
        request=request,
        created_at=now,
    )
    db.add(row)
    await db.flush()
    return row


async def get(db: Db, simulation_id: UUID) -> Simulation:
    row = (
        await db.execute(select(Simulation).where(col(Simulation.id) == simulation_id))
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("There is no such simulation.")
    return row
