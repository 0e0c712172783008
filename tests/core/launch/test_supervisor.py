"""The supervisor: what dies is started again at once, what keeps dying less and less often, and all of it is said."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.launch import processes
from core.launch.say import Trouble
from core.launch.supervisor import Supervisor, end_orphans
from tests.core.launch.conftest import SLEEP, Script


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    keeps = Supervisor(tmp_path / "parts.json")
    yield keeps
    keeps.stop()


def test_starts_a_killed_part_again_at_once(
    supervisor: Supervisor, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    part = Script(tmp_path, "worker", SLEEP)
    supervisor.launch(part)
    supervisor.wait_ready(part)
    first = part.pid
    os.kill(first, signal.SIGKILL)
    began = time.monotonic()
    assert supervisor.until(lambda: part.starts == 2 and part.running(), within=5)
    assert time.monotonic() - began < 1
    assert part.pid != first
    supervisor.until(lambda: False, within=0.3)
    said = capsys.readouterr().out
    assert "worker was ended by SIGKILL. Starting it again." in said
    assert "worker is back" in said


def test_waits_longer_when_a_part_keeps_dying_and_shows_its_last_words(
    supervisor: Supervisor, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    part = Script(tmp_path, "worker", "import time; time.sleep(0.1); raise SystemExit('the cat ate it')")
    supervisor.launch(part)
    supervisor.until(lambda: part.starts >= 5, within=10)
    said = capsys.readouterr().out
    assert "4 times in a row. Next start in 0.5 s" in said
    assert "the cat ate it" in said
    assert str(part.log) in said


def test_says_why_when_a_part_does_not_come_up_at_all(supervisor: Supervisor, tmp_path: Path):
    part = Script(tmp_path, "API", "raise SystemExit('port is taken')", waits=True)
    supervisor.launch(part)
    with pytest.raises(Trouble, match="API ended with code 1:\nport is taken"):
        supervisor.wait_ready(part)
    assert part.starts == 3


def test_a_part_that_is_never_ready_is_not_waited_for_for_ever(supervisor: Supervisor, tmp_path: Path):
    part = Script(tmp_path, "API", SLEEP, waits=True)
    supervisor.launch(part)
    with pytest.raises(Trouble, match="was not ready after"):
        supervisor.wait_ready(part, within=0.3)


def test_a_failure_to_start_a_process_is_tried_again(
    supervisor: Supervisor, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    part = Script(tmp_path / "later", "API", SLEEP)
    (tmp_path / "later").write_text("a file where a folder should be")
    supervisor.launch(part)
    assert "cannot be started now" in capsys.readouterr().out
    (tmp_path / "later").unlink()
    assert supervisor.until(part.running, within=5)


def test_ends_everything_in_reverse_order(supervisor: Supervisor, tmp_path: Path):
    code = (
        "import pathlib, signal, sys, time\n"
        "def end(*_):\n"
        "    with open('order', 'a') as file: file.write(sys.argv[0] + {name!r} + ' ')\n"
        "    sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "pathlib.Path({name!r}).touch()\n"
        "time.sleep(60)"
    )
    names = ["postgres", "temporal", "api", "worker"]
    for name in names:
        supervisor.launch(Script(tmp_path, name, code.replace("sys.argv[0] + ", "").format(name=name)))
    assert supervisor.until(lambda: all((tmp_path / name).exists() for name in names), within=10)
    supervisor.stop()
    assert (tmp_path / "order").read_text().split() == names[::-1]
    assert not (tmp_path / "parts.json").exists()


def test_a_part_takes_what_it_started_with_it(supervisor: Supervisor, tmp_path: Path):
    code = (
        "import pathlib, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "pathlib.Path('child').write_text(str(child.pid)); time.sleep(60)"
    )
    part = Script(tmp_path, "worker", code)
    supervisor.launch(part)
    assert supervisor.until((tmp_path / "child").exists, within=10)
    time.sleep(0.1)
    child = processes.Identity.of(int((tmp_path / "child").read_text()))
    assert child is not None
    part.process and part.process.kill()
    assert supervisor.until(lambda: not child.alive(), within=5)


def test_the_next_start_ends_what_a_killed_one_left_behind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    part = Script(tmp_path, "worker", SLEEP)
    part.launch()
    left = part.identity
    assert left is not None
    stranger = {"name": "api", "signal": 15, "pid": os.getpid(), "born": "another time"}
    record = tmp_path / "parts.json"
    record.write_text(
        json.dumps([{"name": "worker", "signal": 15, "pid": left.pid, "born": left.born}, stranger])
    )
    end_orphans(record)
    assert part.exit_code() == -signal.SIGTERM
    assert capsys.readouterr().out.count("an earlier run left behind") == 1
    assert not record.exists()


def test_errors_of_our_own_programs_reach_the_terminal(
    supervisor: Supervisor, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    line = json.dumps(
        {"level": "error", "event": "could not send", "exception": "Traceback\nOSError: no route"}
    )
    part = Script(tmp_path, "worker", f"print({line!r}, flush=True); {SLEEP}")
    part.tells_errors = True
    supervisor.launch(part)
    supervisor.until(lambda: False, within=1.6)
    assert "worker: could not send: OSError: no route" in capsys.readouterr().out
