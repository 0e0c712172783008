"""Connections: how e-mail goes out, with what mail server, and whether that one answers."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, Field

from activities import connections as mailing
from activities.connections import House
from api.deps import Caller, Db, Now, Workspace, current_workspace, needs
from api.routes import Body, Router
from core.db import Db as Transaction
from core.db import session
from core.visits import door, scope_of
from domain.connections import Channel, Security, Way
from domain.people import email_address
from models import connections, rate_limits
from models.workspaces import Workspace as WorkspaceRow

router = Router(prefix="/connections", tags=["Connections"])


class ServerOut(BaseModel):
    host: str
    port: int
    security: Security
    username: str
    has_password: bool = Field(description="The password itself is sealed and never shown.")


class EmailConnectionOut(BaseModel):
    """How e-mail goes out."""

    channel: Channel = Field(description="What was chosen; `default` is what this instance does by itself.")
    in_force: Way = Field(description="Where e-mail really goes: a sandbox always captures.")
    server: ServerOut | None
    mail_from_name: str
    mail_from: str


class EmailConnectionChange(Body):
    """The fields of the server are read when `channel` is `smtp`."""

    channel: Channel = Field(description="captured: nothing leaves; smtp: over your own mail server.")
    host: str = Field("", max_length=400, examples=["smtp.fernhill.example"])
    port: int = Field(587, examples=[587])
    security: Security = "starttls"
    username: str = Field("", max_length=400, examples=["hello@fernhill.example"])
    password: str | None = Field(
        None,
        max_length=2_000,
        description="Left out: the one that is kept goes on being used.",
        examples=["secret"],
    )
    mail_from_name: str | None = Field(None, max_length=400, examples=["Fernhill Coffee"])
    mail_from: str | None = Field(None, max_length=400, examples=["hello@fernhill.example"])

    def typed(self) -> dict[str, str]:
        return {
            name: str(value)
            for name, value in self.model_dump(exclude={"password"}).items()
            if value is not None
        }


class CheckOut(BaseModel):
    ok: bool
    message: str = Field(description="What happened.")
    advice: str = Field(description="What to do next, when it did not work.")


class TestMail(Body):
    to: Annotated[str, Field(max_length=320, examples=["maya@fernhill.example"])]


class TestSent(BaseModel):
    message_id: UUID = Field(description="`GET /messages/{message_id}` tells what became of it.")


@router.get("/email", dependencies=[needs("settings:read")])
async def read_email_connection(request: Request, db: Db, workspace: Workspace) -> EmailConnectionOut:
    """What was chosen, and where e-mail really goes."""
    return await _shown(db, house_of(request), workspace)


@router.put("/email", dependencies=[needs("settings:write")])
async def change_email_connection(
    wanted: EmailConnectionChange, request: Request, db: Db, workspace: Workspace, now: Now
) -> EmailConnectionOut:
    """Choose how e-mail goes out. What waits is sent that way from now on."""
    house = house_of(request)
    await mailing.choose(db, house, workspace, wanted.typed(), password=wanted.password, now=now)
    return await _shown(db, house, workspace)


@router.post("/email/check", dependencies=[needs("settings:write")])
async def check_email_connection(
    request: Request, caller: Caller, wanted: EmailConnectionChange | None = None
) -> CheckOut:
    """Dial the mail server and sign in; nothing is sent. Without a body, what is in force is tried."""
    async with session(scope_of(request, caller)) as db:
        await rate_limits.hit(db, mailing.CHECKS, str(caller.workspace_id), now=datetime.now(UTC))
    async with session(scope_of(request, caller)) as db:  # let go of before the call, which may take its time
        server = await mailing.to_check(
            db,
            house_of(request),
            await current_workspace(db, caller),
            wanted.typed() if wanted else None,
            password=wanted.password if wanted else None,
        )
    return CheckOut.model_validate(await mailing.check(server), from_attributes=True)


@router.post("/email/test", status_code=202, dependencies=[needs("messages:write")])
async def send_test_over_connection(asked: TestMail, db: Db, workspace: Workspace, now: Now) -> TestSent:
    """Send a short mail to one address, the way that all mail goes."""
    to = email_address(asked.to, path="to")
    await rate_limits.hit(db, mailing.TESTS, str(workspace.id), now=datetime.now(UTC))
    return TestSent(message_id=await mailing.send_test(db, workspace, to=to, now=now))


def house_of(request: Request) -> House:
    return House.of(door(request).settings)


async def _shown(db: Transaction, house: House, workspace: WorkspaceRow) -> EmailConnectionOut:
    chosen = connections.email(workspace)
    server = (
        ServerOut(**chosen.server.model_dump(), has_password=await connections.has_password(db, workspace.id))
        if chosen.server
        else None
    )
    return EmailConnectionOut(
        channel=chosen.channel,
        in_force=house.way(chosen, sandbox=workspace.sandbox),
        server=server,
        mail_from_name=workspace.mail_from_name,
        mail_from=workspace.mail_from,
    )
