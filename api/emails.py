"""E-mails while they are being written: how one will look for somebody, and a test that is sent to oneself."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, Field

from activities import emails
from activities.connections import TESTS
from api.deps import Db, Now, Workspace, needs
from api.routes import Body, Router
from core.db import Db as Transaction
from core.templating import Failure, Rendered, Renderer, Template
from domain.emails import Compilation, CompiledEmail, Draft, compile_email
from domain.errors import Invalid
from domain.ids import new_id
from domain.people import email_address
from domain.tracking import finish_html, finish_line, finish_text
from models import facts, messages, rate_limits
from models.messages import NewMessage
from models.workspaces import Workspace as WorkspaceRow

router = Router(prefix="/emails", tags=["Messages"])
Text = Annotated[str, Field(max_length=300_000)]
Line = Annotated[str, Field(max_length=500)]

SOMEBODY: dict[str, Any] = {
    "id": "01890000-0000-7000-8000-000000000000",
    "email": "alex@example.com",
    "first_name": "Alex",
    "last_name": "Example",
    "phone": None,
    "external_id": None,
    "time_zone": "Europe/Berlin",
    "tags": [],
}


class Written(Body):
    subject: Line = ""
    preheader: Line = ""
    body: Text
    contact_id: UUID | None = Field(
        None, description="For whom to fill it in; otherwise for an invented person."
    )


class Problem(BaseModel):
    line: int = Field(description="Where in the body; 0 when it is about the whole.")
    message: str
    severity: str


class Preview(BaseModel):
    subject: str
    html: str
    text: str
    problems: list[Problem]


class TestMail(Body):
    subject: Line
    body: Text
    preheader: Line = ""
    to: Annotated[str, Field(max_length=320)]
    contact_id: UUID | None = None


class TestSent(BaseModel):
    message_id: UUID


@router.post("/preview", dependencies=[needs("automations:read")])
async def preview(written: Written, request: Request, db: Db, workspace: Workspace) -> Preview:
    """What somebody will see, and what should be mended before it is sent."""
    draft = Draft(subject=written.subject or "-", body=written.body, preheader=written.preheader)
    compiled = await _compile(draft)
    problems = [Problem(line=p.line, message=p.message, severity=p.severity) for p in compiled.problems]
    if compiled.email is None:
        return Preview(subject=written.subject, html="", text="", problems=problems)
    filled = await _fill_in(request, db, workspace, compiled.email, written.contact_id)
    if not isinstance(filled, Rendered):
        fault = Problem(line=filled.line, message=filled.message, severity="error")
        return Preview(subject=written.subject, html="", text="", problems=[*problems, fault])
    return Preview(
        subject=finish_line(filled["subject"]) if written.subject else "",
        html=finish_html(filled["html"], None),
        text=finish_text(filled.parts.get("text", ""), None),
        problems=problems,
    )


@router.post("/test", status_code=202, dependencies=[needs("messages:write")])
async def send_test(asked: TestMail, request: Request, db: Db, workspace: Workspace, now: Now) -> TestSent:
    """Send it to one address, filled in for one person. It goes the way that all mail goes, and counts for nothing."""
    to = email_address(asked.to, path="to")
    await rate_limits.hit(db, TESTS, str(workspace.id), now=datetime.now(UTC))
    compiled = await _compile(Draft(subject=asked.subject, body=asked.body, preheader=asked.preheader))
    if compiled.email is None:
        raise Invalid(compiled.problems[0].message)
    filled = await _fill_in(request, db, workspace, compiled.email, asked.contact_id)
    if not isinstance(filled, Rendered):
        raise Invalid(filled.message)
    row = await _keep(db, workspace.id, filled, to=to, now=now)
    return TestSent(message_id=row)


async def _compile(draft: Draft) -> Compilation:
    """In a thread: a long body takes long enough to be felt by everybody whom this process answers."""
    return await asyncio.to_thread(compile_email, draft)


async def _fill_in(
    request: Request, db: Transaction, workspace: WorkspaceRow, mail: CompiledEmail, contact_id: UUID | None
) -> Rendered | Failure:
    renderer: Renderer = request.app.state.renderer
    context = {"contact": SOMEBODY, "event": {}, "data": {}, "unsubscribe_url": "#"}
    if contact_id:
        known = (await facts.load(db, [contact_id])).get(contact_id)
        if known is None:
            raise Invalid.at("contact_id", "There is no such contact.")
        context |= emails.values(known.facts)
    common = {"workspace": emails.place(workspace)}
    [outcome] = await renderer.render_many(
        Template(mail.parts()), [context], common=common, tenant=str(workspace.id)
    )
    return outcome


async def _keep(db: Transaction, workspace_id: UUID, filled: Rendered, *, to: str, now: datetime) -> UUID:
    row = NewMessage(workspace_id, "email", None, f"test:{new_id()}", now, address=to)
    await messages.reserve(db, [row])
    written = messages.Body(
        subject=f"[Test] {finish_line(filled['subject'])}",
        html=finish_html(filled["html"], None),
        text=finish_text(filled.parts.get("text", ""), None),
    )
    await messages.write(db, row.id, written)
    await messages.announce(db)
    return row.id
