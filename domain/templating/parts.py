"""One text to be filled in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """HTML is escaped as it is filled in; any other text is taken as it comes."""

    source: str
    html: bool = False
