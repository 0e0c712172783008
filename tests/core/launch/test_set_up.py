"""Set-up of a checkout with tools that are shell scripts: what is done, what is left alone, and what a failure says."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core.launch import assets, browser, command, environment, tools
from core.launch.say import Step, Trouble

PutTool = Callable[[str, str], Path]

# Makes an environment as uv does and notes what it was asked.
UV = f"""
[ "$1" = --version ] && echo uv 1.0 && exit
echo "$@" >> "$LOG"
if [ "$1" = venv ]; then
  for last; do :; done
  mkdir -p "$last/bin" && ln -s {sys.executable} "$last/bin/python"
fi
"""
NPM = """
echo "$@" >> "$LOG"
if [ "$1" = run ]; then mkdir -p web/static/dist && touch web/static/dist/manifest.json; else mkdir -p node_modules; fi
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    for name in ("web/islands", "web/static", "templates", "activities", "domain", "integrations"):
        (folder / name).mkdir(parents=True)
    for name in ("requirements.lock", "requirements-dev.lock", "package.json", "package-lock.json"):
        (folder / name).write_text("1")
    (folder / "web/islands/canvas.ts").write_text("1")
    return folder


@pytest.fixture
def calls(tmp_path: Path, bin_folder: PutTool, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """What the scripts in place of uv and npm were asked to do since the last look."""
    asked = tmp_path / "asked"
    monkeypatch.setenv("LOG", str(asked))
    bin_folder("uv", UV)
    bin_folder("npm", NPM)
    bin_folder("node", "echo v22.1.0")

    def since() -> list[str]:
        lines = asked.read_text().splitlines() if asked.exists() else []
        asked.write_text("")
        return lines

    return since


def test_the_environment_is_made_once(checkout: Path, tmp_path: Path, calls: Callable[[], list[str]]):
    environment.ensure("run", tmp_path / "log", checkout=checkout)
    made, synced = calls()
    assert made.startswith("venv --python")
    assert synced.endswith(f"--require-hashes {checkout}/requirements.lock")
    environment.ensure("run", tmp_path / "log", checkout=checkout)
    assert calls() == []


def test_a_changed_lock_is_followed(checkout: Path, tmp_path: Path, calls: Callable[[], list[str]]):
    environment.ensure("run", tmp_path / "log", checkout=checkout)
    calls()
    (checkout / "requirements.lock").write_text("2")
    environment.ensure("run", tmp_path / "log", checkout=checkout)
    assert [call.split()[:2] for call in calls()] == [["pip", "sync"]]


def test_a_developers_environment_keeps_its_tools(
    checkout: Path, tmp_path: Path, calls: Callable[[], list[str]]
):
    environment.ensure("dev", tmp_path / "log", checkout=checkout)
    (checkout / ".venv/lib/python3.11/site-packages/pytest").mkdir(parents=True)
    calls()
    environment.ensure("run", tmp_path / "log", checkout=checkout)
    assert calls() == []


def test_a_half_finished_environment_is_finished(
    checkout: Path, tmp_path: Path, calls: Callable[[], list[str]], bin_folder: PutTool
):
    bin_folder("uv", f"{UV}\n[ $1 = venv ] || exit 1")
    with pytest.raises(Trouble, match="Python packages did not work"):
        environment.ensure("run", tmp_path / "log", checkout=checkout)
    bin_folder("uv", UV)
    calls()
    environment.ensure("run", tmp_path / "log", checkout=checkout)
    assert [call.split()[:2] for call in calls()] == [["pip", "sync"]]


def test_an_environment_whose_python_is_gone_is_made_anew(
    checkout: Path, tmp_path: Path, calls: Callable[[], list[str]]
):
    environment.ensure("run", tmp_path / "log", checkout=checkout)
    python = environment.python(checkout)
    python.unlink()
    python.symlink_to("/nowhere/python3.11")
    calls()
    environment.ensure("run", tmp_path / "log", checkout=checkout)
    assert [call.split()[0] for call in calls()] == ["venv", "pip"]


def test_assets_are_made_again_only_when_what_goes_in_changed(
    checkout: Path, tmp_path: Path, calls: Callable[[], list[str]]
):
    log = tmp_path / "log"
    assets.ensure(log, checkout=checkout)
    assert [call.split()[0] for call in calls()] == ["ci", "run"]
    assets.ensure(log, checkout=checkout)
    assert calls() == []
    (checkout / "web/islands/canvas.ts").write_text("2")
    assets.ensure(log, checkout=checkout)
    assert calls() == ["run build"]
    shutil.rmtree(checkout / "web/static/dist")
    assets.ensure(log, checkout=checkout)
    assert calls() == ["run build"]
    (checkout / "package-lock.json").write_text("2")
    assets.ensure(log, checkout=checkout)
    assert calls() == ["ci --ignore-scripts --no-audit --no-fund", "run build"]


def test_an_old_node_is_passed_over_for_the_one_on_pypi(
    calls: Callable[[], list[str]], bin_folder: PutTool, tmp_path: Path
):
    assert tools.npm(tmp_path / "log") == [shutil.which("npm")]
    bin_folder("node", "echo v18.20.1")
    assert tools.npm(tmp_path / "log")[1:] == ["tool", "run", "--quiet", "--from", tools.NODE_WHEEL, "npm"]


def test_a_uv_that_does_not_run_is_passed_over_for_our_own(
    bin_folder: PutTool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Version managers put shims on PATH that only say that nothing is installed."""
    bin_folder("uv", "echo 'uv: command not found' >&2; exit 127")
    monkeypatch.setenv("MAINSPRING_CACHE", str(tmp_path / "cache"))
    (tmp_path / "cache").mkdir()
    own = tools.own_uv_folder() / "bin" / "uv"
    own.parent.mkdir(parents=True)
    own.touch()
    assert tools.uv(tmp_path / "log") == own


@pytest.mark.parametrize(
    ("words", "cure"),
    [
        ("npm error code ENOSPC", "The disk is full"),
        ("error: failed to write: No space left on device (os error 28)", "The disk is full"),
        ("cause: dns error", "The network"),
        ("npm error network request failed, reason: getaddrinfo ENOTFOUND registry.npmjs.org", "The network"),
        ("ERROR: No matching distribution found for uv==1", "The network"),
        ("EACCES: permission denied, mkdir '/x'", "The folder named above may not be written"),
        ("ModuleNotFoundError: No module named 'x'", ""),
    ],
)
def test_a_failure_is_told_in_plain_words(words: str, cure: str, tmp_path: Path):
    with pytest.raises(Trouble) as caught, Step("Browser packages") as step:
        command.run(["sh", "-c", f'echo "{words}"; exit 3'], step, log=tmp_path / "log")
    assert words in caught.value.what
    first = caught.value.cure.splitlines()[0]
    assert first.startswith(cure) if cure else first.startswith("All of its output")


def test_a_tool_that_hangs_is_ended(tmp_path: Path):
    with pytest.raises(Trouble, match="no end after"), Step("Download") as step:
        command.run(["sleep", "60"], step, log=tmp_path / "log", limit=0.2)


def test_chromium_is_asked_for_when_nobody_may_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bin_folder: PutTool
):
    chromium = bin_folder("chromium", "true")
    assert browser.find() == str(chromium)
    browser.ensure(tmp_path / "log")
    monkeypatch.setenv("CHROMIUM", "/nowhere")
    monkeypatch.setenv("PATH", os.fspath(tmp_path))  # no apt-get either
    with pytest.raises(Trouble, match="need Chromium") as caught:
        browser.ensure(tmp_path / "log")
    assert "apt-get install chromium" in caught.value.cure
