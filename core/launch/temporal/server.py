"""Temporal's development server: a WAL file that survives kill -9, and poll limits that do not slow each hop."""

import contextlib
import json
import re
import subprocess
import time
import urllib.request
from pathlib import Path

from core.launch import ports, processes, say
from core.launch.home import write_whole
from core.launch.part import Part
from core.launch.temporal import binary

# The defaults let a task wait up to 50 ms at every hop to an activity and back: 118 ms a hop; with these it takes 29.
POLL_LIMITS = [f"history.{kind}ProcessorMaxPollRPS=2000" for kind in ("transfer", "timer", "visibility")]
SQLITE_HEADER = b"SQLite format 3\0"
DAMAGE = re.compile(
    r"malformed|not a database|disk image|no such (table|column)|schema version", re.IGNORECASE
)
IN_USE = "address already in use"
PRAGMAS = ["journal_mode=WAL", "synchronous=NORMAL"]


class Temporal(Part):
    """
    `Temporal(home).start()` waits until the server answers and returns its address. Its file outlives `stop()` and
    `kill()`, and `start()` goes on with it.
    """

    name = "Temporal"
    patience = 10.0

    def __init__(self, home: Path) -> None:
        super().__init__(home / "logs" / "temporal.log")
        self._home = home / "temporal"
        self._program = Path()
        self._port = self._http_port = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    @property
    def file(self) -> Path:
        return self._home / "temporal.db"

    def start(self, within: float = 60.0) -> str:
        self.prepare()
        self.start_and_wait(within)
        return self.address

    def prepare(self) -> None:
        """Everything that is needed once: the program and the ports."""
        self._home.mkdir(parents=True, exist_ok=True)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._program = binary.ensure(self.log)
        self.mend()
        self._choose_ports()

    def ready(self) -> bool:
        """The namespace answers, so its storage does too. (Its HTTP port, because Python alone speaks no gRPC.)"""
        address = f"http://127.0.0.1:{self._http_port}/api/v1/namespaces/default"
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def _spawn(self) -> subprocess.Popen[bytes]:
        ports_ = ["--port", str(self._port), "--http-port", str(self._http_port)]
        tuning = [word for limit in POLL_LIMITS for word in ("--dynamic-config-value", limit)]
        tuning += [word for pragma in PRAGMAS for word in ("--sqlite-pragma", pragma)]
        server = [
            self._program,
            "server",
            "start-dev",
            "--headless",
            "--ip",
            "127.0.0.1",
            "--log-level",
            "error",
        ]
        return processes.spawn(
            [*server, *ports_, "--db-filename", self.file, *tuning], self.log, cwd=self._home
        )

    def _choose_ports(self) -> None:
        """The same as last time if they can be had: a worker that outlived us finds the server again."""
        note = self._home / "ports.json"
        before: list[int | None] = [None, None]
        with contextlib.suppress(OSError, ValueError):
            before = json.loads(note.read_text())
        self._port = ports.free(before[0])
        self._http_port = ports.free(before[1], but=self._port)
        write_whole(note, json.dumps([self._port, self._http_port]))

    def mend(self) -> bool:
        """A file that the server chokes on is put aside: what was under way starts again from Postgres' record."""
        words = self.last_words()
        if IN_USE in words:
            self._choose_ports()
            return True
        damaged = self.file.exists() and (not self._is_sqlite() or DAMAGE.search(words))
        if damaged:
            self._put_aside()
        return bool(damaged)

    def _is_sqlite(self) -> bool:
        with self.file.open("rb") as file:
            return file.read(len(SQLITE_HEADER)) in (SQLITE_HEADER, b"")

    def _put_aside(self) -> None:
        aside = self.file.with_name(f"temporal.damaged-{time.strftime('%Y%m%d-%H%M%S')}.db")
        for tail in ("-wal", "-shm"):
            self.file.with_name(self.file.name + tail).unlink(missing_ok=True)
        self.file.rename(aside)
        say.warn(
            f"Temporal's file was damaged and is now {aside.name}; work under way starts again from the database."
        )
