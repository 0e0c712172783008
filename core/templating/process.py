"""One child process as its parent sees it: started when needed, asked one batch at a time, replaced when it has died."""

import asyncio
import os
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from core.templating.outcomes import Failure, Outcome, Rendered
from core.templating.wire import frame, receive_frame

log = structlog.stdlib.get_logger()
ROOT = Path(__file__).parents[2]
PATIENCE = 10.0
"""Seconds of silence before a child counts as hung. It limits itself by CPU time, so this is for what cannot be foreseen."""


BOOT_TIMEOUT = 60.0


class CannotStart(Exception):  # noqa: N818 -- an error is named as the sentence that it is
    """A child does not come up: this installation is broken, no text is to blame, and none must fail for it."""


@dataclass(slots=True)
class Answer:
    outcomes: list[Outcome] = field(default_factory=list[Outcome])
    died: bool = True
    """Until the child has said that it is done."""


class Process:
    def __init__(self) -> None:
        self._child: asyncio.subprocess.Process | None = None

    async def start(self) -> asyncio.subprocess.Process:
        if self._child is None or self._child.returncode is not None:
            self._child = await _spawn()
        return self._child

    async def stop(self) -> None:
        """The child leaves when its input ends; one that does not is killed."""
        if self._child is None:
            return
        child, self._child = self._child, None
        if child.stdin:
            child.stdin.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(child.wait(), 1)
        await _kill(child)

    async def ask(self, request: bytes) -> Answer:
        """As many outcomes, in order, as the child got to; `died` when it did so before it had finished."""
        child = await self.start()
        answer = Answer()
        try:
            await self._converse(child, request, answer)
        except (TimeoutError, asyncio.IncompleteReadError, ConnectionError) as error:
            log.info("a rendering process ended in the middle of its work", reason=type(error).__name__)
        finally:
            if answer.died:  # also when our caller was cancelled: the rest would be taken for the next answer
                await self._replace(child)
        return answer

    async def _converse(self, child: asyncio.subprocess.Process, request: bytes, answer: Answer) -> None:
        assert child.stdin  # noqa: S101 -- both are pipes
        assert child.stdout  # noqa: S101
        child.stdin.write(frame(request))
        await child.stdin.drain()
        while answer.died:
            message = await asyncio.wait_for(receive_frame(child.stdout), PATIENCE)
            answer.outcomes += map(_from_wire, message["outcomes"])
            answer.died = not message.get("done", False)

    async def _replace(self, child: asyncio.subprocess.Process) -> None:
        await _kill(child)
        self._child = None
        await self.start()


async def _spawn() -> asyncio.subprocess.Process:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-s", "-m", "core.templating.child",
        cwd=ROOT, env=_environment(), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert child.stdout  # noqa: S101 -- a pipe
    try:
        await asyncio.wait_for(receive_frame(child.stdout), BOOT_TIMEOUT)
    except BaseException as error:
        await _kill(child)
        if isinstance(error, TimeoutError | asyncio.IncompleteReadError):
            raise CannotStart from error
        raise
    return child


async def _kill(child: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        child.kill()
    if child.stdin:
        child.stdin.close()
    await child.wait()


def _environment() -> dict[str, str]:
    """Nothing of ours: passwords and addresses have no business where users' texts run."""
    return {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1", "PATH": os.environ.get("PATH", "")}


def _from_wire(outcome: Any) -> Outcome:
    return Rendered(outcome) if isinstance(outcome, dict) else Failure(*outcome)  # pyright: ignore[reportUnknownArgumentType]
