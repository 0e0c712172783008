"""demo.json: the address, the password and the keys of the demo, for whoever may read this instance's folder."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAME = "demo.json"


@dataclass(frozen=True, slots=True)
class Handover:
    url: str
    email: str
    password: str
    api_key: str
    sandbox_key: str

    def as_json(self) -> dict[str, Any]:
        said = {"url": self.url, "email": self.email, "password": self.password, "api_key": self.api_key}
        return {**said, "sandbox": {"api_key": self.sandbox_key}}


def read(home: Path) -> Handover | None:
    """None when there is none, or only half of one."""
    try:
        said = json.loads((home / NAME).read_text())
        return Handover(
            said["url"], said["email"], said["password"], said["api_key"], said["sandbox"]["api_key"]
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write(home: Path, said: Handover) -> None:
    """Readers see the old or the new one, never half of it; nobody else can read it at any moment."""
    home.mkdir(parents=True, exist_ok=True)
    fresh = home / f".{NAME}.{os.getpid()}"
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(said.as_json(), indent=2) + "\n")
    fresh.chmod(0o600)
    fresh.replace(home / NAME)
