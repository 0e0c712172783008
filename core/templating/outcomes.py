"""What comes out of rendering one context: its parts, or why there are none."""

from dataclasses import dataclass
from typing import Literal

FailureKind = Literal["error", "too_slow", "too_big", "too_much_memory", "not_plain_data"]
"""`error` is the author's; the next three are limits; the last is the caller's."""


@dataclass(frozen=True, slots=True)
class Rendered:
    parts: dict[str, str]

    def __getitem__(self, name: str) -> str:
        return self.parts[name]

    @property
    def only(self) -> str:
        """Of a template with one part."""
        (part,) = self.parts.values()
        return part


@dataclass(frozen=True, slots=True)
class Failure:
    """`message` is for people; `line` counts in the part's source and is 0 where none is to blame."""

    kind: FailureKind
    message: str
    part: str = ""
    line: int = 0


Outcome = Rendered | Failure

MESSAGES: dict[FailureKind, str] = {
    "error": "This text could not be filled in.",
    "too_slow": "This text takes too long to fill in: it has too many loops, or too large ones.",
    "too_big": "What this text makes is larger than 1 MB.",
    "too_much_memory": "This text needs too much memory.",
    "not_plain_data": "The values for this text are not plain texts, numbers, lists and dicts.",
}


def failure(kind: FailureKind, message: str = "", *, part: str = "", line: int = 0) -> Failure:
    return Failure(kind, message or MESSAGES[kind], part, line)
