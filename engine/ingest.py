"""Ingest: reports that arrive together are written together; whoever posted is answered when his are committed.

One writer a process. Whatever arrives while a flush is under way is the next flush, so the batch grows with the load and a
lone event waits for nobody.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from core.db import Db, Line, pipeline, scope_to
from domain.contacts import Details, Origin, parse_details
from domain.errors import Invalid
from domain.events import Report, fault
from engine.loops import AWAY
from models import clocks, contacts, events
from models.contacts.identity import Named, identify
from models.events import NewEvent

_LARGEST = 2_000  # reports a flush
_GATHER = 0.005
"""Seconds to wait for those who were just answered: else they come back in two halves, each with a flush of its own."""


@dataclass(slots=True)
class Receipt:
    """What became of one request's reports; `rejected` names them by their place in the request."""

    accepted: int = 0
    duplicates: int = 0
    rejected: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])


@dataclass(slots=True)
class _Request:
    """One request. `rejected` may be filled before it gets here."""

    workspace_id: UUID
    by: str
    reports: Sequence[tuple[int, Report]]
    receipt: Receipt
    answer: asyncio.Future[Receipt]
    events: Sequence[NewEvent] = ()

    def as_given(self) -> "_Request":
        """A copy from before anything was done for it."""
        receipt = Receipt(rejected=list(self.receipt.rejected))
        return _Request(self.workspace_id, self.by, list(self.reports), receipt, self.answer)

    def count(self, stored: set[UUID]) -> None:
        """What is not stored was seen before."""
        self.receipt.accepted = sum(event.id in stored for event in self.events)
        self.receipt.duplicates = len(self.events) - self.receipt.accepted


class Ingest:
    """`await ingest.add(…)` returns when the reports are committed."""

    def __init__(self) -> None:
        self._line = Line()
        self._waiting: list[_Request] = []
        self._writer: asyncio.Task[None] | None = None
        self._expected = 1
        self._all_here = asyncio.Event()
        self._flushed = 0.0

    async def add(
        self, workspace_id: UUID, reports: Sequence[tuple[int, Report]], receipt: Receipt, *, by: str
    ) -> Receipt:
        answer: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Request(workspace_id, by, reports, receipt, answer))
        if len(self._waiting) >= self._expected:
            self._all_here.set()
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        return await answer

    async def close(self) -> None:
        """When nobody posts any more: what was posted last is written down."""
        if self._writer:
            await asyncio.wait([self._writer], timeout=5)
        await self._line.close()

    async def _write(self) -> None:
        while self._waiting:
            await self._gather()
            batch = self._next()
            await _settle(self._line, batch)
            self._flushed = asyncio.get_running_loop().time()
            self._expected = len(batch) + len(self._waiting)

    async def _gather(self) -> None:
        """After a flush, wait a little until as many are here as were in it or came meanwhile: most likely the same."""
        wait = self._flushed + _GATHER - asyncio.get_running_loop().time()
        self._all_here.clear()
        if wait > 0 and len(self._waiting) < self._expected:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._all_here.wait()

    def _next(self) -> list[_Request]:
        """As many whole requests as fit into one flush, and one at least."""
        batch: list[_Request] = []
        size = 0
        while self._waiting and (not batch or size + len(self._waiting[0].reports) <= _LARGEST):
            request = self._waiting.pop(0)
            batch.append(request)
            size += len(request.reports)
        return batch


async def _settle(line: Line, batch: Sequence[_Request]) -> None:
    """Flush and answer. What fails together is tried one by one, so that nobody hears of a fault that is another's."""
    before = [request.as_given() for request in batch]
    try:
        await _flush(line, batch)
    except BaseException as error:  # noqa: BLE001 -- every request hears of it; none is left waiting
        if len(batch) > 1 and isinstance(error, Exception) and not isinstance(error, AWAY):
            for request in before:
                await _settle(line, [request])
            return
        for request in batch:
            if not request.answer.done():
                request.answer.set_exception(error)
    else:
        for request in batch:
            if not request.answer.done():
                request.answer.set_result(request.receipt)


async def _flush(line: Line, batch: Sequence[_Request]) -> None:
    workspaces = tuple({request.workspace_id for request in batch})
    named = {(request.workspace_id, report.whom) for request in batch for _, report in request.reports}
    async with line.session() as db:
        async with pipeline(db):
            await scope_to(db, workspaces)
            now, known = await asyncio.gather(clocks.times(db, workspaces), identify(db, named))
        for request in batch:
            request.reports = _sound(request, now[request.workspace_id])
            await _acquaint(db, request, known, now[request.workspace_id])
        stored = await _append(db, batch, known, now)
    for request in batch:
        request.count(stored)


def _sound(request: _Request, now: datetime) -> list[tuple[int, Report]]:
    sound: list[tuple[int, Report]] = []
    for index, report in request.reports:
        if why := fault(report, now):
            request.receipt.rejected.append((index, why))
        else:
            sound.append((index, report))
    return sound


async def _acquaint(db: Db, request: _Request, known: dict[Named, UUID], now: datetime) -> None:
    """Create contacts that nobody knows yet, and keep what reports say about those whom we know."""
    news = [(i, r) for i, r in request.reports if r.tells_more or (request.workspace_id, r.whom) not in known]
    said = await _details(db, request, news, known) if news else []
    origin = Origin("api", by=request.by)
    for _, report, details in said:
        if report.whom.kind == "id":  # seldom: who knows our id has little to tell us
            contact_id = known[request.workspace_id, report.whom]
            await contacts.change(db, request.workspace_id, [contact_id], details, at=now, origin=origin)
    named = [one for one in said if one[1].whom.kind != "id"]
    written = await contacts.upsert(
        db, request.workspace_id, [one[2] for one in named], at=now, origin=origin
    )
    for (index, report, _), one in zip(named, written, strict=True):
        if one.person is None:
            request.receipt.rejected.append((index, one.conflict))
        else:
            known[request.workspace_id, report.whom] = one.person.id


async def _details(
    db: Db, request: _Request, news: Sequence[tuple[int, Report]], known: dict[Named, UUID]
) -> list[tuple[int, Report, Details]]:
    conventions = await contacts.conventions_of(db, request.workspace_id)
    found: list[tuple[int, Report, Details]] = []
    for index, report in news:
        if report.whom.kind == "id" and (request.workspace_id, report.whom) not in known:
            request.receipt.rejected.append((index, "There is no contact with this id."))
            continue
        try:
            found.append((index, report, parse_details(report.said, conventions)))
        except Invalid as error:
            request.receipt.rejected.append((index, error.message))
    return found


async def _append(
    db: Db, batch: Sequence[_Request], known: dict[Named, UUID], now: dict[UUID, datetime]
) -> set[UUID]:
    for request in batch:
        request.events = _events(request, known, now[request.workspace_id])
    return await events.append(
        db, [one for request in batch for one in request.events], recorded_at=now, last=True
    )


def _events(request: _Request, known: dict[Named, UUID], now: datetime) -> list[NewEvent]:
    turned_away = {index for index, _ in request.receipt.rejected}
    return [
        NewEvent(
            workspace_id=request.workspace_id,
            name=report.name,
            contact_id=known[request.workspace_id, report.whom],
            occurred_at=report.occurred_at or now,
            properties=report.properties,
            source="api",
            idempotency_key=report.idempotency_key,
        )
        for index, report in request.reports
        if index not in turned_away
    ]
