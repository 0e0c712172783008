"""The launcher's verbs, and how each of them ends: with an exit code, and with a sentence when something is wrong."""

import argparse
import errno
from collections.abc import Sequence

from core.launch import fresh, instance, interrupt, run, say, services, setup
from core.launch.home import CHECKOUT
from core.launch.say import Trouble

FAILED, INTERRUPTED = 1, 130


class Options(argparse.Namespace):
    verb: str
    dev: bool
    browser: bool
    durable: bool
    yes: bool
    command: list[str]


def main(argv: Sequence[str]) -> int:
    instance.load_dotenv(CHECKOUT / ".env", only="MAINSPRING_CACHE")
    try:
        return _act(_parser().parse_args(argv, Options()))
    except Trouble as problem:
        say.trouble(problem)
        return FAILED
    except (interrupt.Stop, KeyboardInterrupt):
        say.line("Stopped. What was done so far is kept; the next start goes on from there.")
        return INTERRUPTED
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        say.trouble(
            Trouble(f"The disk is full: {error.filename or 'nothing can be written'}.", "Free 2 GB or more.")
        )
        return FAILED


def _act(options: Options) -> int:
    match options.verb:
        case "setup":
            setup.setup(dev=options.dev, with_browser=options.browser)
        case "with-services":
            return services.run_command(options.command, durable=options.durable)
        case "npm":
            return setup.npm(options.command)
        case "migrate":
            return setup.migrate()
        case "with-database":
            return setup.with_database(options.command)
        case "fresh":
            fresh.fresh(sure=options.yes)
        case _:
            run.run()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m core.launch", description="Sets up and runs Mainspring."
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    verbs.add_parser("run", help="set up what is missing, start everything, keep it running")
    verb = verbs.add_parser("setup", help="only set up")
    verb.add_argument("--dev", action="store_true", help="with the tools for tests, lint and types")
    verb.add_argument("--browser", action="store_true", help="with Chromium for the browser tests")
    verb = verbs.add_parser("with-services", help="run a command beside a Postgres and a Temporal of its own")
    verb.add_argument(
        "--durable", action="store_true", help="as safe (and as slow) as in earnest: for benchmarks"
    )
    verb.add_argument("command", nargs=argparse.REMAINDER)
    verb = verbs.add_parser("npm", help="npm, the machine's or our own")
    verb.add_argument("command", nargs=argparse.REMAINDER)
    verbs.add_parser("migrate", help="bring the local database up to date")
    verb = verbs.add_parser("with-database", help="a Python module of ours on the local database")
    verb.add_argument("command", nargs=argparse.REMAINDER)
    verb = verbs.add_parser("fresh", help="throw the local data away")
    verb.add_argument("--yes", action="store_true", help="without asking")
    return parser
