"""Chromium for the browser tests: Debian's package, installed when we may."""

import os
import shutil
from pathlib import Path

from core.launch import command
from core.launch.say import Step, Trouble

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-liberation", "fonts-inter")


def find() -> str | None:
    named = os.environ.get("CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def ensure(log: Path) -> None:
    with Step("Chromium") as step:
        if find():
            step.done("up to date")
            return
        if os.getuid() != 0 or not shutil.which("apt-get"):
            raise Trouble(
                "The browser tests need Chromium, and none was found.",
                "Debian, Ubuntu:  sudo apt-get install chromium     elsewhere:  CHROMIUM=/path/to/chrome make test\n"
                "All other tests run without it: make unit",
            )
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        command.run(["apt-get", "update"], step, log=log, env=quiet)
        command.run(
            ["apt-get", "install", "-y", "--no-install-recommends", *PACKAGES], step, log=log, env=quiet
        )
