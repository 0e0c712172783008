"""Simulations: what a draft would do, with one person or over what really happened."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api.deps import Db, needs
from api.routes import Router
from models import simulations

router = Router(prefix="/simulations", tags=["Automations"])


class Leg(BaseModel):
    node: str | None = Field(description="The step; null for the trigger.")
    at: datetime
    until: datetime | None
    why: str
    edge: str | None = Field(description='The line that was followed, as "from>to".')


class SimulationOut(BaseModel):
    id: UUID
    state: Literal["queued", "running", "finished", "failed"]
    entries: int = Field(0, description="How many would come in.")
    sends_by_node: dict[str, int] = Field(default_factory=dict)
    dropped: dict[str, int] = Field(
        default_factory=dict, description="Messages that would not go out, by reason."
    )
    path: list[Leg] = Field(default_factory=list, description="With one person: every stop on the way.")


@router.get("/{simulation_id}", dependencies=[needs("automations:read", "contacts:read")])
async def show(simulation_id: UUID, db: Db) -> SimulationOut:
    row = await simulations.get(db, simulation_id)
    return SimulationOut.model_validate({"id": row.id, "state": row.state, **(row.result or {})})
