"""Who looks: Maya in her shop, Maya in the sandbox, somebody who may only read, a visitor."""

from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.permissions import ROLES
from web.contexts.base import Clock, Frame, NavCounts, Person, Shell, WorkspaceLink

NOW = datetime(2025, 11, 21, 8, 0, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
_numbers = count(1)


def new_id() -> UUID:
    """Ids in order, the same in every run."""
    return UUID(int=0x01943A00_0000_7000_8000_000000000000 + next(_numbers))


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def ahead(**span: float) -> datetime:
    return NOW + timedelta(**span)


MAYA = Person(id=new_id(), name="Maya Okafor", email="maya@fernhill.example")
TOM = Person(id=new_id(), name="Tom Berger", email="tom@fernhill.example")
SHOP = WorkspaceLink(id=new_id(), name="Fernhill Coffee", detail="Roastery & café")
TRIAL = WorkspaceLink(id=new_id(), name="Fernhill sandbox", detail="Sandbox, for trying things", sandbox=True)
VISIT = Frame(csrf_token="sample-token", now=NOW, zone=ZONE)
SHELL = Shell(
    csrf_token="sample-token",
    now=NOW,
    zone=ZONE,
    person=MAYA,
    workspace=SHOP,
    workspaces=(SHOP, TRIAL),
    counts=NavCounts(automations=4, contacts=2431, inbox=6),
    allowed=ROLES["owner"].permissions,
)
SANDBOX = Shell(
    csrf_token="sample-token",
    now=NOW,
    zone=ZONE,
    person=MAYA,
    workspace=TRIAL,
    workspaces=(SHOP, TRIAL),
    clock=Clock(at=NOW),
    allowed=ROLES["owner"].permissions,
)
VIEWER = Shell(
    csrf_token="sample-token",
    now=NOW,
    zone=ZONE,
    person=TOM,
    workspace=SHOP,
    workspaces=(SHOP,),
    counts=NavCounts(automations=4, contacts=2431),
    allowed=ROLES["viewer"].permissions,
)
