"""One running instance per home: the second is told where the first is, or waits while that one ends."""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Generator
from typing import Any

from core.launch import interrupt
from core.launch.home import Home
from core.launch.instance import Instance
from core.launch.say import Trouble

STILL_ENDING = 60.0
NOTICED_WITHIN = 1.0
"""Seconds after which an instance whose terminal or make is gone has begun to end."""


class Lock:
    """The kernel lets go of it when we die, however we die."""

    def __init__(self, home: Home) -> None:
        self._file = (home.root / "lock").open("a+")
        self._facts: dict[str, object] = {}

    def take(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def holder(self) -> dict[str, Any]:
        """What the one that runs wrote about itself; empty in the moment before it did."""
        self._file.seek(0)
        try:
            return json.loads(self._file.read())
        except ValueError:
            return {}

    def write(self, **facts: object) -> None:
        self._facts |= facts
        self._file.truncate(0)
        self._file.write(json.dumps(self._facts))
        self._file.flush()

    @property
    def ready(self) -> bool:
        """Whether what we hold it for came up."""
        return bool(self._facts.get("ready"))

    def release(self) -> None:
        self._file.close()


@contextlib.contextmanager
def alone(ours: Instance) -> Generator[Lock]:
    lock = Lock(ours.home.make())
    try:
        _take(lock)
        lock.write(pid=os.getpid(), url=ours.url, since=time.strftime("%H:%M"), ending=False)
        yield lock
    finally:
        lock.release()


def _take(lock: Lock) -> None:
    began = time.monotonic()
    while not lock.take():
        other = lock.holder()
        if time.monotonic() - began > (STILL_ENDING if other.get("ending") else NOTICED_WITHIN):
            raise already_running(other)
        interrupt.pause()


def already_running(other: dict[str, Any]) -> Trouble:
    return Trouble(
        "Mainspring already runs here: {url} (process {pid}, since {since}).".format(
            **{"url": "it is just starting", "pid": "?", "since": "a moment ago"} | other
        ),
        "Use that one, or stop it with Ctrl-C where it was started. For a second one beside it:\n"
        "MAINSPRING_HOME=/another/folder PORT=8001 make run",
    )


def is_running(home: Home) -> bool:
    """Whether somebody holds the lock now."""
    if not (home.root / "lock").exists():
        return False
    lock = Lock(home)
    try:
        return not lock.take()
    finally:
        lock.release()
