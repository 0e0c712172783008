"""`make run` from end to end, on real servers, in a checkout whose own programs are a few lines each."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.launch import ports, verbs
from core.launch.home import CHECKOUT, Home
from core.launch.processes import Identity, wait_until

UV = f'[ "$1" = venv ] && mkdir -p .venv/bin && ln -sf {sys.executable} .venv/bin/python; echo uv 1.0'
NPM = "mkdir -p node_modules web/static/dist && touch web/static/dist/manifest.json"
API = """
import http.server, os, pathlib, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        note = pathlib.Path(os.environ["MAINSPRING_HOME"], "worker.pid")
        alive = note.exists() and os.path.exists("/proc/" + note.read_text())
        self.send_response(200 if self.path == "/healthz" or alive else 503)
        self.end_headers()
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), Handler).serve_forever()
"""
WORKER = """
import os, pathlib, time
pathlib.Path(os.environ["MAINSPRING_HOME"], "worker.pid").write_text(str(os.getpid()))
time.sleep(120)
"""
MIGRATE = "import os, sys; assert sys.argv[1:] == ['upgrade', 'head']; assert os.environ['DATABASE_URL']"
DEMO = """
import json, os, pathlib
note = pathlib.Path(os.environ["MAINSPRING_HOME"], "demo.json")
note.write_text(json.dumps({"email": "olive@shop.example", "password": "open sesame"}))
"""


class Started:
    """One `make run`, in a process group of its own as under a terminal."""

    def __init__(self, checkout: Path, home: Path, port: int, said: Path) -> None:
        self.home = home
        self.url = f"http://127.0.0.1:{port}"
        self._said = said
        environment = {**os.environ, "MAINSPRING_HOME": str(home), "PORT": str(port)}
        for name in ("DATABASE_URL", "TEMPORAL_ADDRESS", "HOST", "PUBLIC_URL", "MAKEFLAGS", "MAKELEVEL"):
            environment.pop(name, None)
        with self._said.open("w") as out:
            self.process = subprocess.Popen(
                ["make", "run", f"PYTHON={sys.executable}"],
                cwd=checkout, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip

    @property
    def said(self) -> str:
        return self._said.read_text()

    def until(self, words: str) -> None:
        found = wait_until(lambda: words in self.said or self.process.poll() is not None, 60)
        assert found, self.said
        assert words in self.said

    def pid(self, name: str) -> int:
        parts = json.loads((self.home / "parts.json").read_text())
        return next(part["pid"] for part in parts if part["name"] == name)

    def everything(self) -> list[Identity]:
        found = [Identity.of(self.pid(name)) for name in ("Postgres", "Temporal", "API", "Worker")]
        return [identity for identity in found if identity]

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=1):
                return True
        except OSError:
            return False

    def end(self) -> int:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(30)
        return self.process.returncode


@pytest.fixture
def checkout(tmp_path: Path, bin_folder: Callable[[str, str], Path]) -> Path:
    for name, script in {"uv": UV, "npm": NPM, "node": "echo v22.1.0"}.items():
        bin_folder(name, script)
    folder = tmp_path / "checkout"
    (folder / "core").mkdir(parents=True)
    shutil.copytree(CHECKOUT / "core" / "launch", folder / "core" / "launch")
    for name in ("core/__init__.py", "Makefile", "requirements.lock", "package.json", "package-lock.json"):
        shutil.copy(CHECKOUT / name, folder / name)
    for name, code in {"uvicorn": API, "alembic": MIGRATE, "demo": DEMO}.items():
        (folder / name).mkdir()
        (folder / name / "__main__.py").write_text(code)
    (folder / "worker.py").write_text(WORKER)
    return folder


@pytest.fixture
def run(checkout: Path, home: Path) -> Iterator[Callable[..., Started]]:
    """Starts it, once or several times, in the same home and on the same port unless another is given."""
    runs: list[Started] = []
    port = ports.free()

    def start(**other: int) -> Started:
        said = checkout.with_name(f"said-{len(runs)}")
        runs.append(Started(checkout, home, other.get("port", port), said))
        return runs[-1]

    yield start
    for started in runs:
        started.end()


def test_one_command_from_a_fresh_checkout_through_kills_to_a_clean_end(run: Callable[..., Started]):
    first = run()
    first.until("Ctrl-C stops it")
    assert f"Mainspring is running: {first.url}" in first.said
    assert "olive@shop.example   open sesame" in first.said
    assert first.answers()

    second = run()
    second.until("Mainspring already runs here: " + first.url)
    assert second.process.wait(30) == 2

    worker = first.pid("Worker")
    os.kill(worker, signal.SIGKILL)
    assert wait_until(lambda: first.pid("Worker") != worker and first.answers(), 30), first.said
    assert "Worker was ended by SIGKILL. Starting it again." in first.said

    before = first.everything()
    os.kill(json.loads((first.home / "lock").read_text())["pid"], signal.SIGKILL)
    third = run()
    third.until("Ctrl-C stops it")
    assert not any(part.alive() for part in before)

    running = third.everything()
    third.end()
    assert len(running) == 4
    assert not any(part.alive() for part in running)
    assert not (third.home / "parts.json").exists()


@pytest.mark.usefixtures("used_home")
def test_a_kill_of_make_alone_ends_everything_too(run: Callable[..., Started]):
    started = run()
    started.until("Ctrl-C stops it")
    running = started.everything()
    started.process.kill()
    again = run()
    again.until("Ctrl-C stops it")
    assert len(running) == 4
    assert not any(part.alive() for part in running)


def test_a_port_in_use_is_found_before_anything_is_set_up(run: Callable[..., Started], checkout: Path):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        started = run(port=listener.getsockname()[1])
        started.until("make run")
        assert "is in use" in started.said
        assert started.process.wait(30) == 2
    assert not (checkout / ".venv").exists()


@pytest.mark.usefixtures("used_home")
def test_ctrl_c_in_the_middle_of_set_up_ends_its_tools_and_the_next_start_goes_on(
    run: Callable[..., Started], bin_folder: Callable[[str, str], Path], tmp_path: Path
):
    bin_folder("npm", f"echo $$ > {tmp_path}/npm.pid; sleep 60")
    started = run()
    assert wait_until(
        lambda: (tmp_path / "npm.pid").exists() and (tmp_path / "npm.pid").read_text() != "", 20
    )
    npm = Identity.of(int((tmp_path / "npm.pid").read_text()))
    os.killpg(started.process.pid, signal.SIGINT)
    started.until("What was done so far is kept")
    assert npm is not None
    assert not npm.alive()
    assert "Traceback" not in started.said
    bin_folder("npm", NPM)
    run().until("Ctrl-C stops it")


@pytest.mark.usefixtures("used_home")
def test_an_application_that_does_not_come_up_ends_with_its_last_words(
    run: Callable[..., Started], checkout: Path
):
    (checkout / "uvicorn" / "__main__.py").write_text("raise SystemExit('no such module: api.app')")
    started = run()
    started.until("API ended with code 1")
    assert "no such module: api.app" in started.said
    assert started.process.wait(20) == 2
    assert not (started.home / "parts.json").exists()


@pytest.mark.usefixtures("signals_as_before")
def test_a_command_gets_servers_of_its_own(capfd: pytest.CaptureFixture[str]):
    check = "import os, socket; from urllib.parse import urlsplit as at;"
    check += "[socket.create_connection((at(u).hostname, at(u).port)) for u in"
    check += " (os.environ['DATABASE_URL'], 'x://' + os.environ['TEMPORAL_ADDRESS'])];"
    check += "print('home', os.environ['MAINSPRING_HOME']); raise SystemExit(7)"
    assert verbs.main(["with-services", "--", sys.executable, "-c", check]) == 7
    home = next(line.split()[1] for line in capfd.readouterr().out.splitlines() if line.startswith("home"))
    assert not Path(home).exists()


@pytest.mark.usefixtures("signals_as_before")
@pytest.mark.parametrize(
    ("command", "sentence"), [([], "No command was given"), (["/nowhere/x"], "/nowhere/x cannot be run")]
)
def test_a_command_that_cannot_be_run_is_named(
    command: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
):
    assert verbs.main(["with-services", "--", *command]) == 1
    assert sentence in capsys.readouterr().out


def test_fresh_throws_the_local_data_away_and_asks_first(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("MAINSPRING_HOME", str(home))
    shutil.rmtree(home)
    Home(home).make()
    assert verbs.main(["fresh"]) == 1
    assert "YES=1" in capsys.readouterr().out
    assert home.exists()
    assert verbs.main(["fresh", "--yes"]) == 0
    assert not home.exists()
    assert verbs.main(["fresh", "--yes"]) == 0
    assert "no local data" in capsys.readouterr().out


def test_fresh_leaves_a_folder_alone_that_holds_other_things(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("MAINSPRING_HOME", str(home))
    (home / "thesis.odt").touch()
    mode = home.stat().st_mode
    Home(home).make()
    assert home.stat().st_mode == mode
    assert verbs.main(["fresh", "--yes"]) == 1
    assert "held other files" in capsys.readouterr().out
    assert (home / "thesis.odt").exists()


@pytest.mark.parametrize(
    ("variable", "address"),
    [("DATABASE_URL", "postgresql://me@127.0.0.1:1/x"), ("TEMPORAL_ADDRESS", "127.0.0.1:1")],
)
@pytest.mark.usefixtures("signals_as_before")
def test_a_server_of_yours_that_does_not_answer_is_named(variable: str, address: str):
    from core.launch import servers
    from core.launch.say import Trouble

    with pytest.raises(Trouble, match=f"{variable} is set, but nothing answers at 127.0.0.1:1"):
        servers.require(variable, address, 5432)
