"""Makes the demo, or finds that it is there already: `python -m demo [--contacts 100000]`."""

import argparse
import asyncio
import fcntl
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from core.db import Database, configure
from core.settings import Settings, settings
from demo.filling import CONTACTS, fill
from demo.saying import on_terminal


@contextmanager
def alone(home: Path) -> Generator[None]:
    """Of two that fill the same instance one waits, and then finds everything done."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


async def main(config: Settings, contacts: int) -> None:
    database = configure(Database(config.database_url, pool=2))
    try:
        with alone(config.mainspring_home):
            await fill(config, contacts, on_terminal)
    finally:
        await database.close()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m demo", description="A shop to look at, and an empty sandbox."
    )
    parser.add_argument(
        "--contacts",
        type=int,
        default=CONTACTS,
        help=f"how many there shall be at least (default {CONTACTS:,})",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(settings(), arguments().contacts)))
