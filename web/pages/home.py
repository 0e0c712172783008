"""Home: what needs somebody, what is happening now, and how the automations do."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response, StreamingResponse

from core.db import Db as Transaction
from core.db import Scope, session
from domain.definitions.reading import read_draft
from domain.events import SYSTEM, words
from models import activity, automations, counts, numbers
from models.activity import DAYS, Daily, Happened
from models.automations import Listed
from models.workspaces import Workspace as WorkspaceRow
from web import looks
from web.contexts.drawing import Chart, Series
from web.contexts.home import (
    FeedItem,
    FeedMessage,
    FirstStep,
    Funnel,
    FunnelStage,
    Home,
    Need,
    RunningAutomation,
    Stat,
)
from web.deps import Caller, Db, Now, Pages, View, Workspace, needs

router = Pages()
_FEED_EVERY = 2.0  # seconds
_FEED_FOR = 600.0  # seconds, after which the browser connects again
_MOST_SERIES = 3


@router.get("/", dependencies=[needs()])
async def home(db: Db, workspace: Workspace, caller: Caller, now: Now, view: View) -> Response:
    today = now.date()
    listed = await automations.page(db, workspace.id, before=None, limit=200, states=["live"])
    sums = await numbers.summaries(db, [one.row.id for one in listed], today)
    running = sorted(listed, key=lambda one: -sums[one.row.id].entered)
    page = Home(
        today=today,
        stats=_stats(await activity.daily(db, workspace.id, today)),
        sent=_chart(await activity.sent_by_automation(db, workspace.id, today), today),
        needs=await _needs(db, workspace, caller, now),
        automations=tuple(
            RunningAutomation(
                id=one.row.id,
                name=one.row.name,
                state=one.state,
                inside=sums[one.row.id].inside,
                goal_rate=_rate(sums[one.row.id].goals, sums[one.row.id].entered)
                if one.row.draft.get("goal")
                else None,
            )
            for one in running[:5]
        ),
        funnel=await _funnel(db, running[0]) if running else None,
        feed=tuple(_item(one) for one in await activity.latest(db, workspace.id, limit=12)),
        first_steps=await _first_steps(db, workspace, caller, running),
    )
    return view(page)


@router.get("/home/feed", dependencies=[needs()])
async def feed(request: Request, caller: Caller, view: View) -> Response:
    """Server-sent events: what happens, as it happens."""
    return StreamingResponse(_follow(request, caller.workspace_id, view), media_type="text/event-stream")


async def _follow(request: Request, workspace_id: UUID, view: View) -> AsyncGenerator[str]:
    last = await _newest(workspace_id)
    for _ in range(int(_FEED_FOR / _FEED_EVERY)):
        if await request.is_disconnected():
            return
        async with session(Scope(workspaces=(workspace_id,))) as db:
            fresh = await activity.latest(db, workspace_id, after=last, limit=10)
        for one in reversed(fresh):
            html = bytes(view(FeedMessage(item=_item(one))).body).decode()
            yield "".join(f"data: {line}\n" for line in html.strip().splitlines()) + "\n"
            last = one.id
        yield ": here\n\n"
        await asyncio.sleep(_FEED_EVERY)


async def _newest(workspace_id: UUID) -> UUID | None:
    async with session(Scope(workspaces=(workspace_id,))) as db:
        found = await activity.latest(db, workspace_id, limit=1)
    return found[0].id if found else None


def _item(one: Happened) -> FeedItem:
    look = looks.of_event(one.name)
    return FeedItem(
        at=one.occurred_at,
        icon=look.icon,
        kind=look.kind,
        who=one.who,
        text=_text(one),
        url=f"/contacts/{one.contact_id}" if one.contact_id else None,
    )


def _text(one: Happened) -> str:
    """What a shop reports is a name, not the end of a sentence."""
    told = words(one.name, one.properties)
    return told if one.name in SYSTEM else f"· {told}"


def _stats(daily: Daily) -> tuple[Stat, ...]:
    sent, before = sum(daily.sent[-DAYS:]), sum(daily.sent[:DAYS])
    opened = _rate(sum(daily.opened[-DAYS:]), sent)
    clicked = _rate(sum(daily.clicked[-DAYS:]), sent)
    joined, joined_before = sum(daily.joined[-DAYS:]), sum(daily.joined[:DAYS])
    return (
        _stat("New contacts", f"{joined:,}", _growth(joined, joined_before), daily.joined, 5),
        _stat("E-mails sent", f"{sent:,}", _growth(sent, before), daily.sent, 1),
        _stat(
            "Opened",
            f"{opened:.1%}" if sent else "–",
            _points(opened, _rate(sum(daily.opened[:DAYS]), before)),
            daily.opened,
            4,
        ),
        _stat(
            "Clicked",
            f"{clicked:.1%}" if sent else "–",
            _points(clicked, _rate(sum(daily.clicked[:DAYS]), before)),
            daily.clicked,
            3,
        ),
    )


def _stat(
    label: str, value: str, change: tuple[str, bool | None], points: Sequence[int], series: int
) -> Stat:
    words_, good = change
    return Stat(
        label=label,
        value=value,
        change=words_,
        good=good,
        detail="in 30 days",
        points=tuple(float(one) for one in points[-DAYS:]),
        series=series,
    )


def _rate(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _growth(now: int, before: int) -> tuple[str, bool | None]:
    if not before or now == before:
        return "", None
    change = (now - before) / before
    return f"{change:+.0%}".replace("-", "−"), change > 0


def _points(now: float, before: float) -> tuple[str, bool | None]:
    change = 100 * (now - before)
    if not before or abs(change) < 0.05:
        return "", None
    return f"{change:+.1f} pts".replace("-", "−"), change > 0


def _chart(sent: dict[str, dict[date, int]], today: date) -> Chart:
    days = tuple(today - timedelta(days=n) for n in reversed(range(DAYS)))
    by_size = sorted(sent, key=lambda name: -sum(sent[name].values()))
    series = [
        Series(label=name, values=tuple(sent[name].get(day, 0) for day in days))
        for name in by_size[:_MOST_SERIES]
    ]
    rest = by_size[_MOST_SERIES:]
    if rest:
        values = tuple(sum(sent[name].get(day, 0) for name in rest) for day in days)
        series.append(Series(label="Others", values=values))
    return Chart(days=days, series=tuple(series))


async def _needs(db: Transaction, workspace: WorkspaceRow, caller: Caller, now: datetime) -> tuple[Need, ...]:
    waiting = await activity.waiting(db, workspace.id, now - timedelta(days=DAYS))
    found: list[Need] = []
    if waiting.unknown:
        text = f"{_counted(waiting.unknown, 'message')} may or may not have arrived"
        found.append(Need(text=text, action="Look", url="/processes/attention", tone="warn"))
    if waiting.failed:
        found.append(
            Need(
                text=f"{_counted(waiting.failed, 'message')} could not be sent",
                action="Look",
                url="/processes/attention",
            )
        )
    if waiting.held:
        found.append(
            Need(
                text=f"{_counted(waiting.held, 'thing')} on hold",
                action="Release" if _may_release(caller) else "Look",
                url="/processes/holds",
            )
        )
    if not workspace.postal_address:
        found.append(
            Need(
                text="Your e-mails lack a postal address",
                action="Add it" if caller.may("settings:write") else "Look",
                url="/settings/workspace",
                tone="warn",
            )
        )
    return tuple(found)


def _may_release(caller: Caller) -> bool:
    return caller.may("automations:approve") and caller.may("processes:write")


def _counted(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


async def _funnel(db: Transaction, listed: Listed) -> Funnel:
    found = await numbers.of_automation(db, listed.row.id)
    stages = [FunnelStage(label="Started", count=found.entered)]
    mailed = [node for node in found.nodes.values() if node.sent]
    if mailed:
        first = max(mailed, key=lambda node: node.sent)
        stages += [
            FunnelStage(label="Got an e-mail", count=first.sent),
            FunnelStage(label="Opened it", count=first.opened),
            FunnelStage(label="Clicked", count=first.clicked),
        ]
    if read_draft(listed.row.draft).definition.goal:
        stages.append(FunnelStage(label="Goal", count=found.goal))
    return Funnel(automation_id=listed.row.id, name=listed.row.name, stages=tuple(stages))


async def _first_steps(
    db: Transaction, workspace: WorkspaceRow, caller: Caller, running: Sequence[Listed]
) -> tuple[FirstStep, ...]:
    """Whoever may do none of them is not asked to."""
    known = await counts.of(db, workspace.id)
    steps = {
        "settings:write": FirstStep(
            title="Say who you are",
            text="Your name and address stand at the end of every e-mail; the law asks for them.",
            action="Open settings",
            url="/settings/workspace",
            done=bool(workspace.postal_address),
        ),
        "contacts:write": FirstStep(
            title="Bring your contacts",
            text="From a file of any shop or newsletter tool; you see what happens before it does.",
            action="Import",
            url="/contacts/import",
            done=known.contacts > 0,
        ),
        "automations:write": FirstStep(
            title="Start your first automation",
            text="Take a recipe, change the words, publish.",
            action="Choose a recipe",
            url="/automations/new",
            done=bool(running),
        ),
    }
    theirs = tuple(step for permission, step in steps.items() if caller.may(permission))
    return () if all(step.done for step in theirs) else theirs
