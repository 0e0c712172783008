"""What is wrong with something a user wrote: the line, what to do about it, and whether it stops publishing."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    line: int
    message: str
    severity: Severity = "error"


def warning(line: int, message: str) -> Problem:
    return Problem(line, message, "warning")


def has_errors(problems: Iterable[Problem]) -> bool:
    return any(problem.severity == "error" for problem in problems)


class BadTemplate(ValueError):  # noqa: N818 -- an error is named as the sentence that it is
    """Raised where a text cannot be read any further; carries the one problem that stopped it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"line {problem.line}: {problem.message}")
        self.problem = problem
