"""Our own programs as parts: the API with the pages, the worker, and the short ones: migrations, demo."""

import subprocess
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from core.launch import processes
from core.launch.home import CHECKOUT, Home
from core.launch.instance import Instance
from core.launch.part import Part

ANSWERED_WITHIN = 0.5
"""Seconds; more would keep the supervisor from looking after the other parts."""
ASKED_EVERY = 0.25


class Program(Part):
    """A Python program of this checkout. It is ready when the given address answers; a short one needs none."""

    tells_errors = True

    def __init__(
        self,
        name: str,
        argv: Sequence[str | Path],
        *,
        home: Home,
        env: Mapping[str, str],
        answers_at: str = "",
    ) -> None:
        super().__init__(home.log(name.lower()))
        self.name = name
        self._argv = argv
        self._env = env
        self._answers_at = answers_at
        self._asked = 0.0

    def ready(self) -> bool:
        """Asked a few times a second at most: each question is a line in the application's log."""
        if time.monotonic() - self._asked < ASKED_EVERY:
            return False
        self._asked = time.monotonic()
        return answers(self._answers_at)

    def _spawn(self) -> subprocess.Popen[bytes]:
        return processes.spawn(self._argv, self.log, env=self._env, cwd=CHECKOUT)

    def require_success(self) -> None:
        if code := self.exit_code():
            raise self.did_not_start(processes.how_it_ended(code))


def api(python: Path, instance: Instance, env: Mapping[str, str]) -> Program:
    listen = [
        "--host",
        instance.host,
        "--port",
        str(instance.port),
        "--loop",
        "uvloop",
        "--http",
        "httptools",
    ]
    habits = ["--no-access-log", "--no-server-header", "--timeout-graceful-shutdown", "5"]
    argv = [python, "-m", "uvicorn", "api.app:app", *listen, *habits]
    return Program("API", argv, home=instance.home, env=env, answers_at=f"{instance.local_url}/healthz")


def worker(python: Path, instance: Instance, env: Mapping[str, str]) -> Program:
    """It listens to nobody; the application knows whether a worker is there."""
    argv = [python, "worker.py"]
    return Program("Worker", argv, home=instance.home, env=env, answers_at=f"{instance.local_url}/readyz")


def demo(python: Path, instance: Instance, env: Mapping[str, str]) -> Program:
    return Program("Demo", [python, "-m", "demo"], home=instance.home, env=env)


def migrations(python: Path, home: Home, env: Mapping[str, str]) -> Program:
    return Program("Migrations", [python, "-m", "alembic", "upgrade", "head"], home=home, env=env)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=ANSWERED_WITHIN) as answer:
            return answer.status == 200
    except OSError:
        return False
