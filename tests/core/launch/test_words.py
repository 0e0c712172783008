"""What the launcher says and keeps: lines, durations, troubles; logs that stay small and give up their last words."""

import contextlib
import json
import os
import pty
import sys
from pathlib import Path

import pytest

from core.launch import logs, say
from core.launch.interrupt import Stop
from core.launch.say import Step, Trouble


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.04, "0.0 s"), (59.94, "59.9 s"), (60, "1 min 0 s"), (187, "3 min 7 s")]
)
def test_durations_read_well(seconds: float, words: str):
    assert say.duration(seconds) == words


def test_a_step_ends_with_its_duration_its_result_or_a_cross(capsys: pytest.CaptureFixture[str]):
    with Step("Postgres") as step:
        step.done("up to date")
    with Step("Browser packages"):
        pass
    with pytest.raises(Trouble), Step("Temporal"):
        raise Trouble("no way")
    with pytest.raises(Stop), Step("Demo"):
        raise Stop
    assert capsys.readouterr().out.splitlines() == [
        "✓ Postgres  up to date", "✓ Browser packages  0.0 s", "✗ Temporal", "– Demo  stopped",
    ]  # fmt: skip


def test_a_trouble_says_what_and_then_what_to_do(capsys: pytest.CaptureFixture[str]):
    say.trouble(Trouble("Port 8000 is in use.\nby python", "PORT=8001 make run"))
    assert capsys.readouterr().out.splitlines() == [
        "✗ Port 8000 is in use.",
        "  by python",
        "  PORT=8001 make run",
    ]


def test_a_terminal_sees_one_line_that_is_kept_up_to_date(monkeypatch: pytest.MonkeyPatch):
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr("sys.stdout", terminal)
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.delenv("NO_COLOR", raising=False)
        with Step("Temporal") as step:
            step.progress("building " + "x" * 500)
            say.warn("Worker ended")
        shown = ""
        while shown.count("\n") < 2:
            shown += os.read(ours, 10_000).decode()
    os.close(ours)
    assert "building" in shown
    assert "x" * 100 not in shown
    assert "\033[32m✓" in shown


def test_a_terminal_that_is_gone_is_no_reason_to_fail(monkeypatch: pytest.MonkeyPatch):
    reader, writer = os.pipe()
    os.close(reader)
    with contextlib.suppress(BrokenPipeError), os.fdopen(writer, "w") as broken:
        monkeypatch.setattr("sys.stdout", broken)
        say.line("to nobody")
        say.line("again")
        assert sys.stdout is not broken
        sys.stdout.close()


def test_a_full_log_moves_aside_while_its_writer_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(logs, "FULL", 100)
    log = tmp_path / "worker.log"
    with log.open("a") as writer:
        for word in ("first", "second", "third", "fourth", "fifth"):
            writer.write(f"{word}\n" + "." * 100)
            writer.flush()
            logs.rotate(log)
        writer.write("last")
    assert log.read_text() == "last"
    assert [log.with_name(f"worker.log.{n}").read_text().split()[0] for n in (1, 2, 3)] == [
        "fifth",
        "fourth",
        "third",
    ]
    assert not log.with_name("worker.log.4").exists()


def test_last_words_are_those_after_the_start(tmp_path: Path):
    log = tmp_path / "api.log"
    log.write_text("before\n")
    start = logs.size(log)
    assert logs.last_words(log, start) == ""
    log.write_text("before\none\n\ntwo\nthree\n")
    assert logs.last_words(log, start, 2) == "two\nthree"
    log.write_text("cut\n")
    assert logs.last_words(log, start + 100) == "cut"
    assert logs.last_words(tmp_path / "none", 0) == ""


def test_errors_are_told_once_in_short_and_a_few_at_a_time(tmp_path: Path):
    log = tmp_path / "worker.log"
    log.write_text("ERROR: old\n")
    errors = logs.Errors(log)
    assert errors.fresh() == []
    entries = [
        {"level": "info", "event": "error of yours"},
        {"level": "error", "event": "cannot send", "error": "no route"},
    ]
    with log.open("a") as file:
        file.writelines(json.dumps(entry) + "\n" for entry in entries)
        file.write("psycopg.OperationalError: gone\n")
    assert errors.fresh() == ["cannot send: no route", "psycopg.OperationalError: gone"]
    assert errors.fresh() == []
    with log.open("a") as file:
        file.write("ERROR: flood\n" * 50)
    assert errors.fresh() == ["ERROR: flood"] * 3 + [f"and 47 more, see {log}"]
