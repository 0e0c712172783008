"""The servers of an instance: started side by side, kept running, and found again by `make migrate`."""

import os
import signal
from pathlib import Path

import psycopg
import pytest

from core.launch import servers, setup, verbs
from core.launch.home import Home
from core.launch.instance import Instance
from core.launch.supervisor import Supervisor


def table_names(url: str) -> set[str]:
    with psycopg.connect(url, connect_timeout=5) as connection:
        return {
            name
            for (name,) in connection.execute("select tablename from pg_tables where schemaname = 'public'")
        }


def test_come_up_together_and_come_back_one_by_one(used_home: Path, capsys: pytest.CaptureFixture[str]):
    ours = Instance(Home(used_home).make(), "127.0.0.1", 8000, None, None, None)
    prepared = servers.prepare(ours)
    assert prepared.postgres is not None
    assert prepared.temporal is not None
    supervisor = Supervisor(ours.home.parts)
    try:
        servers.start(prepared, supervisor)
        url, address = prepared.database_url, prepared.temporal_address
        for part in (prepared.postgres, prepared.temporal):
            before = part.pid
            os.kill(before, signal.SIGKILL)
            assert supervisor.until(
                lambda part=part, before=before: part.pid != before and part.ready(), within=20
            )
        assert (prepared.database_url, prepared.temporal_address) == (url, address)
        assert table_names(url) == set()
    finally:
        supervisor.stop()
    assert "Starting Postgres and Temporal" in capsys.readouterr().out


def test_servers_of_yours_are_taken_as_they_are(used_home: Path):
    ours = Instance(Home(used_home), "127.0.0.1", 8000, "postgresql:///mine?host=/run/mine", None, None)
    with setup.database(ours) as url:
        assert url == ours.database_url


@pytest.mark.usefixtures("signals_as_before")
def test_migrate_starts_the_database_for_as_long_as_it_takes(
    used_home: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MAINSPRING_HOME", str(used_home))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert verbs.main(["migrate"]) == 0
    ours = Instance(Home(used_home), "127.0.0.1", 8000, None, None, None)
    with setup.database(ours) as url:
        assert "alembic_version" in table_names(url)
        with setup.database(ours) as beside_the_running_one:
            assert beside_the_running_one == url
