"""Prints a link for a new password, for instances that send no e-mail: `make password-link EMAIL=ada@example.com`."""

import argparse
import asyncio
import sys
from datetime import UTC, datetime

from activities.password_resets import issue, link
from core.db import Database, configure
from core.settings import settings
from domain.errors import MainspringError
from domain.people import email_address


async def main(typed: str) -> int:
    config = settings()
    database = configure(Database(config.database_url, pool=1))
    try:
        issued = await issue(email_address(typed), now=datetime.now(UTC))
    except MainspringError as error:
        print(error.message, file=sys.stderr)  # noqa: T201
        return 2
    finally:
        await database.close()
    if issued is None:
        print(f"Nobody signs in with {typed}.", file=sys.stderr)  # noqa: T201
        return 1
    name, token = issued
    print(f"{link(config.url, token)}\nFor {name}. It works once, for one hour.")  # noqa: T201
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m web.password_link", description="A link for a new password."
    )
    parser.add_argument("email", help="the address that somebody signs in with")
    sys.exit(asyncio.run(main(parser.parse_args().email)))
