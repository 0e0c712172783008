"""SHOWS: a believable shop to look at, Fernhill Coffee, and an empty sandbox beside it. `python -m demo` makes both."""
