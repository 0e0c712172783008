"""Folders: the instance's home, the shared cache, and stamps that say what was finished for which inputs."""

import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from pathlib import Path

from core.launch import interrupt, say
from core.launch.say import Trouble

MARK = "mainspring-home"
CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Home:
    """`MAINSPRING_HOME`: all state of one instance. `make fresh` throws it away, nothing else does."""

    root: Path

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def temporal(self) -> Path:
        return self.root / "temporal"

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def demo(self) -> Path:
        return self.root / "demo.json"

    @property
    def parts(self) -> Path:
        return self.root / "parts.json"

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    @property
    def is_ours_alone(self) -> bool:
        """False for a folder that held other things before us; those are nobody's to throw away."""
        return (self.root / MARK).exists()

    def make(self) -> "Home":
        """Others may pass through (the database's user has to), but neither list it nor read what is in it."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            if not any(self.root.iterdir()):
                self.root.chmod(0o711)
                (self.root / MARK).write_text("Everything in this folder belongs to Mainspring.\n")
            for folder in (self.logs, self.temporal):
                folder.mkdir(exist_ok=True)
                folder.chmod(0o700)
        except OSError as error:
            raise _unusable(self.root, error) from error
        return self


def _unusable(root: Path, error: OSError) -> Trouble:
    if error.errno == errno.ENOSPC:
        return Trouble(
            f"The disk is full: nothing more can be written to {root}.", "Free some space and start again."
        )
    return Trouble(
        f"The folder {root} cannot be used: {error.strerror}.",
        "Choose another with MAINSPRING_HOME=/some/folder make run",
    )


_held: set[int] = set()


def held() -> tuple[int, ...]:
    """
    The locks of `alone_in`, for the tools that run under them to inherit: when we are killed, the lock stays until
    they have ended too, and the next start does not meet an npm that is still writing.
    """
    return tuple(_held)


@contextlib.contextmanager
def alone_in(folder: Path, doing: str) -> Generator[None]:
    """One at a time works on what several checkouts or instances share; the next one waits, and says so."""
    handle = os.open(folder, os.O_RDONLY)
    _held.add(handle)
    try:
        told = False
        while not _locked(handle):
            if not told:
                say.line(
                    f"Another start is {doing}, or was killed while it did; waiting for that to finish …"
                )
                told = True
            interrupt.pause(0.3)
        yield
    finally:
        _held.discard(handle)
        os.close(handle)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def cache() -> Path:
    """What was downloaded or built once serves every checkout: `MAINSPRING_CACHE`, else the user's own cache folder."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(os.environ.get("MAINSPRING_CACHE") or base / "mainspring").absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Trouble(
            f"The cache folder {folder} cannot be made: {error.strerror}.",
            "Choose another with MAINSPRING_CACHE=/some/folder",
        ) from error
    return folder


def fingerprint(paths: Iterable[Path], *more: str, base: Path = CHECKOUT) -> str:
    """Changes when the place within the checkout or the content of any of these files does."""
    digest = hashlib.sha256("\0".join(more).encode())
    for path in sorted(paths):
        digest.update(f"\0{path.relative_to(base)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:24]


def stamped(stamp: Path, print_: str) -> bool:
    try:
        return stamp.read_text() == print_
    except OSError:
        return False


def write_whole(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Readers see the old or the new content, never half of it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w") as file:
        file.write(text)
    Path(name).chmod(mode)
    Path(name).replace(path)


@contextlib.contextmanager
def built_whole(target: Path) -> Generator[Path]:
    """A folder that appears under its name only when it is complete; what an interrupted attempt left is cleared away."""
    for leftover in target.parent.glob(f".{target.name}.*"):
        shutil.rmtree(leftover, ignore_errors=True)
    scratch = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    scratch.chmod(0o755)
    try:
        yield scratch
        shutil.rmtree(target, ignore_errors=True)
        scratch.rename(target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def free_megabytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free // 2**20
