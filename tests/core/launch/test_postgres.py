"""The embedded Postgres: back with its data after every kind of death; in words what it cannot mend."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from core.launch import ports, processes
from core.launch.postgres import Postgres, leftovers, places
from core.launch.say import Trouble


def execute(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_is_a_full_postgres_18_that_lets_nobody_in_without_the_password(postgres: Postgres):
    for extension in ("pg_trgm", "btree_gist", "unaccent", "pg_stat_statements"):
        execute(postgres.url, f"create extension {extension}")
    assert execute(postgres.url, "select lower('ÄÉ'), unaccent('é')") == [("äé", "e")]
    assert execute(postgres.url, "show server_version_num")[0][0].startswith("18")
    assert execute(postgres.url, "show timezone") == [("UTC",)]
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(postgres.url.replace(postgres.url.split(":")[2].split("@")[0], "wrong"))


def test_comes_back_with_its_data_after_kill_9_and_after_an_orderly_end(postgres: Postgres):
    url = postgres.url
    execute(url, "create table kept as select 7 as n")
    with psycopg.connect(url, autocommit=True) as busy:
        busy.execute("select 1")  # its backend is an orphan in a moment
        postgres.kill()
        assert postgres.start() == url
    assert execute(url, "select n from kept") == [(7,)]
    postgres.stop()
    assert not postgres.running()
    assert execute(postgres.start(), "select n from kept") == [(7,)]


def test_ends_when_whoever_started_it_is_killed(used_home: Path):
    code = (
        "import pathlib, sys, time; from core.launch.postgres import Postgres;"
        f"server = Postgres(pathlib.Path({str(used_home)!r}), durable=False); server.start();"
        "print(server.pid, flush=True); time.sleep(60)"
    )
    starter = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    pid = next(int(line) for line in starter.stdout if line.strip().isdigit())
    orphan = processes.Identity.of(pid)
    assert orphan is not None
    starter.kill()
    starter.communicate()
    if processes.LINUX:
        assert processes.wait_until(lambda: not orphan.alive(), 10)
    successor = Postgres(used_home, durable=False)
    assert execute(successor.start(), "select 1") == [(1,)]
    successor.stop()


def test_takes_over_from_one_that_nobody_looks_after(used_home: Path, postgres: Postgres):
    before = postgres.identity
    successor = Postgres(used_home, durable=False)
    execute(successor.start(), "select 1")
    assert before is not None
    assert not before.alive()
    successor.stop()


def test_a_pid_file_that_names_a_stranger_does_not_keep_it_from_starting(postgres: Postgres):
    postgres.kill()
    lines = (postgres.data / "postmaster.pid").read_text().splitlines()
    (postgres.data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    execute(postgres.start(), "select 1")
    assert leftovers.pid_file(postgres.data)[0] == str(postgres.pid)


def test_a_half_made_data_folder_is_made_again(home: Path):
    server = Postgres(home, durable=False)
    half = places.find(home) / "data.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    execute(server.start(), "select 1")
    server.stop()
    assert not half.exists()


def test_finds_another_port_when_somebody_takes_it_at_the_last_moment(used_home: Path):
    server = Postgres(used_home, durable=False)
    server.prepare()
    taken = int(server.url.rpartition(":")[2].split("/")[0])
    with ports.socket.socket() as thief:
        thief.setsockopt(ports.socket.SOL_SOCKET, ports.socket.SO_REUSEADDR, 1)
        thief.bind(("127.0.0.1", taken))
        thief.listen()
        server.start_and_wait()
    execute(server.url, "select 1")
    assert f":{taken}/" not in server.url
    server.stop()


@pytest.mark.parametrize(
    ("content", "sentence"), [("17\n", "made by Postgres 17"), (None, "PG_VERSION is missing")]
)
def test_says_when_the_data_is_not_its_own(postgres: Postgres, content: str | None, sentence: str):
    postgres.stop()
    mark = postgres.data / "PG_VERSION"
    mark.write_text(content) if content else mark.unlink()
    with pytest.raises(Trouble, match=sentence) as caught:
        postgres.start()
    assert "make fresh" in caught.value.cure


def test_says_when_the_data_is_damaged(postgres: Postgres):
    postgres.stop()
    control = postgres.data / "global" / "pg_control"
    control.write_bytes(control.read_bytes()[:100])
    with pytest.raises(Trouble, match="pg_control") as caught:
        postgres.start()
    assert "is damaged" in caught.value.cure


@pytest.mark.skipif(os.getuid() != 0, reason="only root's folders are closed to the server's user")
def test_data_of_a_closed_home_lies_where_the_server_can_reach_it(home: Path):
    home.chmod(0o700)
    server = Postgres(home, durable=False)
    execute(server.start(), "create table kept as select 7 as n")
    assert not server.data.is_relative_to(home)
    server.stop()
    again = Postgres(home, durable=False)
    assert execute(again.start(), "select n from kept") == [(7,)]
    again.stop()
    again.remove()
    assert not server.data.exists()
