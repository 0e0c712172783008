"""Enrolments: one contact's passage through a version; cohorts: those of one automation that wake together."""

from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text

from models.base import Instant, Owned, belongs_to, instant, json


class Cohort(Owned, table=True):
    """One `CohortWorkflow`: open while anybody is parked in it."""

    __table_args__ = (
        Index("cohorts_open_bucket", "automation_id", "bucket", unique=True, postgresql_where=text("open")),
        Index("cohorts_due", "wakes_at", postgresql_where=text("open")),
    )

    automation_id: UUID = belongs_to("automations")
    bucket: str
    open: bool = True
    wakes_at: Instant = instant()


class Enrolment(Owned, table=True):
    """`node` is where the contact stands, `wake_at` when to look again, `awaits` the message whose outcome it waits for."""

    __table_args__ = (
        UniqueConstraint("automation_id", "contact_id", "entry_key"),
        Index("enrolments_inside", "contact_id", postgresql_where=text("ended_at is null")),
        Index("enrolments_due", "cohort_id", "wake_at", postgresql_where=text("ended_at is null")),
        Index("enrolments_at_node", "automation_id", "node", postgresql_where=text("ended_at is null")),
        Index("enrolments_history", "automation_id", "started_at"),
    )

    automation_id: UUID = belongs_to("automations")
    version_id: UUID = belongs_to("automation_versions")
    contact_id: UUID = belongs_to("contacts")
    entry_key: str
    trigger_event_id: UUID | None = None
    node: str | None = None
    entered_node_at: Instant | None = instant(default=None)
    wake_at: Instant | None = instant(default=None)
    cohort_id: UUID | None = None
    awaits: UUID | None = None
    hop: int = 0
    data: dict[str, Any] = json(
        default_factory=dict
    )  # the trigger event's properties, answers that were kept
    started_at: Instant = instant()
    ended_at: Instant | None = instant(default=None)
    outcome: str | None = None  # finished | goal | exit | failed | removed


class Trail(Owned, table=True):
    """What one run of the kernel decided and why: one row, with its list of steps."""

    __table_args__ = (
        Index("trails_enrolment", "enrolment_id", "id"),
        Index("trails_contact", "contact_id", "automation_id", "id"),
    )

    enrolment_id: UUID = belongs_to("enrolments")
    automation_id: UUID
    contact_id: UUID
    at: Instant = instant()
    steps: list[dict[str, Any]] = json(empty="[]")
