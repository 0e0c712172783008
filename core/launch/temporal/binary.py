"""The `temporal` program, from the first place that has it: PATH, our cache, the SDK's download, a build by Go."""

import os
import shutil
import sys
import urllib.error
import urllib.request
from pathlib import Path

from core.launch import command, environment, tools
from core.launch.home import alone_in, built_whole, cache, free_megabytes
from core.launch.say import Step, Trouble

VERSION = "v1.5.1"  # the last one that `go install` can build
MODULE = f"github.com/temporalio/cli/cmd/temporal@{VERSION}"
DOWNLOADS = "https://temporal.download/"
PATIENCE = 4.0
DOWNLOAD_LIMIT = 300.0
BUILD_MEGABYTES = 5000

# Starts and stops the SDK's development server, whose program stays in the folder.
DOWNLOAD = """
import asyncio, sys
from temporalio.testing import WorkflowEnvironment
async def download():
    async with await WorkflowEnvironment.start_local(download_dest_dir=sys.argv[1], dev_server_download_version=sys.argv[2]):
        pass
asyncio.run(download())
"""


def ensure(log: Path, *, downloads: str = DOWNLOADS) -> Path:
    with Step("Temporal") as step:
        found = _on_path() or _cached()
        if found:
            step.done("up to date")
            return found
        with alone_in(cache(), "fetching Temporal"):
            return _cached() or _fetch(step, log, downloads)


def _on_path() -> Path | None:
    found = shutil.which("temporal")
    return Path(found) if found and _serves(Path(found)) else None


def _serves(program: Path) -> bool:
    """Whether it is the Temporal command line, and new enough to know the options that we give it."""
    return "--http-port" in tools.answers([program, "server", "start-dev", "--help"])


def _target() -> Path:
    return cache() / f"temporal-{VERSION}-{sys.platform}-{os.uname().machine}"


def _cached() -> Path | None:
    program = _target() / "temporal"
    return program if program.exists() else None


def _fetch(step: Step, log: Path, downloads: str) -> Path:
    with built_whole(_target()) as folder:
        if not (_reachable(downloads) and _download(folder, step, log)):
            _build(folder, step, log)
        if not _serves(folder / "temporal"):
            raise Trouble(
                "The Temporal program that was fetched does not run on this machine.", _other_ways()
            )
    return _target() / "temporal"


def _download(folder: Path, step: Step, log: Path) -> bool:
    try:
        python = environment.python()
        command.run(
            [python, "-c", DOWNLOAD, folder, VERSION],
            step,
            log=log,
            limit=DOWNLOAD_LIMIT,
            saying="downloading: ",
        )
    except Trouble:
        return False  # closed off on the way; its words are in the log, and there is one more way
    program = next((path for path in folder.iterdir() if path.is_file()), None)
    if program:
        program.rename(folder / "temporal")
    return program is not None


def _reachable(address: str) -> bool:
    """Asked first and briefly: behind some walls the download itself would hang for minutes."""
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE):
            return True
    except urllib.error.HTTPError:
        return True
    except (OSError, ValueError):
        return False


def _build(folder: Path, step: Step, log: Path) -> None:
    go = tools.go()
    if go is None:
        raise Trouble(
            "Temporal's server cannot be downloaded from here, and there is no Go to build it with.",
            _other_ways(),
        )
    scratch = cache() / "temporal-build"
    own = own_go_caches(go, scratch)
    if own and (free := free_megabytes(cache())) < BUILD_MEGABYTES:
        raise Trouble(
            f"Building Temporal takes 5 GB for some minutes; {free} MB are free at {cache()}.", _other_ways()
        )
    env = {**tools.environment(), "GOBIN": str(folder), "CGO_ENABLED": "0", **own}
    argv = [go, "install", "-v", "-ldflags=-s -w", MODULE]
    command.run(argv, step, log=log, env=env, cwd=Path("/"), saying="building with Go, some minutes, once: ")
    step.progress("tidying up")
    shutil.rmtree(scratch, ignore_errors=True)


def own_go_caches(go: str, scratch: Path) -> dict[str, str]:
    """
    Who builds with Go has its caches already. Everybody else would be left with 4 GB of them: theirs go to a folder
    that outlives an interrupted build, and is deleted after a finished one.
    """
    if Path(tools.answers([go, "env", "GOMODCACHE"])).exists():
        return {}
    flags = f"{tools.answers([go, 'env', 'GOFLAGS'])} -modcacherw".strip()
    places = {"GOPATH": "path", "GOMODCACHE": "mod", "GOCACHE": "build"}
    return {name: str(scratch / folder) for name, folder in places.items()} | {"GOFLAGS": flags}


def _other_ways() -> str:
    return (
        "Any one of these helps: allow access to temporal.download, install Go (https://go.dev/dl/), put the\n"
        "`temporal` command on PATH (brew install temporal), or point TEMPORAL_ADDRESS to a server that runs."
    )
