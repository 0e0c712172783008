"""`make fresh`: throws the local data away, after asking."""

import shutil
import sys

from core.launch import instance, say
from core.launch.alone import is_running
from core.launch.postgres import places
from core.launch.say import Trouble


def fresh(*, sure: bool) -> None:
    ours = instance.read()
    root = ours.home.root
    if not root.exists():
        say.line(f"There is no local data in {root}.")
        return
    if not ours.home.is_ours_alone:
        raise Trouble(
            f"{root} held other files before Mainspring used it, so it is not thrown away as a whole.",
            "Delete in it what you no longer need, or choose a folder of its own with MAINSPRING_HOME.",
        )
    if is_running(ours.home):
        raise Trouble("Mainspring is running on this data.", "Stop it with Ctrl-C first.")
    if not sure and not _confirmed(str(root)):
        raise Trouble("Nothing was thrown away.")
    places.remove(root)
    shutil.rmtree(root)
    say.good(f"Threw away {root}. `make run` begins anew.")
    if ours.database_url:
        say.line("  The database that DATABASE_URL names is yours: it was not touched.")


def _confirmed(root: str) -> bool:
    if not sys.stdin.isatty():
        raise Trouble(
            "Nobody is here to ask.", "To throw the local data away without being asked: make fresh YES=1"
        )
    say.line(f"This throws away all local data in {root}: contacts, automations, mails, sign-ins.")
    return input("Type yes to go on: ").strip().lower() == "yes"
