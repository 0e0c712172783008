"""Stamps, whole folders and whole files: an interrupted set-up is never taken for a finished one."""

import threading
import time
from pathlib import Path

import pytest

from core.launch import home as folders
from core.launch.say import Trouble


def test_a_folder_appears_only_when_it_is_complete(tmp_path: Path):
    target = tmp_path / "tool"
    with pytest.raises(NotADirectoryError), folders.built_whole(target) as scratch:
        (Path(__file__) / "half").touch()
    assert not scratch.exists()
    assert list(tmp_path.iterdir()) == []
    with folders.built_whole(target) as scratch:
        (scratch / "whole").touch()
        assert not target.exists()
    assert [path.name for path in target.iterdir()] == ["whole"]


def test_what_a_killed_attempt_left_is_cleared_away(tmp_path: Path):
    (tmp_path / ".tool.killed").mkdir()
    with folders.built_whole(tmp_path / "tool"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["tool"]


def test_the_fingerprint_follows_names_and_contents(tmp_path: Path):
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text("1")
    second.write_text("2")

    def now() -> str:
        return folders.fingerprint(tmp_path.iterdir(), base=tmp_path)

    before = now()
    assert now() == before
    second.write_text("3")
    changed = now()
    assert changed != before
    second.rename(tmp_path / "c")
    assert now() not in {before, changed}


def test_readers_see_the_old_or_the_new_file_with_its_mode(tmp_path: Path):
    secret = tmp_path / "secret"
    folders.write_whole(secret, "one", mode=0o600)
    folders.write_whole(secret, "two", mode=0o600)
    assert secret.read_text() == "two"
    assert secret.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_one_at_a_time_sets_up_and_the_other_says_that_it_waits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    order: list[str] = []

    def first() -> None:
        with folders.alone_in(tmp_path, "setting up"):
            entered.set()
            time.sleep(0.5)
            order.append("first")

    entered = threading.Event()
    other = threading.Thread(target=first)
    other.start()
    entered.wait()
    with folders.alone_in(tmp_path, "setting up"):
        order.append("second")
    other.join()
    assert order == ["first", "second"]
    assert "Another start is setting up" in capsys.readouterr().out


def test_the_cache_is_where_it_was_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MAINSPRING_CACHE", str(tmp_path / "mine"))
    assert folders.cache() == tmp_path / "mine"
    (tmp_path / "file").touch()
    monkeypatch.setenv("MAINSPRING_CACHE", str(tmp_path / "file" / "x"))
    with pytest.raises(Trouble, match="cannot be made"):
        folders.cache()
