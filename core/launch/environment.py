"""The Python environment: `.venv` in the checkout, exactly what a lock says; left alone when it is already."""

import os
import shutil
import sys
from pathlib import Path
from typing import Literal

from core.launch import command, tools
from core.launch.home import CHECKOUT, fingerprint, stamped
from core.launch.say import Step

Level = Literal["run", "dev"]
LOCKS: dict[Level, str] = {"run": "requirements.lock", "dev": "requirements-dev.lock"}


def python(checkout: Path = CHECKOUT) -> Path:
    return checkout / ".venv" / "bin" / "python"


def ensure(level: Level, log: Path, *, checkout: Path = CHECKOUT) -> None:
    """A developer's environment stays one: `make run` does not take its tools away."""
    venv = checkout / ".venv"
    wanted: Level = "dev" if level == "dev" or _is_developers(venv) else "run"
    lock = checkout / LOCKS[wanted]
    with Step("Python packages") as step:
        if _works(venv) and stamped(_stamp(venv), _state(lock)):
            step.done("up to date")
            return
        _sync(venv, lock, step, log)


def _stamp(venv: Path) -> Path:
    return venv / ".mainspring"


def _state(lock: Path) -> str:
    return f"{lock.name} {fingerprint([lock], base=lock.parent)}"


def _works(venv: Path) -> bool:
    """False for none at all, and for one whose Python was removed from the machine."""
    return os.access(venv / "bin" / "python", os.X_OK)


def _is_developers(venv: Path) -> bool:
    return any(venv.glob("lib/python3*/site-packages/pytest"))


def _sync(venv: Path, lock: Path, step: Step, log: Path) -> None:
    """The stamp goes first and comes last, so that a half-finished environment is never taken for a good one."""
    uv = tools.uv(log)
    _stamp(venv).unlink(missing_ok=True)
    if not _works(venv):
        shutil.rmtree(venv, ignore_errors=True)
        command.run([uv, "venv", "--python", sys.executable, venv], step, log=log, env=tools.environment())
    sync = [uv, "pip", "sync", "--python", venv / "bin" / "python", "--require-hashes", lock]
    command.run(sync, step, log=log, env=tools.environment())
    _stamp(venv).write_text(_state(lock))
