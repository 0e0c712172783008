"""Set-up without a start (`make setup`), and the migrations alone (`make migrate`)."""

import contextlib
from collections.abc import Generator, Sequence

from core.launch import assets, browser, environment, instance, interrupt, services, tools
from core.launch.alone import alone, is_running
from core.launch.home import CHECKOUT, Home, alone_in, free_megabytes
from core.launch.instance import Instance
from core.launch.postgres import Postgres, binaries
from core.launch.say import Trouble
from core.launch.supervisor import end_orphans
from core.launch.temporal import binary

LEAST_FREE = 300
"""Megabytes: with less, Postgres stops in the middle of something."""


def setup(*, dev: bool, with_browser: bool) -> None:
    interrupt.install()
    home = instance.read().home.make()
    check_room(home)
    set_up("dev" if dev else "run", home)
    binaries.ensure(home.log("setup"))
    binary.ensure(home.log("setup"))
    if with_browser:
        browser.ensure(home.log("setup"))


def check_room(home: Home) -> None:
    for folder in (home.root, CHECKOUT):
        if (free := free_megabytes(folder)) < LEAST_FREE:
            raise Trouble(
                f"The disk is nearly full: {free} MB are free at {folder}.",
                "Free 2 GB or more and start again. Nothing was changed.",
            )


def set_up(level: environment.Level, home: Home) -> None:
    """What all instances of this checkout share."""
    log = home.log("setup")
    with alone_in(CHECKOUT, "setting up this checkout"):
        environment.ensure(level, log)
        assets.ensure(log)


def npm(words: Sequence[str]) -> int:
    """Whatever npm is asked to do, with the Node that set-up uses."""
    home = instance.read().home.make()
    argv = [str(part) for part in [*tools.npm(home.log("setup")), *words]]
    return services.run_in_foreground(argv, tools.environment())


def migrate() -> int:
    return with_database(["alembic", "upgrade", "head"])


def with_database(module: Sequence[str]) -> int:
    """`python -m …` on the database of this instance, whether it runs or not."""
    interrupt.install()
    ours = instance.read()
    with database(ours) as url:
        env = instance.children(ours, url, ours.temporal_address or "")
        return services.run_in_foreground([str(environment.python()), "-m", *module], env)


@contextlib.contextmanager
def database(ours: Instance) -> Generator[str]:
    """The one of the instance that runs, or else started for this moment."""
    if ours.database_url:
        yield ours.database_url
        return
    postgres = Postgres(ours.home.root)
    if is_running(ours.home):
        yield postgres.known_url()
        return
    with alone(ours):
        end_orphans(ours.home.parts)
        try:
            yield postgres.start()
        finally:
            postgres.stop()
