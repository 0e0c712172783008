"""A Postgres and a Temporal of one's own for as long as a command or a test takes; nothing is left after it."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.launch import interrupt, processes
from core.launch.postgres import Postgres
from core.launch.say import Step, Trouble
from core.launch.temporal import Temporal


@dataclass(frozen=True, slots=True)
class Services:
    home: Path
    database_url: str
    temporal_address: str

    def environment(self) -> Mapping[str, str]:
        return {
            "MAINSPRING_HOME": str(self.home),
            "DATABASE_URL": self.database_url,
            "TEMPORAL_ADDRESS": self.temporal_address,
        }


@contextlib.contextmanager
def services(*, durable: bool = False) -> Generator[Services]:
    """Not durable means: a crash of the machine may lose the last second, which nobody will miss in a test."""
    home = Path(tempfile.mkdtemp(prefix="mainspring-"))
    home.chmod(0o711)
    postgres, temporal = Postgres(home, durable=durable), Temporal(home)
    try:
        postgres.prepare()
        temporal.prepare()
        with Step("Starting Postgres and Temporal"):
            postgres.launch()
            temporal.launch()
            postgres.wait_ready()
            temporal.wait_ready()
        yield Services(home, postgres.url, temporal.address)
    finally:
        temporal.kill()  # its file goes with the folder
        postgres.stop()
        postgres.remove()
        shutil.rmtree(home, ignore_errors=True)


def run_command(command: Sequence[str], *, durable: bool) -> int:
    words = [word for word in command if word != "--"] if command[:1] == ["--"] else list(command)
    if not words:
        raise Trouble(
            "No command was given.",
            "For instance: python3 -m core.launch with-services -- pytest tests/models",
        )
    if not shutil.which(words[0]):
        raise Trouble(f"{words[0]} cannot be run: there is no such program.")
    interrupt.install()
    with services(durable=durable) as running:
        return run_in_foreground(words, {**os.environ, **running.environment()})


def run_in_foreground(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """With our terminal: its Ctrl-C reaches the command directly, and we wait until it has ended."""
    process = subprocess.Popen(command, env=dict(environment))
    try:
        while process.poll() is None:
            interrupt.pause()
    except interrupt.Stop:
        processes.end(process, patience=20)
        raise
    return process.returncode if process.returncode >= 0 else 128 - process.returncode
