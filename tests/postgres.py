"""Postgres for the tests: the server that DATABASE_URL names, else an embedded one that lives as long as this run.

The schema is made once, in a template; each test process gets a copy of it. Tests never share rows because each works in
workspaces of its own, so nothing is cleaned between them.
"""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config

from core.db import plain_url
from core.launch.postgres import Postgres

ROOT = Path(__file__).resolve().parent.parent
_ours: list[Postgres] = []


@contextlib.contextmanager
def alone(run: Path) -> Iterator[None]:
    """One process at a time; the others find what it has made."""
    with (run / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def server(run: Path) -> str:
    """The address of the server of this run; started by whoever asks first, and ended by the same process."""
    note = run / "server"
    if not note.exists():
        given = os.environ.get("DATABASE_URL", "")
        note.write_text(plain_url(given).partition("?")[0] if given else _start(run))
    return note.read_text()


def database(run: Path, name: str) -> str:
    """The address of a database of its own for this process, with the whole schema in it."""
    with alone(run):
        url, template, own = server(run), f"template_{run.name}", f"test_{run.name}_{name}"
        with psycopg.connect(url, autocommit=True) as admin:
            if not admin.execute("select 1 from pg_database where datname = %s", (template,)).fetchone():
                admin.execute(f'create database "{template}"')
                migrate(_named(url, template))
            admin.execute(f'create database "{own}" template "{template}"')
    return _named(url, own)


def migrate(url: str) -> None:
    """Bring a database to the current schema, as an installation does it."""
    config = Config(str(ROOT / "alembic.ini"))
    config.attributes["url"] = url
    command.upgrade(config, "head")


def finish(run: Path) -> None:
    """End the server that was ours, or drop our databases from the one that was not."""
    for postgres in _ours:
        postgres.stop()
        postgres.remove()
    if not _ours and (run / "server").exists():
        _drop_databases((run / "server").read_text(), run.name)
    shutil.rmtree(run, ignore_errors=True)


def _start(run: Path) -> str:
    run.chmod(0o711)  # the database's user has to pass through
    postgres = Postgres(run, durable=False)
    _ours.append(postgres)
    return postgres.start()


def _drop_databases(url: str, run: str) -> None:
    with psycopg.connect(url, autocommit=True) as admin:
        ours = admin.execute("select datname from pg_database where datname like %s", (f"%\\_{run}%",))
        for (name,) in ours.fetchall():
            admin.execute(f'drop database if exists "{name}" with (force)')


def _named(url: str, database_name: str) -> str:
    return f"{url.rpartition('/')[0]}/{database_name}"
