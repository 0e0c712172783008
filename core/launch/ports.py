"""Ports: free ones for the servers of ours, and a plain word about who holds the one that people come to."""

import contextlib
import errno
import random
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

from core.launch import tools
from core.launch.say import Trouble

# Below the range that systems draw outgoing ports from: there a client that tries again and again while its server is
# down can end up connected to itself, and the server then finds its own port taken.
LOWEST, HIGHEST = 15_000, 29_999


def free(preferred: int | None = None, *, but: int | None = None) -> int:
    """The one that this instance had before, if it can be had again."""
    candidates = [preferred] if preferred else []
    candidates += [random.randint(LOWEST, HIGHEST) for _ in range(200)]
    for port in candidates:
        if port != but and is_free("127.0.0.1", port):
            return port
    raise Trouble(f"No free port was found between {LOWEST} and {HIGHEST}.", "Stop what you no longer need.")


def is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as error:
            raise Trouble(
                f"Port {port} may only be used by root.", "Choose one above 1023: PORT=8000 make run"
            ) from error
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise Trouble(
                f"HOST={host} is no address of this machine.", "Try HOST=127.0.0.1 make run"
            ) from error
    return True


def require(host: str, port: int) -> None:
    """The page's own port: taken means that somebody has to decide, so say who has it and what to type."""
    if is_free(host, port):
        return
    other = next((p for p in range(port + 1, port + 100) if is_free(host, p)), free())
    who = holder(port)
    raise Trouble(
        f"Port {port} is in use{f' by {who}' if who else ''}.",
        f"Stop that, or choose another port: PORT={other} make run",
    )


def holder(port: int) -> str:
    """Name and number of the process that listens there, when the system lets us see it."""
    if Path("/proc/net/tcp").exists():
        return next(_listeners(port), "")
    if shutil.which("lsof"):
        lines = tools.answers(["lsof", "-nP", f"-iTCP:{port}", "-sTCP:LISTEN", "-Fpc"]).splitlines()
        found = {line[0]: line[1:] for line in lines if line}
        return f"{found['c']} (process {found['p']})" if {"c", "p"} <= found.keys() else ""
    return ""


def _listeners(port: int) -> Iterator[str]:
    sockets = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if any(str(handle.readlink()) in sockets for handle in (folder / "fd").iterdir()):
                yield f"{(folder / 'comm').read_text().strip()} (process {folder.name})"


def _listening_inodes(port: int) -> Iterator[str]:
    listening = "0A"
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == listening and int(fields[1].rpartition(":")[2], 16) == port:
                    yield fields[9]
