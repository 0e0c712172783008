"""Settings: which way e-mail goes out; trying the mail server, and sending oneself a test."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response

from activities import connections as mailing
from activities.connections import Checked, House
from core.db import Db as Transaction
from core.db import session
from core.visits import door
from domain.connections import PORTS
from domain.errors import Invalid, MainspringError
from domain.people import email_address
from models import connections, holds, messages, rate_limits
from models.workspaces import Workspace as Row
from web.contexts.base import Form
from web.contexts.settings import Connections, TestMail, TestState
from web.deps import (
    Caller,
    Db,
    Now,
    Pages,
    View,
    Workspace,
    current_workspace,
    in_shell,
    needs,
    scope_of,
    see_other,
)
from web.forms import refused, typed

router = Pages(prefix="/settings/connections")
_HERE = "/settings/connections"
_FIELDS = ("channel", "host", "port", "security", "username", "mail_from_name", "mail_from")


@router.get("", dependencies=[needs("settings:read")])
async def show(
    request: Request, view: View, db: Db, workspace: Workspace, test: UUID | None = None
) -> Response:
    return view(await _page(request, db, workspace, test=await _test(db, test) if test else None))


@router.post("", dependencies=[needs("settings:write")])
async def change(request: Request, view: View, db: Db, workspace: Workspace, now: Now) -> Response:
    sent = await request.form()
    values, password = typed(sent, _FIELDS), str(sent.get("password", ""))
    try:
        chosen = await mailing.choose(db, _house(request), workspace, values, password=password, now=now)
    except Invalid as error:
        return view(await _page(request, db, workspace, form=refused(error, values)), status=422)
    words = "Your mail server sends from now on." if chosen.channel == "smtp" else "Saved."
    return see_other(_HERE, toast=words)


@router.post("/check", dependencies=[needs("settings:write")])
async def check(request: Request, caller: Caller) -> Response:
    """With what is typed, saved or not. No transaction is open while the server is dialled: that may take its time."""
    sent = await request.form()
    values = typed(sent, _FIELDS)
    try:
        checked = await _check(request, caller, values, str(sent.get("password", "")))
    except Invalid as error:
        checked = Checked(ok=False, message=_first(error))
    view = await in_shell(request)
    async with session(scope_of(request, caller)) as db:
        workspace = await current_workspace(db, caller)
        page = await _page(request, db, workspace, form=Form(values=values), checked=checked)
    return view(page, fragment="check" if request.headers.get("hx-request") else None)


async def _check(request: Request, caller: Caller, values: Mapping[str, str], password: str) -> Checked:
    async with session(scope_of(request, caller)) as db:
        await rate_limits.hit(db, mailing.CHECKS, str(caller.workspace_id), now=datetime.now(UTC))
    async with session(scope_of(request, caller)) as db:
        workspace = await current_workspace(db, caller)
        server = await mailing.to_check(db, _house(request), workspace, values, password=password)
    return await mailing.check(server)


@router.post("/test", dependencies=[needs("messages:write")])
async def send_test(request: Request, view: View, db: Db, workspace: Workspace, now: Now) -> Response:
    values = typed(await request.form(), ("to",))
    try:
        to = email_address(values.get("to", ""), path="to")
        await rate_limits.hit(db, mailing.TESTS, str(workspace.id), now=datetime.now(UTC))
        made = await mailing.send_test(db, workspace, to=to, now=now)
    except MainspringError as error:
        page = await _page(request, db, workspace, test_form=refused(error, values))
        return view(page, status=error.status)
    return see_other(f"{_HERE}?test={made}#test")


@router.get("/test/{message_id}", dependencies=[needs("settings:read", "messages:read")])
async def follow_test(
    request: Request, message_id: UUID, view: View, db: Db, workspace: Workspace
) -> Response:
    return view(await _page(request, db, workspace, test=await _test(db, message_id)), fragment="test")


async def _page(
    request: Request,
    db: Transaction,
    workspace: Row,
    *,
    form: Form | None = None,
    checked: Checked | None = None,
    test: TestMail | None = None,
    test_form: Form | None = None,
) -> Connections:
    house, chosen = _house(request), connections.email(workspace)
    held = await holds.in_force(db, [workspace.id])
    return Connections(
        in_force=house.way(chosen, sandbox=workspace.sandbox),
        form=form or Form(values=_values(workspace, instance=house.server is not None)),
        server=str(chosen.server) if chosen.server else "",
        instance=house.server is not None,
        sandbox=workspace.sandbox,
        has_password=await connections.has_password(db, workspace.id),
        held=any(scope == "workspace" or (scope, about) == ("channel", "email") for _, scope, about in held),
        checked="" if checked is None else "ok" if checked.ok else "failed",
        check_detail=checked.message if checked else "",
        check_advice=checked.advice if checked else "",
        test=test,
        test_form=test_form or Form(),
    )


def _values(workspace: Row, *, instance: bool) -> dict[str, str]:
    chosen = connections.email(workspace)
    channel = chosen.channel if chosen.channel != "default" or instance else "captured"
    server = (
        chosen.server.model_dump() if chosen.server else {"security": "starttls", "port": PORTS["starttls"]}
    )
    sender = {"mail_from_name": workspace.mail_from_name or workspace.name, "mail_from": workspace.mail_from}
    return {name: str(value) for name, value in {"channel": channel, **server, **sender}.items()}


async def _test(db: Transaction, message_id: UUID) -> TestMail:
    row = await messages.get(db, message_id)
    state = _STATES.get(row.state, "failed")
    return TestMail(id=row.id, to=row.address or "", state=state, reason=row.reason or "")


_STATES: Mapping[str, TestState] = {
    "reserved": "waiting",
    "sending": "waiting",
    "sent": "sent",
    "delivered": "sent",
    "unknown": "unknown",
}


def _first(error: Invalid) -> str:
    return error.problems[0].message if error.problems else error.message


def _house(request: Request) -> House:
    return House.of(door(request).settings)
