"""A part of a running instance: a program that is started, becomes ready, and is ended."""

import signal
import subprocess
import time
from pathlib import Path

from core.launch import command, interrupt, logs, processes
from core.launch.processes import Identity
from core.launch.say import Trouble


class Part:
    """Subclasses say how to spawn it and when it is ready; everything else is the same for all."""

    name: str
    stop_signal = signal.SIGTERM
    patience = 10.0
    """Seconds that it may take to end when asked to."""
    tells_errors = False
    """Whether the error lines of its log belong on the terminal."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    def _spawn(self) -> subprocess.Popen[bytes]:
        raise NotImplementedError

    def ready(self) -> bool:
        raise NotImplementedError

    @property
    def pid(self) -> int:
        if self.process is None:
            raise RuntimeError(f"{self.name} was not started")
        return self.process.pid

    @property
    def identity(self) -> Identity | None:
        return Identity.of(self.pid)

    def launch(self) -> None:
        """Starts it and does not wait."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        logs.rotate(self.log)
        self._log_start = logs.size(self.log)
        self.process = self._spawn()

    def exit_code(self) -> int | None:
        return self.process.poll() if self.process else None

    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def last_words(self, lines: int = 8) -> str:
        """Of the present or latest process, not of those before it."""
        if self.process is None:
            return ""
        return logs.last_words(self.log, self._log_start, lines)

    def start_and_wait(self, within: float = 60.0) -> None:
        self.launch()
        self.wait_ready(within)

    def wait_ready(self, within: float = 60.0) -> None:
        until = time.monotonic() + within
        while not self.ready():
            self._start_again_if_mended()
            if time.monotonic() > until:
                self.stop()
                raise self.did_not_start(f"was not ready after {within:.0f} seconds")
            interrupt.pause(0.02)

    def _start_again_if_mended(self) -> None:
        if (code := self.exit_code()) is None:
            return
        if not self.mend():
            raise self.did_not_start(processes.how_it_ended(code))
        self.launch()

    def did_not_start(self, how: str) -> Trouble:
        words = self.last_words()
        return Trouble(f"{self.name} {how}:\n{words}", f"{self.cure(words)}Its log is {self.log}")

    def cure(self, words: str) -> str:
        return command.cure(words)

    def mend(self) -> bool:
        """Asked when it ends before it was ever ready: whether something was put right, so that it may be tried again."""
        return False

    def stop(self) -> None:
        """In order; it is killed when it does not end in time, or when somebody is in a hurry."""
        if self.process:
            processes.end(
                self.process, patience=self.patience, number=self.stop_signal, hurried=interrupt.hurried
            )

    def kill(self) -> None:
        """As a crash would: kill -9, without a word before. For tests."""
        if self.process:
            self.process.kill()
            self.process.wait()
