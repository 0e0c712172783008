"""The child process: reads batches from standard input, writes outcomes to standard output, and dies rather than hang.

Two clocks count its own CPU time for each context: the first raises inside the text and the batch goes on, the second
ends the process where Python no longer gets a word in. The parent starts another and repeats what was not answered.
"""

import os
import resource
import signal
import sys
import time
from collections import OrderedDict
from collections.abc import Callable
from types import FrameType
from typing import Any, BinaryIO, TypeVar

import orjson

from core.templating.outcomes import Failure, Outcome, Rendered, failure
from core.templating.rendering import CompiledPart, TooSlow, compile_parts, render
from core.templating.wire import read_frame, write_frame
from domain.templating.language import readable
from domain.templating.parts import Part

CPU_PER_CONTEXT = 0.25
CPU_TO_COMPILE = 0.7
CPU_UNTIL_DEATH = 0.4
"""How much longer a text may ignore the first clock."""
CPU_PER_BATCH = 0.3
"""After this the batch is handed back, done or not, so that others get their turn."""
MEMORY = 256 * 1024 * 1024
KEPT_TEMPLATES = 128
KEPT_SOURCE = 8_000_000
FLUSH_AT = 256 * 1024

T = TypeVar("T")
Compiled = tuple[CompiledPart, ...] | Failure


class Cache:
    """The templates last used, compiled; bounded by number and by size."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[Compiled, int]] = OrderedDict()
        self._size = 0

    def get(self, key: str, parts: list[tuple[str, str, bool]]) -> Compiled:
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key][0]
        compiled = compile_parts({name: Part(source, html) for name, source, html in parts})
        self._keep(key, compiled, sum(len(source) for _, source, _ in parts))
        return compiled

    def _keep(self, key: str, compiled: Compiled, size: int) -> None:
        self._kept[key] = (compiled, size)
        self._size += size
        while len(self._kept) > 1 and (len(self._kept) > KEPT_TEMPLATES or self._size > KEPT_SOURCE):
            self._size -= self._kept.popitem(last=False)[1][1]


class Clock:
    """Raises TooSlow inside of what runs too long, again and again until it has ended."""

    def __init__(self) -> None:
        self._armed = False
        signal.signal(signal.SIGPROF, self._ring)
        signal.signal(signal.SIGVTALRM, signal.SIG_DFL)

    def _ring(self, _: int, __: FrameType | None) -> None:
        if self._armed:
            raise TooSlow

    def limited(self, seconds: float, work: Callable[[], T]) -> T | Failure:
        try:
            self._start(seconds)
            try:
                return work()
            finally:
                self._stop()
        except TooSlow:
            return failure("too_slow")

    def _start(self, seconds: float) -> None:
        self._armed = True
        signal.setitimer(signal.ITIMER_PROF, seconds, seconds / 5)
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds + CPU_UNTIL_DEATH)

    def _stop(self) -> None:
        self._armed = False
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


class Child:
    def __init__(self, clock: Clock, out: BinaryIO) -> None:
        self._clock = clock
        self._out = out
        self._cache = Cache()

    def answer(self, request: bytes) -> None:
        """Answers in pieces, so that what is finished is not lost when a later context ends the process."""
        batch: dict[str, Any] = orjson.loads(request)
        # looked for in the values only: the texts themselves are full of marks
        if b"\\u00" in request.partition(b',"common":')[2]:
            batch["common"], batch["contexts"] = readable(batch["common"]), readable(batch["contexts"])
        outcomes: list[Any] = []
        size, began = 0, time.process_time()
        compiled = self._clock.limited(CPU_TO_COMPILE, lambda: self._cache.get(batch["key"], batch["parts"]))
        for context in batch["contexts"]:
            outcome = self._fill(compiled, {**batch["common"], **context})
            outcomes.append(_on_wire(outcome))
            size += _size(outcome)
            if size > FLUSH_AT:
                write_frame(self._out, {"outcomes": outcomes})
                outcomes, size = [], 0
            if time.process_time() - began > CPU_PER_BATCH:
                break
        write_frame(self._out, {"outcomes": outcomes, "done": True})

    def _fill(self, compiled: Compiled, context: dict[str, Any]) -> Outcome:
        if isinstance(compiled, Failure):
            return compiled
        return self._clock.limited(CPU_PER_CONTEXT, lambda: render(compiled, context))


def _on_wire(outcome: Outcome) -> Any:
    if isinstance(outcome, Rendered):
        return outcome.parts
    return [outcome.kind, outcome.message, outcome.part, outcome.line]


def _size(outcome: Outcome) -> int:
    return sum(map(len, outcome.parts.values())) if isinstance(outcome, Rendered) else 100


def confine() -> None:
    """No more memory than a mail needs, no files to write, and Ctrl-C is the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def allow_cpu(seconds: int) -> None:
    """A last net under the two clocks, should a text ever find a way around them."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + seconds, hard))


def main() -> None:
    confine()
    child = Child(Clock(), sys.stdout.buffer)
    write_frame(sys.stdout.buffer, {"ready": True})
    while request := read_frame(sys.stdin.buffer):
        allow_cpu(3)
        child.answer(request)


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)
