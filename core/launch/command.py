"""Runs the tools of set-up (uv, npm, go, pip): their words go to a log, failures become plain sentences."""

import re
import shlex
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from core.launch import interrupt, logs, processes
from core.launch.home import held
from core.launch.say import Step, Trouble

FULL_DISK = re.compile(r"No space left|\bENOSPC\b|[Dd]isk quota exceeded")
NO_NETWORK = re.compile(
    r"dns error|resolve host|name resolution|no such host|Failed to fetch|dial tcp|NewConnectionError|timed out"
    r"|No matching distribution found|Network is unreachable|[Cc]onnection refused"
    r"|\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH)\b"
)
NOT_ALLOWED = re.compile(r"[Pp]ermission denied|\bEACCES\b|[Oo]peration not permitted|Read-only file system")


def run(
    argv: Sequence[str | Path],
    step: Step,
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    limit: float | None = None,
    saying: str = "",
) -> None:
    """Runs one tool to its end, keeping the step's line alive; raises Trouble in plain words when it fails."""
    start = _announce(argv, log)
    process = processes.spawn(argv, log, env=env, cwd=cwd, handles=held())
    began = time.monotonic()
    try:
        while process.poll() is None:
            if limit and time.monotonic() - began > limit:
                raise Trouble(f"{step.title}: no end after {limit:.0f} seconds.", f"See {log}")
            step.progress(f"{saying}{logs.last_words(log, start, 1)}")
            interrupt.pause()
    finally:
        processes.end(process, patience=2)
    if process.returncode:
        raise _failed(step.title, logs.last_words(log, start, 12), log)


def _announce(argv: Sequence[str | Path], log: Path) -> int:
    log.parent.mkdir(parents=True, exist_ok=True)
    logs.rotate(log)
    with log.open("a") as file:
        file.write(f"\n$ {shlex.join(str(part) for part in argv)}\n")
    return logs.size(log)


def _failed(title: str, words: str, log: Path) -> Trouble:
    return Trouble(f"{title} did not work:\n{words}", f"{cure(words)}All of its output is in {log}")


def cure(words: str) -> str:
    if FULL_DISK.search(words):
        return "The disk is full. Free about 2 GB and start again: it goes on where it stopped.\n"
    if NO_NETWORK.search(words):
        return "The network, or the server behind that address, was not reached. Check it and start again.\n"
    if NOT_ALLOWED.search(words):
        return (
            "The folder named above may not be written to by this user. Mend its owner, then start again.\n"
        )
    return ""
