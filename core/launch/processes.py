"""Processes: started so that they end with us, told apart from strangers with their number, ended in order."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LINUX = sys.platform.startswith("linux")
PR_SET_PDEATHSIG = 1

# Loaded here, because loading a library between fork and exec is not safe.
_libc = ctypes.CDLL(None) if LINUX else None


@dataclass(frozen=True, slots=True)
class User:
    """An unprivileged user that a server runs as when we are root."""

    name: str
    uid: int
    gid: int


def user_named(name: str) -> User | None:
    try:
        found = pwd.getpwnam(name)
    except KeyError:
        return None
    return User(found.pw_name, found.pw_uid, found.pw_gid)


def spawn(
    argv: Sequence[str | Path],
    log: Path,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    user: User | None = None,
    if_we_die: signal.Signals = signal.SIGTERM,
    handles: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """
    Starts a program in a session of its own (the terminal's Ctrl-C reaches only us, we stop the parts in order), with
    its words appended to the log and nothing of ours inherited but the given handles.
    """
    with log.open("ab") as out:
        return subprocess.Popen(
            [str(part) for part in argv],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=None if env is None else dict(env),
            cwd=cwd,
            pass_fds=handles,
            start_new_session=True,
            preexec_fn=_ends_with_us(if_we_die),  # noqa: PLW1509 -- one call into a library already loaded
            user=user.uid if user else None,
            group=user.gid if user else None,
            extra_groups=[] if user else None,
        )


def _ends_with_us(number: signal.Signals) -> Callable[[], None] | None:
    """
    The kernel's word that the child gets this signal when we die, even by kill -9. It is tied to the *thread* that
    started the child, hence only the main thread may give it. Elsewhere the next start ends what was left behind.
    """
    if _libc is None or threading.current_thread() is not threading.main_thread():
        return None
    us, prctl = os.getpid(), _libc.prctl

    def promise() -> None:
        prctl(PR_SET_PDEATHSIG, int(number))
        if os.getppid() != us:
            os._exit(1)

    return promise


def birth(pid: int) -> str | None:
    """When the process of this number began, as an opaque mark; None when there is none or it is a zombie."""
    if LINUX:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return None if fields[0] == "Z" else fields[19]
    answer = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() or None


@dataclass(frozen=True, slots=True)
class Identity:
    """One process, and no later one with the same number."""

    pid: int
    born: str

    @classmethod
    def of(cls, pid: int) -> "Identity | None":
        born = birth(pid)
        return cls(pid, born) if born else None

    def alive(self) -> bool:
        return birth(self.pid) == self.born

    def send(self, number: signal.Signals) -> None:
        if self.alive():
            send(self.pid, number)

    def end(self, number: signal.Signals, *, patience: float) -> None:
        """For processes that are not our children, so that there is no exit code to wait for."""
        self.send(number)
        if not wait_until(lambda: not self.alive(), patience):
            self.send(signal.SIGKILL)
            wait_until(lambda: not self.alive(), 5)


def send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def send_group(pid: int, number: signal.Signals) -> None:
    """To a child and whatever it started itself; on macOS a group of zombies answers with PermissionError."""
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return


def end(
    process: subprocess.Popen[bytes],
    *,
    patience: float,
    number: signal.Signals = signal.SIGTERM,
    hurried: Callable[[], bool] = lambda: False,
) -> None:
    """Asks a child to end; whoever does not listen is killed, together with what it started."""
    if process.poll() is None:
        send(process.pid, number)
        until = time.monotonic() + patience
        while process.poll() is None and time.monotonic() < until and not hurried():
            time.sleep(0.02)
    send_group(process.pid, signal.SIGKILL)
    process.wait()


def wait_until(condition: Callable[[], bool], patience: float) -> bool:
    until = time.monotonic() + patience
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def how_it_ended(code: int) -> str:
    if code >= 0:
        return f"ended with code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"
