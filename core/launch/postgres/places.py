"""Where the data lies and whose it is: in the home if the server's user can enter it, else beside it and noted there."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from core.launch.processes import User, user_named
from core.launch.say import Trouble

OUTSIDE = Path("/var/lib/mainspring")
NOTE = "postgres.where"
OWNER_NOTE = "home"


def server_user() -> User | None:
    """Postgres refuses to run as root; None means that we are not root and it runs as we do."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        if user := user_named(name):
            return user
    raise Trouble(
        "Postgres does not run as root, and there is no user `postgres` or `nobody` on this machine.",
        "Start Mainspring as an ordinary user, or point DATABASE_URL to a Postgres 18 of yours.",
    )


def owner(place: Path) -> User | None:
    """Whoever made the data runs it, even when a better user has appeared since."""
    if os.getuid() != 0:
        return None
    made_by = place.stat()
    if made_by.st_uid == 0:
        return server_user()
    return User(str(made_by.st_uid), made_by.st_uid, made_by.st_gid)


def find(home: Path) -> Path:
    """The folder for the server's data, made when there is none yet."""
    note = home / NOTE
    if note.exists():
        return Path(note.read_text())
    inside = home / "postgres"
    user = server_user()
    if user is None or inside.exists() or can_enter(user, home):
        inside.mkdir(mode=0o700, exist_ok=True)
        _give(inside, user)
        return inside
    return _outside(home, user)


def can_enter(user: User, folder: Path) -> bool:
    """Asked of the system itself, since permissions are more than nine bits."""
    probe = subprocess.run(
        ["/bin/sh", "-c", 'cd -- "$0"', str(folder)],
        user=user.uid, group=user.gid, extra_groups=[], cwd="/", capture_output=True, check=False,
    )  # fmt: skip
    return probe.returncode == 0


def _give(place: Path, user: User | None) -> None:
    if user and place.stat().st_uid == 0:
        os.chown(place, user.uid, user.gid)


def _outside(home: Path, user: User) -> Path:
    OUTSIDE.mkdir(mode=0o711, parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(dir=OUTSIDE))
    (home / NOTE).write_text(str(place))
    (place / OWNER_NOTE).write_text(f"{home}\n")  # for whoever finds this folder and wonders
    _give(place, user)
    return place


def remove(home: Path) -> None:
    """All data of this home, wherever it lies."""
    note = home / NOTE
    if note.exists():
        shutil.rmtree(Path(note.read_text()), ignore_errors=True)
        note.unlink()
    shutil.rmtree(home / "postgres", ignore_errors=True)
