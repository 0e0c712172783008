"""What a killed postmaster leaves: backends that hold its memory, and a pid file that names a stranger by now."""

import contextlib
import signal
from pathlib import Path

from core.launch import processes, tools
from core.launch.processes import LINUX, Identity


def pid_file(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def clear(data: Path) -> None:
    """
    So that the server can be started at once. A postmaster that still lives (its starter was killed) is asked to end;
    backends without one are killed, since there is nothing that they could still do in order.
    """
    lines = pid_file(data)
    if not lines:
        return
    postmaster = int(lines[0]) if lines[0].strip().isdigit() else None
    if postmaster and _serves(postmaster, data) and (living := Identity.of(postmaster)):
        living.end(signal.SIGINT, patience=20)
    for pid in _backends(data):
        processes.send(pid, signal.SIGKILL)
    processes.wait_until(lambda: not _backends(data), 5)
    # Postgres itself would refuse to start if a process of its user has got that number meanwhile.
    (data / "postmaster.pid").unlink(missing_ok=True)


def _serves(pid: int, data: Path) -> bool:
    if LINUX:
        return _works_in(pid, data)
    return "postgres" in tools.answers(["ps", "-o", "comm=", "-p", str(pid)])


def _works_in(pid: int, data: Path) -> bool:
    """Every process of a Postgres server has its data folder as its working folder, and nothing else has."""
    process = Path(f"/proc/{pid}")
    try:
        return (process / "cwd").readlink() == data and (process / "comm").read_text().startswith("postgres")
    except OSError:
        return False


def _backends(data: Path) -> list[int]:
    """Elsewhere than on Linux they notice by themselves, and the start is simply tried again."""
    if not LINUX:
        return []
    found: list[int] = []
    with contextlib.suppress(OSError):
        found = [
            int(folder.name) for folder in Path("/proc").glob("[0-9]*") if _works_in(int(folder.name), data)
        ]
    return found
