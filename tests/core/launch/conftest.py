"""Real servers in folders of their own, and small programs that behave as told."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.launch import processes
from core.launch.part import Part
from core.launch.postgres import Postgres, places


@pytest.fixture
def home() -> Iterator[Path]:
    """Short and open to the server's user: pytest's own folders are closed to everybody but us."""
    folder = Path(tempfile.mkdtemp(prefix="mainspring-test-"))
    folder.chmod(0o711)
    (folder / "logs").mkdir()
    yield folder
    places.remove(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def pristine() -> Iterator[Path]:
    """A home with a database in it, made once and copied for each test."""
    folder = Path(tempfile.mkdtemp(prefix="mainspring-test-"))
    folder.chmod(0o711)
    Postgres(folder, durable=False).prepare()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def used_home(home: Path, pristine: Path) -> Path:
    """One that was started before."""
    subprocess.run(["cp", "-a", f"{pristine}/.", home], check=True)
    return home


@pytest.fixture
def postgres(used_home: Path) -> Iterator[Postgres]:
    server = Postgres(used_home, durable=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Puts a shell script of that name before everything else on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")

    def put(name: str, script: str) -> Path:
        path = folder / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    return put


@pytest.fixture
def signals_as_before() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


class Script(Part):
    """A part that is a few lines of Python; it is ready when its file `ready` exists, or at once."""

    def __init__(self, folder: Path, name: str, code: str, *, waits: bool = False) -> None:
        super().__init__(folder / f"{name}.log")
        self.name = name
        self._code = code
        self._folder = folder
        self._waits = waits
        self.starts = 0

    def _spawn(self):
        self.starts += 1
        return processes.spawn([sys.executable, "-c", self._code], self.log, cwd=self._folder)

    def ready(self) -> bool:
        return not self._waits or (self._folder / "ready").exists()


SLEEP = "import time; time.sleep(60)"
