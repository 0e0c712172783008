"""A whole instance, started the way a person starts it: its own Postgres, Temporal, API and worker."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
_PATIENCE = 180.0


@dataclass
class Instance:
    url: str
    home: Path
    process: subprocess.Popen[bytes]

    def pid(self, part: str) -> int:
        """Of Postgres, Temporal, API or Worker, as it runs now."""
        parts = json.loads((self.home / "parts.json").read_text())
        return next(one["pid"] for one in parts if one["name"] == part)

    def demo(self) -> dict[str, Any]:
        """What `make run` prints to sign in with, and the keys beside it."""
        return json.loads((self.home / "demo.json").read_text())

    def kill(self, part: str) -> None:
        os.kill(self.pid(part), signal.SIGKILL)

    def ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def wait(self, within: float = _PATIENCE) -> None:
        self._until(self.ready, within)

    def wait_for_its_demo(self) -> None:
        self._until((self.home / "demo.json").exists, _PATIENCE)

    def _until(self, holds: Callable[[], bool], within: float) -> None:
        until = time.monotonic() + within
        while not holds():
            if self.process.poll() is not None:
                raise AssertionError(f"it ended: see {self.home}/logs")
            if time.monotonic() > until:
                raise AssertionError(f"it is not ready after {within:.0f} s: see {self.home}/logs")
            time.sleep(0.1)


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    home = tmp_path_factory.mktemp("instance")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ours = {"MAINSPRING_HOME": str(home), "PORT": str(port), "ALLOW_PRIVATE_URLS": "1"}
    env = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "TEMPORAL_ADDRESS", "SMTP_URL")
    }
    command = [sys.executable, "-m", "core.launch", "run"]
    with (home / "run.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=env | ours, stdout=log, stderr=log)
        started = Instance(f"http://127.0.0.1:{port}", home, process)
        try:
            started.wait()
            started.wait_for_its_demo()  # else whoever kills Postgres kills the filling of it
            yield started
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)
