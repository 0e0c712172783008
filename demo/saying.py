"""How the demo says how far it is: one short line at a time."""

from collections.abc import Callable

Say = Callable[[str], None]
"""The launcher shows the latest line as its progress."""


def on_terminal(words: str) -> None:
    print(words, flush=True)  # noqa: T201 -- this is what the program says
