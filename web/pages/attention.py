"""Needs attention: messages that failed or are in doubt, what happened to them, and what to do about it."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any, get_args
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response

from activities import attention as deciding
from core.db import Db as Transaction
from domain.definitions.describing import titled
from domain.definitions.reading import read_draft
from domain.errors import Invalid, NotFound
from domain.steps import STEPS
from models import activity, attention, automations
from models.attention import Group as Row
from models.attention import Listed, State, Which
from web import looks
from web.contexts.attention import Attention, AttentionMessages, Group, UnsettledMessage
from web.contexts.base import Listing, Paging
from web.deps import Caller, Db, Now, Pages, View, into, needs, see_other
from web.formats import plural
from web.waiting import tabs

router = Pages(prefix="/processes/attention")
_HERE = "/processes/attention"
_PAGE = 50
_RECENT = timedelta(days=30)
_NOUNS: Mapping[str, str] = {"email": "e-mail", "http": "call to a web address", "sms": "text message"}
_MANY: Mapping[str, str] = {"call to a web address": "calls to web addresses"}
_ICONS: Mapping[str, str] = {"email": "mail", "http": "world-share"}
_NAMES = ("state", "channel", "automation_id", "node", "reason")


@router.get("", dependencies=[needs("processes:read", "messages:read")])
async def index(db: Db, caller: Caller, now: Now, view: View) -> Response:
    rows = await attention.groups(db, caller.workspace_id)
    steps = await _steps(db, rows)
    waiting = await activity.waiting(db, caller.workspace_id, now - _RECENT)
    page = Attention(
        tabs=await tabs(db, caller.workspace_id),
        groups=tuple(_group(row, steps) for row in rows),
        failed_processes=waiting.failed_processes,
    )
    return view(page)


@router.get("/messages", dependencies=[needs("processes:read", "messages:read")])
async def group(request: Request, db: Db, caller: Caller, view: View, after: UUID | None = None) -> Response:
    """The messages of one group, one by one."""
    which = _which(request.query_params)
    found = await attention.groups(db, caller.workspace_id, which)
    if not found:
        raise NotFound("Nothing is left to decide here. Somebody has taken care of it.")
    rows = await attention.page(db, caller.workspace_id, which, before=after, limit=_PAGE + 1)
    listing = Listing(path=f"{_HERE}/messages", params={**_fields(which), "after": str(after or "")})
    older = listing.url(after=str(rows[_PAGE - 1].id)) if len(rows) > _PAGE else None
    page = AttentionMessages(
        group=_group(found[0], await _steps(db, found[:1])),
        listing=listing,
        rows=tuple(_message(row) for row in rows[:_PAGE]),
        paging=Paging(newer=listing.url(after=None) if after else None, older=older),
    )
    return view(page, fragment="rows" if into(request, "unsettled") else None)


@router.post("/retry", dependencies=[needs("messages:write")])
async def retry(request: Request, db: Db, caller: Caller) -> Response:
    which = _which(await request.form())
    done = await deciding.retry(db, caller.workspace_id, which)
    return await _back(db, caller, which, _retried(done))


@router.post("/resolve", dependencies=[needs("messages:write")])
async def resolve(request: Request, db: Db, caller: Caller, now: Now) -> Response:
    sent = await request.form()
    which, outcome = _which(sent), str(sent.get("outcome", ""))
    known = next((one for one in get_args(deciding.Outcome) if one == outcome), None)
    if known is None:
        raise Invalid("Say whether it was sent.")
    done = await deciding.resolve(db, caller.workspace_id, which, known, by=caller.name, now=now)
    words = "counts as sent" if outcome == "sent" else "stays unsent"
    return await _back(db, caller, which, f"{plural(done.count, 'message')} {words}. It is settled.")


async def _back(db: Transaction, caller: Caller, which: Which, toast: str) -> Response:
    """To the group while something is left of it."""
    whole = Which(**{**asdict(which), "message_id": None})
    left = which.message_id and await attention.count(db, caller.workspace_id, whole)
    return see_other(f"{_HERE}/messages?{urlencode(_fields(whole))}" if left else _HERE, toast=toast)


def _retried(done: deciding.Done) -> str:
    if done.held and not done.count:
        return "A hold keeps these back. Release it first."
    kept = f" {done.held:,} stay here until their hold is released." if done.held else ""
    return f"{plural(done.count, 'message')} on the way again.{kept}"


def _which(sent: Mapping[str, Any]) -> Which:
    """What a form or an address names; it must name something, or everything would be meant."""
    said = {name: str(sent[name]) for name in ("message_id", *_NAMES) if name in sent}
    if not said:
        raise Invalid("Say which messages are meant. Go back and press the button beside them.")
    return Which(
        message_id=_id(said.get("message_id")),
        state=_state(said.get("state")),
        channel=said.get("channel"),
        automation_id=_id(said.get("automation_id")),
        node=said.get("node"),
        reason=said.get("reason"),
    )


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFound("There is no such message.") from None


def _state(text: str | None) -> State | None:
    return next((known for known in get_args(State) if known == text), None)


def _fields(which: Which) -> dict[str, str]:
    named = {name: getattr(which, name) for name in _NAMES}
    return {name: str(value) for name, value in named.items() if value is not None}


async def _steps(db: Transaction, rows: list[Row]) -> dict[tuple[UUID | None, str | None], str]:
    """What the steps are called in the versions that they were sent from."""
    versions = {row.version_id for row in rows if row.version_id}
    drawn = {one.version_id: one.definition for one in await automations.published(db, versions)}
    return {(row.version_id, row.node): _step(drawn.get(row.version_id), row.node) for row in rows}  # pyright: ignore[reportArgumentType] -- None is in no version


def _step(definition: dict[str, Any] | None, node: str | None) -> str:
    found = read_draft(definition).definition.nodes.get(node or "") if definition else None
    return titled(found, STEPS) if found else node or ""


def _group(row: Row, steps: Mapping[tuple[UUID | None, str | None], str]) -> Group:
    noun = _NOUNS.get(row.channel, "message")
    counted = plural(row.count, noun, _MANY.get(noun, ""))
    fields = {name: str(value) for name in _NAMES if (value := getattr(row, name)) is not None}
    return Group(
        state=row.state,
        count=row.count,
        title=f"{counted} may or may not have arrived"
        if row.state == "unknown"
        else f"{counted} could not be sent",
        reason=_sentence(row.reason),
        noun=noun,
        step=steps.get((row.version_id, row.node), ""),
        automation=row.automation or ("Tests" if row.automation_id is None else "An automation that is gone"),
        automation_id=row.automation_id if row.automation else None,
        icon=_ICONS.get(row.channel, "send"),
        tile=looks.of_step("send_email").kind if row.channel == "email" else "data",
        last_at=row.last_at,
        url=f"{_HERE}/messages?{urlencode(fields)}",
        fields=fields,
    )


def _sentence(reason: str) -> str:
    said = reason.strip() or "No reason is known"
    return f"{said[0].upper()}{said[1:]}{'' if said[-1] in '.!?…' else '.'}"


def _message(row: Listed) -> UnsettledMessage:
    return UnsettledMessage(
        id=row.id,
        contact_id=row.contact_id,
        name=row.name or "Somebody who was erased",
        address=row.address if row.address != row.name else "",
        subject=row.subject,
        reason=_sentence(row.reason),
        state=row.state,
        at=row.created_at,
    )
