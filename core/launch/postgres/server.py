"""The embedded Postgres server: made once, started on a loopback port, and back after any kind of death."""

import json
import os
import re
import secrets
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.launch import ports, processes
from core.launch.home import write_whole
from core.launch.part import Part
from core.launch.postgres import binaries, leftovers, places
from core.launch.say import Trouble

MAJOR = "18"
DATABASE = USER = "mainspring"
LONGEST_SOCKET_PATH = 90
IN_USE = "could not bind"
DAMAGE = re.compile(r"PANIC|pg_control|valid checkpoint|could not (open|read) (file|directory)|invalid page")
WHEN_DAMAGED = (
    "Put back a copy of it, choose another with MAINSPRING_HOME=/some/folder make run,\n"
    "or throw the local data away and begin anew: make fresh"
)
LOCALE = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "shared_preload_libraries": "pg_stat_statements",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    # Queue tables turn over thousands of rows a minute; a vacuum that comes late is a scan over the dead.
    "autovacuum_naptime": "10s",
}
# For tests: a kill -9 of the server loses nothing with these, only a power cut would. (synchronous_commit has to stay
# on: without it the latest commits are still in the server's own memory when it is killed.)
THROW_AWAY = {"fsync": "off", "full_page_writes": "off"}


class Postgres(Part):
    """
    `Postgres(home).start()` makes the data folder if there is none, waits until the server answers and returns its
    address. `stop()` ends it in order, `kill()` like a crash; after either, `start()` brings the same data back.
    """

    name = "Postgres"
    stop_signal = signal.SIGINT  # "fast": clients are cut off, nothing is lost
    patience = 30.0

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        super().__init__(home / "logs" / "postgres.log")
        self._home = home
        self._durable = durable
        self._place = home / "postgres"
        self._facts: dict[str, Any] = {}

    @property
    def url(self) -> str:
        facts = self._facts
        return f"postgresql://{USER}:{facts['password']}@127.0.0.1:{facts['port']}/{DATABASE}"

    @property
    def data(self) -> Path:
        return self._place / "data"

    def start(self, within: float = 60.0) -> str:
        self.prepare()
        self.start_and_wait(within)
        return self.url

    def known_url(self) -> str:
        """The address of one that another process has started."""
        self._facts = self._recall()
        return self.url

    def prepare(self) -> None:
        """Everything that is needed once: programs, data folder, password, port."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._programs = binaries.ensure(self.log)
        self._place = places.find(self._home).resolve()
        self._facts = self._recall()
        if not self.data.exists():
            self._make_data()
        self._check_data()
        leftovers.clear(self.data)
        self._facts["port"] = ports.free(self._facts.get("port"))
        self._remember()

    def ready(self) -> bool:
        """As pg_ctl does it: the server writes its state into the eighth line of its pid file."""
        lines = leftovers.pid_file(self.data)
        return len(lines) > 7 and lines[0] == str(self.pid) and lines[7].strip() == "ready"

    def mend(self) -> bool:
        """Somebody took the port between our look at it and the server's start."""
        if IN_USE not in self.last_words():
            return False
        self._facts["port"] = ports.free()
        self._remember()
        return True

    def cure(self, words: str) -> str:
        damaged = DAMAGE.search(words)
        return (
            f"The data folder {self.data} is damaged.\n{WHEN_DAMAGED}\n" if damaged else super().cure(words)
        )

    def remove(self) -> None:
        """All of its data, wherever it lies."""
        places.remove(self._home)

    def _spawn(self) -> subprocess.Popen[bytes]:
        leftovers.clear(self.data)
        settings = {**SETTINGS, **_memory(), **self._sockets(), **({} if self._durable else THROW_AWAY)}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return processes.spawn(
            [self._programs / "bin" / "postgres", "-D", self.data, "-p", str(self._facts["port"]), *options],
            self.log,
            env=_environment(),
            cwd=Path("/"),
            user=places.owner(self._place),
            if_we_die=self.stop_signal,
        )

    def _sockets(self) -> dict[str, str]:
        fits = len(str(self._place)) < LONGEST_SOCKET_PATH
        return {"unix_socket_directories": str(self._place) if fits else ""}

    @property
    def _facts_file(self) -> Path:
        return self._home / "postgres.json"

    def _recall(self) -> dict[str, Any]:
        try:
            return json.loads(self._facts_file.read_text())
        except FileNotFoundError:
            return {"password": secrets.token_urlsafe(18)}
        except ValueError as error:
            raise _broken(self._facts_file, "cannot be read") from error

    def _remember(self) -> None:
        write_whole(self._facts_file, json.dumps(self._facts), mode=0o600)

    def _make_data(self) -> None:
        """Under another name first, so that a half-made folder is never taken for a database."""
        self._remember()
        fresh, password = self._place / "data.new", self._place / "password"
        user = places.owner(self._place)
        shutil.rmtree(fresh, ignore_errors=True)
        password.touch(mode=0o600)
        password.write_text(self._facts["password"])
        if user:
            os.chown(password, user.uid, user.gid)
        try:
            safe = [] if self._durable else ["--no-sync"]
            login = ["--username", USER, "--pwfile", str(password), "--auth=scram-sha-256"]
            self._run(
                [self._program("initdb"), "-D", str(fresh), *login, *LOCALE, "--no-instructions", *safe]
            )
            create = f"CREATE DATABASE {DATABASE}\n"
            self._run([self._program("postgres"), "--single", "-D", str(fresh), "postgres"], words=create)
        finally:
            password.unlink()
        fresh.rename(self.data)

    def _program(self, name: str) -> str:
        return str(self._programs / "bin" / name)

    def _run(self, argv: Sequence[str], *, words: str = "") -> None:
        user = places.owner(self._place)
        done = subprocess.run(
            argv,
            input=words,
            capture_output=True,
            text=True,
            env=_environment(),
            cwd="/",
            user=user.uid if user else None,
            group=user.gid if user else None,
            extra_groups=[] if user else None,
            check=False,
        )
        if done.returncode:
            raise Trouble(
                f"The database could not be made in {self._place}:\n{(done.stderr or done.stdout).strip()[-800:]}",
                "Free some disk space if it is full, or choose another folder: MAINSPRING_HOME=/some/folder make run",
            )

    def _check_data(self) -> None:
        try:
            version = (self.data / "PG_VERSION").read_text().strip()
        except OSError as error:
            raise _broken(
                self.data, "is no database: its file PG_VERSION is missing or cannot be read"
            ) from error
        if version != MAJOR:
            raise _broken(self.data, f"was made by Postgres {version}; this is Postgres {MAJOR}")


def _broken(path: Path, how: str) -> Trouble:
    return Trouble(f"The data folder is damaged: {path} {how}.", WHEN_DAMAGED)


def _environment() -> dict[str, str]:
    """Nothing of the caller's: a PGPORT or a locale of somebody's shell must not change what is made or started."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _memory() -> dict[str, str]:
    """An eighth of the machine, within reason: there is a worker, an API and Temporal beside it."""
    megabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return {
        "shared_buffers": f"{min(512, max(64, megabytes // 8))}MB",
        "effective_cache_size": f"{max(256, megabytes // 2)}MB",
        "maintenance_work_mem": "128MB",
        "work_mem": "8MB",
    }
