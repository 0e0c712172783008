"""What passes between workflows, their activities and the sandbox clock: frozen payloads that carry ids, never people.

New fields get defaults: recorded histories must stay readable.
"""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

# At one instant, kinds are woken in this order: a payment of day 3 must be able to suppress the reminder of day 3.
RANKS = {"payment": 0, "reminder": 2}
DEFAULT_RANK = 1


class Payload(BaseModel):
    model_config = ConfigDict(frozen=True)


class Time(Payload):
    """The clock's part of a workflow's input. `now` is None in a real workspace, the standing instant in a sandbox."""

    workspace_id: UUID
    now: datetime | None = None
    parks: int = 0
    seen: int = 0
    reaped: tuple[str, ...] = ()


class Spawned(Payload):
    """A child that its parent awaits."""

    workflow_id: str
    kind: str


class Park(Payload):
    """A process says that it waits: until when, which delivery it has seen last, what became of its children."""

    workspace_id: UUID
    workflow_id: str
    kind: str
    parks: int
    seen: int
    until: datetime | None = None
    done: bool = False
    failed: bool = False
    waits_for: str | None = None
    spawned: tuple[Spawned, ...] = ()
    reaped: tuple[str, ...] = ()


class Start(Payload):
    """The input of every workflow: whose process it is. All else is read from the rows, so a lost one can be started again."""

    time: Time
    subject_id: UUID


class Advance(Payload):
    """Move everybody of a cohort who is due by `now`."""

    workspace_id: UUID
    cohort_id: UUID
    now: datetime


class Tick(Payload):
    """Let in whoever a schedule names: at `due`, or only look when that will be."""

    workspace_id: UUID
    automation_id: UUID
    now: datetime
    due: datetime | None = None


class Wake(Payload):
    """A numbered delivery; what it is about is in the rows."""

    number: int | None = None


class Rest(Payload):
    """What a process does next: wait `until` an instant (None: until it is told), or end."""

    until: datetime | None = None
    over: bool = False
