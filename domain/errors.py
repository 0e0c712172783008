"""Errors: what a person may be told, each a sentence that says what is wrong and what to do next.

- MainspringError          500  something of ours went wrong
  - Unauthenticated        401  nobody is signed in, or the key is not known
  - Forbidden              403  known, but not allowed to do this
  - NotFound               404  there is no such thing in this workspace
  - Conflict               409  it was changed meanwhile, or exists already
  - TooLarge               413  more than is taken at once
  - Invalid                422  what was sent must be changed; `problems` says where
  - TooMany                429  too often; `retry_after` seconds later it is fine
  - Unavailable            503  a part of ours is away; try again shortly

Each edge maps them once: HTTP to RFC 9457 problems, activities to retries, pages to words on the screen.
"""
# ruff: noqa: N818 -- an error is named as the sentence that it is

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Path = Sequence[str | int]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to change: where it is (`goal.all[1].op`) and what to do about it."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message

    def under(self, parent: str) -> "Problem":
        """The same problem, seen from what holds this document."""
        return Problem(join(parent, self.path), self.message)


def join(parent: str, path: str) -> str:
    """`goal` and `all[1]` → `goal.all[1]`, `all` and `[1].op` → `all[1].op`."""
    dot = "." if parent and path and not path.startswith("[") else ""
    return f"{parent}{dot}{path}"


def dotted(path: Path) -> str:
    """`("all", 1, "op")` → `all[1].op`."""
    joined = ""
    for part in path:
        joined = join(joined, f"[{part}]" if isinstance(part, int) else part)
    return joined


class MainspringError(Exception):
    """The root of all. `code` is for programs, the message for people; `details` are extra members of the answer."""

    status: int = 500
    code: str = "internal_error"

    def __init__(
        self, message: str, *, status: int | None = None, code: str | None = None, **details: Any
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status or self.status
        self.code = code or self.code
        self.details = details


class Unauthenticated(MainspringError):
    status = 401
    code = "unauthenticated"


class Forbidden(MainspringError):
    status = 403
    code = "forbidden"


class NotFound(MainspringError):
    status = 404
    code = "not_found"


class Conflict(MainspringError):
    status = 409
    code = "conflict"


class TooLarge(MainspringError):
    status = 413
    code = "too_large"


class Invalid(MainspringError):
    """What was sent cannot be taken; every problem that was found is listed, not only the first."""

    status = 422
    code = "invalid"

    def __init__(
        self, message: str = "", *, problems: Iterable[Problem] = (), code: str | None = None, **details: Any
    ) -> None:
        self.problems = tuple(problems)
        super().__init__(message or summary(self.problems), code=code, **details)

    @classmethod
    def at(cls, path: str | Path, message: str) -> "Invalid":
        """One problem at one place."""
        return cls(problems=[Problem(path if isinstance(path, str) else dotted(path), message)])

    def under(self, parent: str) -> "Invalid":
        return Invalid(
            problems=[problem.under(parent) for problem in self.problems], code=self.code, **self.details
        )


def summary(problems: Sequence[Problem]) -> str:
    """The first problem in full, and how many more there are."""
    if not problems:
        return "What was sent cannot be used as it is."
    more = len(problems) - 1
    tail = f" (and {more} more problem{'s' if more > 1 else ''})" if more else ""
    return f"{problems[0]}{tail}"


class TooMany(MainspringError):
    status = 429
    code = "too_many_requests"

    def __init__(self, message: str, *, retry_after: float, code: str | None = None, **details: Any) -> None:
        super().__init__(message, code=code, **details)
        self.retry_after = retry_after


class Unavailable(MainspringError):
    status = 503
    code = "unavailable"

    def __init__(
        self, message: str, *, retry_after: float = 5, code: str | None = None, **details: Any
    ) -> None:
        super().__init__(message, code=code, **details)
        self.retry_after = retry_after
