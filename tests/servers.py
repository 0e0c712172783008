"""Our own programs as processes of their own, for tests that need a socket, a browser or a death."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Server:
    """An API that listens; `log` is what it had to say."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path


@contextlib.contextmanager
def api(log: Path, *, environment: Mapping[str, str] | None = None) -> Iterator[Server]:
    """The application with its pages, on a free port, with the database that the environment names."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "api.app:app",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--no-access-log",
    ]
    settings = {
        **os.environ,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        **(environment or {}),
    }
    settings.pop("PYTHONDONTWRITEBYTECODE", None)  # or each start compiles everything again
    with (
        log.open("wb") as out,
        subprocess.Popen(command, cwd=ROOT, env=settings, stdout=out, stderr=out) as process,
    ):
        url = f"http://127.0.0.1:{port}"
        try:
            await_answer(f"{url}/healthz", process, log)
            yield Server(url, process, log)
        finally:
            process.terminate()
            process.wait(10)


@contextlib.contextmanager
def worker(log: Path, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """The worker with all its loops; it is asked to end, and waited for."""
    command, settings = [sys.executable, "worker.py"], {**os.environ, **environment}
    with (
        log.open("wb") as out,
        subprocess.Popen(command, cwd=ROOT, env=settings, stdout=out, stderr=out) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()
            process.wait(20)


def await_answer(url: str, process: subprocess.Popen[bytes], log: Path, *, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            httpx.get(url, timeout=2)
            return
        time.sleep(0.05)
    raise RuntimeError(f"{url} does not answer:\n{log.read_text()}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
