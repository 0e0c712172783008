"""Keeps the child processes, shares them fairly among tenants, and gets an outcome for every context, whatever happens."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Self
from weakref import WeakValueDictionary

import orjson

from core.templating.outcomes import Failure, Outcome, failure
from core.templating.process import Answer, Process
from core.templating.templates import Template

MAX_BATCH = 500
MAX_BATCH_BYTES = 1_000_000
GIVE_UP_AFTER = 5
"""So many contexts in a row that ran into a limit, and the others of the call are not tried."""

_HEAVY = frozenset({"too_slow", "too_much_memory", "too_big"})


class Renderer:
    """`async with Renderer() as renderer: await renderer.render(Template.text("Hi {{ name }}"), {"name": "Ada"})`.

    A tenant occupies one child at a time and gives it back after 0.3 s of work, so nobody waits long for anybody.
    """

    def __init__(self, *, children: int = 2) -> None:
        self._processes = [Process() for _ in range(children)]
        self._idle: asyncio.Queue[Process] = asyncio.Queue()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        for process in self._processes:
            self._idle.put_nowait(process)

    async def start(self) -> None:
        """Optional: children start by themselves when they are first needed, which takes a tenth of a second."""
        await asyncio.gather(*(process.start() for process in self._processes))

    async def warm(self) -> None:
        """Start one child beside whatever else is going on, so that nobody has to wait for it."""
        process = await self._idle.get()
        try:
            await process.start()
        finally:
            self._idle.put_nowait(process)

    async def stop(self) -> None:
        await asyncio.gather(*(process.stop() for process in self._processes))

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def render(self, template: Template, context: Mapping[str, Any], *, tenant: str = "") -> Outcome:
        (outcome,) = await self.render_many(template, [context], tenant=tenant)
        return outcome

    async def render_many(
        self,
        template: Template,
        contexts: Sequence[Mapping[str, Any]],
        *,
        common: Mapping[str, Any] | None = None,
        tenant: str = "",
    ) -> list[Outcome]:
        """One outcome for each context, in order. `common` holds values that all of them share."""
        work = Work(
            template, orjson.dumps(common or {}, default=str), [_encoded(context) for context in contexts]
        )
        turn = self._turns.setdefault(tenant, asyncio.Lock())
        while not work.is_finished:
            async with turn:
                await self._advance(work)
        return work.outcomes

    async def _advance(self, work: "Work") -> None:
        process = await self._idle.get()
        try:
            answer = await process.ask(work.next_request())
        finally:
            self._idle.put_nowait(process)
        work.take(answer)


class Work:
    """The contexts of one call, those that are done and those that are left.

    When a child has died, the rest is tried one by one until the context that kills is found; it alone fails.
    """

    def __init__(self, template: Template, common: bytes, contexts: Sequence[bytes | None]) -> None:
        self.outcomes: list[Outcome] = []
        self._head = b'{"key":"%b","parts":%b,"common":%b,"contexts":[' % (
            template.key.encode(),
            template.wire,
            common,
        )
        self._contexts = contexts
        self._alone = False
        self._heavy_in_a_row = 0
        self._skip_unreadable()

    @property
    def is_finished(self) -> bool:
        return len(self.outcomes) == len(self._contexts)

    def next_request(self) -> bytes:
        batch, size = list[bytes](), 0
        for context in self._contexts[len(self.outcomes) :][: 1 if self._alone else MAX_BATCH]:
            if context is None or (batch and size + len(context) > MAX_BATCH_BYTES):
                break
            batch.append(context)
            size += len(context)
        return self._head + b",".join(batch) + b"]}"

    def take(self, answer: Answer) -> None:
        for outcome in answer.outcomes:
            self._add(outcome)
        if answer.died:
            self._bury()
        elif answer.outcomes:
            self._alone = False
        if self._heavy_in_a_row >= GIVE_UP_AFTER:
            rest = len(self._contexts) - len(self.outcomes)
            self.outcomes += [failure("too_slow")] * rest
        self._skip_unreadable()

    def _bury(self) -> None:
        """Alone and dead: this context is the one. In company: the next request will be for one context only."""
        if self._alone and len(self.outcomes) < len(self._contexts):
            self._add(failure("too_slow"))
            self._alone = False
        else:
            self._alone = True

    def _add(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        heavy = isinstance(outcome, Failure) and outcome.kind in _HEAVY
        self._heavy_in_a_row = self._heavy_in_a_row + 1 if heavy else 0

    def _skip_unreadable(self) -> None:
        while not self.is_finished and self._contexts[len(self.outcomes)] is None:
            self.outcomes.append(failure("not_plain_data"))


def _encoded(context: Mapping[str, Any]) -> bytes | None:
    try:
        return orjson.dumps(context, default=str)
    except TypeError:  # a number of more than 64 bits, half a character, a key that is no text
        return None
