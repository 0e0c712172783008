"""What the environment says about this instance: the variables of `.env.example`, from the shell or `.env`."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.launch.home import CHECKOUT, Home
from core.launch.say import Trouble

# Without compiled modules each start, and so each recovery of the worker, takes some seconds longer.
SLOWING = {"PYTHONDONTWRITEBYTECODE"}
EVERYWHERE = {"0.0.0.0", "::", ""}


@dataclass(frozen=True, slots=True)
class Instance:
    home: Home
    host: str
    port: int
    database_url: str | None
    temporal_address: str | None
    public_url: str | None

    @property
    def url(self) -> str:
        """Where people reach it; a server that listens everywhere is reached here by its loopback name."""
        return (self.public_url or f"http://{self._reached_as}:{self.port}").rstrip("/")

    @property
    def local_url(self) -> str:
        return f"http://{self._reached_as}:{self.port}"

    @property
    def _reached_as(self) -> str:
        if self.host in EVERYWHERE:
            return "127.0.0.1"
        return f"[{self.host}]" if ":" in self.host else self.host


def read(checkout: Path = CHECKOUT) -> Instance:
    load_dotenv(checkout / ".env")
    env = os.environ
    return Instance(
        home=Home((checkout / Path(env.get("MAINSPRING_HOME") or ".mainspring").expanduser()).resolve()),
        host=env.get("HOST") or "127.0.0.1",
        port=_port(env),
        database_url=env.get("DATABASE_URL") or None,
        temporal_address=env.get("TEMPORAL_ADDRESS") or None,
        public_url=env.get("PUBLIC_URL") or None,
    )


def _port(env: Mapping[str, str]) -> int:
    given = env.get("PORT") or "8000"
    if not given.isdecimal() or not 0 < int(given) < 65536:
        raise Trouble(f"PORT={given} is no port.", "Choose a number from 1024 to 65535: PORT=8000 make run")
    return int(given)


def load_dotenv(path: Path, *, only: str = "") -> None:
    """What the shell says goes before what the file says."""
    if not path.exists():
        return
    for line in path.read_text().splitlines():
        name, separator, value = line.strip().removeprefix("export ").partition("=")
        if separator and not name.startswith("#") and only in ("", name):
            os.environ.setdefault(name.strip(), value.strip().strip("\"'"))


def children(instance: Instance, database_url: str, temporal_address: str) -> dict[str, str]:
    """The environment of everything that we start for this instance."""
    given = {name: value for name, value in os.environ.items() if value and name not in SLOWING}
    reached = {"PUBLIC_URL": instance.url} if instance.host in EVERYWHERE else {}
    return {
        **reached,
        **given,
        "MAINSPRING_HOME": str(instance.home.root),
        "HOST": instance.host,
        "PORT": str(instance.port),
        "DATABASE_URL": database_url,
        "TEMPORAL_ADDRESS": temporal_address,
        "PYTHONUNBUFFERED": "1",
    }
