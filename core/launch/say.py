"""What the launcher says: one line per step with its duration, and troubles with what to do about them."""

import os
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

GREEN, YELLOW, RED, DIM, BOLD = "32", "33", "31", "2", "1"
TELL_AGAIN_AFTER = 30.0


class Trouble(Exception):  # noqa: N818 -- errors are sentences here
    """Something the person at the terminal has to know; `cure` says what to do next."""

    def __init__(self, what: str, cure: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.cure = cure


def is_terminal(stream: TextIO | None = None) -> bool:
    return (stream or sys.stdout).isatty() and os.environ.get("TERM") != "dumb"


def paint(text: str, colour: str) -> str:
    return f"\033[{colour}m{text}\033[0m" if is_terminal() and "NO_COLOR" not in os.environ else text


def _write(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError:
        # The terminal or the pipe behind it is gone (`make run | head`). What runs must still be stopped in order,
        # so nothing here may fail.
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115


class _Screen:
    """Remembers whether a line is half written, so that a message in between starts on a line of its own."""

    open_line = False

    def line(self, text: str) -> None:
        _write(("\r\033[K" if self.open_line else "") + text + "\n")
        self.open_line = False

    def hold(self, text: str) -> None:
        _write("\r\033[K" + text)
        self.open_line = True


_screen = _Screen()


def line(text: str = "") -> None:
    _screen.line(text)


def good(text: str) -> None:
    line(f"{paint('✓', GREEN)} {text}")


def warn(text: str) -> None:
    line(f"{paint('!', YELLOW)} {text}")


def trouble(problem: Trouble) -> None:
    first, *rest = problem.what.splitlines()
    line(f"{paint('✗', RED)} {paint(first, BOLD)}")
    for more in [*rest, *problem.cure.splitlines()]:
        line(f"  {more}")


def duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"


class Step:
    """`with Step("Python packages") as step:` one line, which ends with how long it took or why nothing was to do."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.result = ""
        self._began = time.monotonic()
        self._told = self._began

    def __enter__(self) -> Self:
        if is_terminal():
            _screen.hold(f"{paint('…', DIM)} {self.title}")
        return self

    def progress(self, detail: str = "") -> None:
        """On a terminal the line is kept up to date; in a log it is said again every half minute."""
        now = time.monotonic()
        if is_terminal():
            aside = f"{duration(now - self._began)}  {detail}"[: max(12, _width() - len(self.title) - 5)]
            _screen.hold(f"{paint('…', DIM)} {self.title}  {paint(aside, DIM)}")
        elif now - self._told >= TELL_AGAIN_AFTER:
            line(f"… {self.title} ({duration(now - self._began)} so far) {detail}")
            self._told = now

    def done(self, result: str) -> None:
        self.result = result

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            aside = self.result or duration(time.monotonic() - self._began)
            good(f"{self.title}  {paint(aside, DIM)}")
        elif issubclass(kind, Exception):
            line(f"{paint('✗', RED)} {self.title}")
        else:
            line(f"{paint('–', DIM)} {self.title}  {paint('stopped', DIM)}")


def _width() -> int:
    try:
        return os.get_terminal_size().columns or 80
    except OSError:
        return 80
