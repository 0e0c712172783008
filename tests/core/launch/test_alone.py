"""Two at once: the second one is told where the first is, or waits for one that is just ending."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from core.launch import alone as module
from core.launch import instance
from core.launch.alone import alone, is_running
from core.launch.home import Home
from core.launch.instance import Instance
from core.launch.say import Trouble


@pytest.fixture
def ours(home: Path) -> Instance:
    return Instance(Home(home), "127.0.0.1", 8000, None, None, None)


def test_the_second_is_told_where_the_first_runs(ours: Instance):
    with alone(ours):
        assert is_running(ours.home)
        with (
            pytest.raises(Trouble, match=r"already runs here: http://127\.0\.0\.1:8000") as caught,
            alone(ours),
        ):
            pytest.fail("two at once")
    assert "PORT=8001 make run" in caught.value.cure
    assert not is_running(ours.home)


def test_one_that_is_ending_is_waited_for(ours: Instance):
    first = module.Lock(ours.home.make())
    assert first.take()
    first.write(ending=True)
    threading.Timer(1.5, first.release).start()
    with alone(ours) as lock:
        assert lock.holder()["url"] == ours.url


def test_another_home_is_another_instance(ours: Instance, tmp_path: Path):
    with alone(ours), alone(replace(ours, home=Home(tmp_path / "other"))):
        assert is_running(ours.home)


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(Trouble, match="cannot be used"):
        Home(tmp_path / "file" / "home").make()


def test_reads_the_environment_and_the_file_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / ".env").write_text(
        '# a remark\nexport HOST="0.0.0.0"\nPORT=8123\nSMTP_URL=smtp://u:p@h:25\nEMPTY=\n'
    )
    for name in (
        "HOST",
        "SMTP_URL",
        "DATABASE_URL",
        "TEMPORAL_ADDRESS",
        "PUBLIC_URL",
        "MAINSPRING_HOME",
        "EMPTY",
    ):
        monkeypatch.setenv(name, "x")
        monkeypatch.delenv(name)
    monkeypatch.setenv("PORT", "9000")
    ours = instance.read(tmp_path)
    assert (ours.port, ours.host, ours.home.root) == (9000, "0.0.0.0", tmp_path / ".mainspring")
    given = instance.children(ours, "postgresql://x", "temporal:1")
    assert given["PUBLIC_URL"] == ours.url == "http://127.0.0.1:9000"
    assert given["SMTP_URL"] == "smtp://u:p@h:25"
    assert given["DATABASE_URL"] == "postgresql://x"
    assert "EMPTY" not in given


@pytest.mark.parametrize("port", ["80a", "0", "65536", "-1"])
def test_a_port_that_is_none_is_refused(port: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PORT", port)
    with pytest.raises(Trouble, match=f"PORT={port} is no port"):
        instance.read(tmp_path)
