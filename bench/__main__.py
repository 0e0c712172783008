"""python -m bench [crowd] [events] [idle] [lists]: all of them when none is named. Servers: DATABASE_URL, TEMPORAL_ADDRESS."""

import argparse
import asyncio
import os
import sys
from pathlib import Path

import uvloop

from bench import crowd, events, idle, lists
from bench.measured import Measured, table
from bench.shop import shop

BENCHES = {"idle": idle, "events": events, "crowd": crowd, "lists": lists}


async def main(names: list[str]) -> int:
    measured: list[Measured] = []
    for name in names:
        async with shop(
            Path(os.environ["MAINSPRING_HOME"]), os.environ["DATABASE_URL"], os.environ["TEMPORAL_ADDRESS"]
        ) as opened:
            await asyncio.sleep(1)  # what a start leaves behind is over
            found = await BENCHES[name].measure(opened)
        print(f"\n## {name}\n\n{table(found)}", flush=True)
        measured += found
    print(f"\nLoad of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return int(not all(one.meets for one in measured))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHES, []], metavar="name", help=", ".join(BENCHES))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(uvloop.run(main(arguments().names or list(BENCHES))))
