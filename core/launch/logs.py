"""Log files of the parts: kept small, and read again for the last words of what died and for errors as they happen."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

FULL = 20 * 2**20
KEPT = 3
AT_ONCE = 3

# An error of a Python part, as JSON or as plain text. Postgres is not read: its errors are ordinary answers to us.
ERROR = re.compile(r'"level": ?"(error|critical)"|\b(ERROR|CRITICAL)\b|^(\w+\.)*\w+(Error|Exception): ')


def rotate(log: Path) -> None:
    """Copied and cut, since whoever writes holds the file open (for appending, so it goes on at the new start)."""
    if not log.exists() or log.stat().st_size < FULL:
        return
    for number in range(KEPT - 1, 0, -1):
        older = log.with_name(f"{log.name}.{number}")
        if older.exists():
            older.replace(log.with_name(f"{log.name}.{number + 1}"))
    shutil.copyfile(log, log.with_name(f"{log.name}.1"))
    with log.open("r+b") as file:
        file.truncate(0)


def size(log: Path) -> int:
    return log.stat().st_size if log.exists() else 0


def since(log: Path, start: int, *, most: int = 64 * 1024) -> str:
    """What was written after that point, or its end when it is long."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        end = file.seek(0, 2)
        start = start if start <= end else 0  # it was cut meanwhile
        file.seek(max(start, end - most))
        return file.read().decode(errors="replace")


def last_words(log: Path, start: int, lines: int = 8) -> str:
    kept = [line.rstrip() for line in since(log, start).splitlines() if line.strip()]
    return "\n".join(kept[-lines:])


class Errors:
    """Follows one log and hands out its error lines, a few at a time, so that a flood does not drown the terminal."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._read = size(log)

    def fresh(self) -> list[str]:
        now = size(self._log)
        if now == self._read:
            return []
        written = since(self._log, self._read)
        self._read = now
        found = [readable(line) for line in written.splitlines() if ERROR.search(line)]
        if len(found) > AT_ONCE:
            found = [*found[:AT_ONCE], f"and {len(found) - AT_ONCE} more, see {self._log}"]
        return found


def readable(line: str) -> str:
    """The gist of a structured log line; any other line as it is."""
    try:
        entry: dict[str, Any] = json.loads(line)
    except ValueError:
        return line.strip()[:300]
    gist = str(entry.get("event", line))
    cause = str(entry.get("error") or entry.get("exception") or "").strip()
    return f"{gist}: {cause.splitlines()[-1]}"[:300] if cause else gist[:300]
