"""Memory: how often Python looks for circles of objects that nobody needs any more."""

import gc


def settle() -> None:
    """After the imports: leave out of the search what stays for ever, and search after more allocations.

    A batch of a thousand rows allocates enough to start a full search every few batches, which takes 50 ms over all the
    modules that are loaded and finds nothing. https://docs.python.org/3/library/gc.html#gc.freeze
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
