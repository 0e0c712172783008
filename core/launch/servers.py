"""The servers an instance needs: ours, embedded, or those that DATABASE_URL and TEMPORAL_ADDRESS name."""

import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from core.launch.instance import Instance
from core.launch.part import Part
from core.launch.postgres import Postgres
from core.launch.say import Step, Trouble
from core.launch.supervisor import Supervisor
from core.launch.temporal import Temporal

RECOVERY = 600.0
"""Seconds that Postgres may take to replay its log after a crash."""
REACHED_WITHIN = 4.0


@dataclass(frozen=True, slots=True)
class Servers:
    """What is None is somebody else's."""

    postgres: Postgres | None
    temporal: Temporal | None
    ours: Instance

    @property
    def database_url(self) -> str:
        return self.postgres.url if self.postgres else self.ours.database_url or ""

    @property
    def temporal_address(self) -> str:
        return self.temporal.address if self.temporal else self.ours.temporal_address or ""


def prepare(ours: Instance) -> Servers:
    """Fetches and makes what is missing; starts nothing yet."""
    require("DATABASE_URL", ours.database_url, 5432)
    require("TEMPORAL_ADDRESS", ours.temporal_address, 7233)
    postgres = None if ours.database_url else Postgres(ours.home.root)
    temporal = None if ours.temporal_address else Temporal(ours.home.root)
    if postgres:
        postgres.prepare()
    if temporal:
        temporal.prepare()
    return Servers(postgres, temporal, ours)


def start(servers: Servers, supervisor: Supervisor) -> None:
    """Side by side, since neither needs the other."""
    parts: list[Part] = [part for part in (servers.postgres, servers.temporal) if part]
    if not parts:
        return
    with Step(f"Starting {' and '.join(part.name for part in parts)}") as step:
        for part in parts:
            supervisor.launch(part)
        for part in parts:
            supervisor.wait_ready(part, step, within=RECOVERY)


def require(variable: str, address: str | None, default_port: int) -> None:
    """Somebody else's server: asked whether it is there before anything relies on it."""
    address = address or ""
    parsed = urlsplit(address if "//" in address else f"//{address}")
    host, port = parsed.hostname, parsed.port or default_port
    if not host:
        return
    try:
        socket.create_connection((host, port), timeout=REACHED_WITHIN).close()
    except OSError as error:
        raise Trouble(
            f"{variable} is set, but nothing answers at {host}:{port} ({error}).",
            f"Start that server, correct {variable}, or leave it out: then Mainspring starts one of its own.",
        ) from error
