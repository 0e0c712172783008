"""Keeps the parts running: started in order, started again at once when one dies, ended in reverse order."""

import contextlib
import json
import signal
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.launch import interrupt, logs, processes, say
from core.launch.home import write_whole
from core.launch.part import Part
from core.launch.processes import Identity
from core.launch.say import Step, duration

# The wait before a start when the part died so many times in a row soon after its start.
WAITS = [0.0, 0.0, 0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0]
LIVED_WELL = 5.0
TRIES_AT_FIRST = 3
LOOK_AT_LOGS_EVERY = 1.0


@dataclass
class _Watched:
    """One part and what has become of it so far."""

    part: Part
    errors: logs.Errors
    born: float = 0.0
    deaths: int = 0
    """In a row, each soon after a start."""
    ever_ready: bool = False
    ready: bool = False
    died: float | None = None
    due: float | None = None
    """When to start it next; None while it runs."""


class Supervisor:
    """Single-threaded on purpose: the kernel ends a child when the *thread* that started it is gone."""

    def __init__(self, record: Path) -> None:
        self._record = record
        self._watched: list[_Watched] = []
        self._logs_read = 0.0

    @property
    def empty(self) -> bool:
        return not self._watched

    def launch(self, part: Part) -> None:
        """Starts it without waiting; from here on it is kept running."""
        watched = _Watched(part, logs.Errors(part.log))
        self._watched.append(watched)
        self._start(watched)

    def wait_ready(self, part: Part, step: Step | None = None, *, within: float = 90.0) -> None:
        began = time.monotonic()
        watched = next(w for w in self._watched if w.part is part)
        while not watched.ready:
            self._give_up_if_hopeless()
            if time.monotonic() - began > within:
                raise part.did_not_start(f"was not ready after {within:.0f} seconds")
            if step:
                step.progress()
            self.pause(0.05)

    def until(self, condition: Callable[[], bool], *, within: float = float("inf")) -> bool:
        """Keeps everything running until the condition holds; False when it did not in time."""
        began = time.monotonic()
        while not condition():
            if time.monotonic() - began > within:
                return False
            self.pause()
        return True

    def pause(self, seconds: float = interrupt.SLICE) -> None:
        interrupt.pause(seconds)
        self.tick()

    def tick(self) -> None:
        for watched in self._watched:
            self._look_after(watched)
        if time.monotonic() - self._logs_read > LOOK_AT_LOGS_EVERY:
            self._logs_read = time.monotonic()
            self._read_logs()

    def stop(self) -> None:
        for watched in reversed(self._watched):
            watched.part.stop()
        self._watched.clear()
        self._record.unlink(missing_ok=True)

    def _start(self, watched: _Watched) -> None:
        watched.born, watched.due, watched.ready = time.monotonic(), None, False
        try:
            watched.part.launch()
        except OSError as error:  # no memory, no process number, no disk left: it may pass
            say.warn(f"{watched.part.name} cannot be started now: {error}.")
            self._wait_longer(watched)
        self._write_record()

    def _look_after(self, watched: _Watched) -> None:
        if watched.due is not None:
            if time.monotonic() >= watched.due:
                self._start(watched)
        elif watched.part.exit_code() is not None:
            self._died(watched)
        elif not watched.ready and watched.part.ready():
            self._is_ready(watched)

    def _is_ready(self, watched: _Watched) -> None:
        if watched.died is not None and watched.ever_ready:
            say.good(
                f"{watched.part.name} is back  {say.paint(duration(time.monotonic() - watched.died), say.DIM)}"
            )
        watched.ready = watched.ever_ready = True
        watched.died = None

    def _died(self, watched: _Watched) -> None:
        part, now = watched.part, time.monotonic()
        part.stop()  # what it started itself and left behind
        lived_well = watched.ready and now - watched.born > LIVED_WELL
        if lived_well or (not watched.ever_ready and part.mend()):
            watched.deaths = 0
        wait = self._wait_longer(watched)
        if watched.ever_ready:
            self._tell(watched, wait)

    def _wait_longer(self, watched: _Watched) -> float:
        wait = WAITS[min(watched.deaths, len(WAITS) - 1)]
        now = time.monotonic()
        watched.deaths += 1
        watched.died = watched.died or now
        watched.due = now + wait
        return wait

    def _tell(self, watched: _Watched, wait: float) -> None:
        part = watched.part
        how = processes.how_it_ended(part.exit_code() or 0)
        if wait == 0:
            say.warn(f"{part.name} {how}. Starting it again.")
            return
        say.warn(f"{part.name} {how}, {watched.deaths} times in a row. Next start in {duration(wait)}.")
        for line in part.last_words().splitlines()[-4:]:
            say.line(f"    {line}")
        say.line(f"    Its log: {part.log}")

    def _give_up_if_hopeless(self) -> None:
        """At the very first start somebody is watching: a clear end is worth more than trying for ever."""
        for watched in self._watched:
            down = not watched.ever_ready and watched.due is not None
            if down and watched.deaths >= TRIES_AT_FIRST:
                raise watched.part.did_not_start(processes.how_it_ended(watched.part.exit_code() or 0))

    def _read_logs(self) -> None:
        for watched in self._watched:
            with contextlib.suppress(OSError):  # on a full disk the log grows no more anyway
                logs.rotate(watched.part.log)
            if watched.part.tells_errors and watched.ever_ready:
                for error in watched.errors.fresh():
                    say.warn(f"{watched.part.name}: {error}")

    def _write_record(self) -> None:
        """For the next start, should we be killed before we can end them."""
        known = [(w.part, w.part.identity) for w in self._watched if w.part.running()]
        lines = [{"name": p.name, "signal": int(p.stop_signal), **asdict(who)} for p, who in known if who]
        with contextlib.suppress(OSError):  # a full disk must not end what still runs
            write_whole(self._record, json.dumps(lines))


def end_orphans(record: Path) -> None:
    """Parts of an instance whose supervisor was killed. Their numbers alone would not do: they may be strangers' by now."""
    for entry in reversed(_recorded(record)):
        who = Identity(entry["pid"], entry["born"])
        if who.alive():
            say.line(f"Ending what an earlier run left behind: {entry['name']} (process {who.pid}).")
            who.end(signal.Signals(entry["signal"]), patience=20)
    record.unlink(missing_ok=True)


def _recorded(record: Path) -> list[dict[str, Any]]:
    try:
        return json.loads(record.read_text())
    except (OSError, ValueError):
        return []
