"""Inbox: the mail that was kept here, as it would have arrived."""

from email.header import decode_header, make_header
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, Response

from core.visits import door
from domain.connections import way
from domain.tracking import Keys, quiet_html, quiet_text
from models import connections, inbox
from models.inbox import Opened
from models.workspaces import Workspace as Row
from web.contexts.base import Listing, Paging
from web.contexts.inbox import Inbox, InboxShow, Mail, MailRow
from web.deps import Db, Pages, View, Workspace, into, needs
from web.pages.tracking import keys

router = Pages()
_PAGE = 50
# A mail may look as it likes and be shown in our own reader; it runs nothing and fetches nothing from elsewhere.
_MAIL_POLICY = "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox allow-popups"
Tab = Literal["preview", "text", "headers"]
Search = Annotated[str, Query(max_length=200)]


@router.get("/inbox", dependencies=[needs("messages:read")])
async def index(
    request: Request,
    db: Db,
    workspace: Workspace,
    view: View,
    q: Search = "",
    contact_id: UUID | None = None,
    after: UUID | None = None,
) -> Response:
    fields = await _list(request, db, workspace, q, contact_id, after)
    return view(Inbox(**fields), fragment="rows" if into(request, "mails") else None)


@router.get("/inbox/{mail_id}", dependencies=[needs("messages:read")])
async def show(
    request: Request,
    mail_id: UUID,
    db: Db,
    workspace: Workspace,
    view: View,
    tab: str = "preview",
) -> Response:
    mail = _mail(mail_id, await inbox.read(db, mail_id), keys(request))
    fields = await _list(request, db, workspace, "", None, None)
    shown: Tab = tab if tab in get_args(Tab) else "preview"  # pyright: ignore[reportAssignmentType]
    reading = into(request, "reader")
    return view(InboxShow(**fields, mail=mail, tab=shown), fragment="reader" if reading else None)


@router.get("/inbox/{mail_id}/html", dependencies=[needs("messages:read")])
async def html(request: Request, mail_id: UUID, db: Db) -> Response:
    """The mail alone, for the frame that shows it: no script of it runs, nothing of ours is within its reach, nothing counts."""
    shown = quiet_html(await inbox.body(db, mail_id), keys(request))
    return HTMLResponse(shown, headers={"Content-Security-Policy": _MAIL_POLICY})


async def _list(
    request: Request,
    db: Db,
    workspace: Row,
    q: str,
    contact_id: UUID | None,
    after: UUID | None,
) -> dict[str, Any]:
    rows = await inbox.page(db, workspace.id, sought=q, contact_id=contact_id, before=after, limit=_PAGE + 1)
    params = {"q": q, "contact_id": str(contact_id or ""), "after": str(after or "")}
    listing = Listing(path="/inbox", params=params)
    older = listing.url(after=str(rows[_PAGE - 1].id)) if len(rows) > _PAGE else None
    newer = listing.url(after=None) if after else None
    shown = [
        MailRow(id=r.id, to=r.to, name=r.name, subject=r.subject, snippet=r.snippet, at=r.at, seen=r.seen)
        for r in rows[:_PAGE]
    ]
    return {
        "listing": listing,
        "rows": tuple(shown),
        "total": await inbox.total(db, workspace.id),
        "paging": Paging(newer=newer, older=older),
        "captured": _is_captured(request, workspace),
    }


def _is_captured(request: Request, workspace: Row) -> bool:
    instance = door(request).settings.smtp_url is not None
    return way(connections.email(workspace), sandbox=workspace.sandbox, instance=instance) == "captured"


def _readable(header: str) -> str:
    """As a mail program shows it: letters beyond ASCII travel in code (RFC 2047)."""
    return str(make_header(decode_header(header)))


def _mail(mail_id: UUID, opened: Opened, signed_with: Keys) -> Mail:
    message = opened.message
    headers = {name: str(value) for name, value in (message.headers or {}).items()}
    return Mail(
        id=mail_id,
        subject=message.subject or "(no subject)",
        sender=_readable(headers.get("From", "")),
        to=message.address or "",
        name=opened.name,
        at=opened.at,
        text=quiet_text(message.text or "", signed_with),
        headers=tuple((name, _readable(value)) for name, value in headers.items()),
        contact_id=message.contact_id,
        automation_id=message.automation_id,
        automation=opened.automation,
        step=opened.step,
        opened_at=message.opened_at,
        clicked_at=message.clicked_at,
    )
