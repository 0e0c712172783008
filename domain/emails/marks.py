"""Marks in a compiled mail where something is put in for each message. No value can bring one in: they are control characters."""

LINK = "\x0e"
"""Before a tracked link: `LINK number NUMBER_END`, then `href="…"` in HTML, the address and `LINK_END` in text."""
NUMBER_END = "\x11"
LINK_END = "\x0f"
PIXEL = "\x10"
"""Where opening is noticed."""
