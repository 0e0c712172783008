"""What is said of a text that cannot be filled in."""

from typing import Any

import pytest

from core.templating.outcomes import Failure, Outcome, Rendered
from core.templating.rendering import compile_parts, render
from domain.templating.parts import Part


def rendered(source: str, *, html: bool = False, **context: Any) -> Outcome:
    compiled = compile_parts({"first": Part("fine"), "body": Part(source, html=html)})
    return compiled if isinstance(compiled, Failure) else render(compiled, context)


@pytest.mark.parametrize(
    ("source", "kind", "line", "message"),
    [
        ("\n{{ a|safe }}", "error", 2, "|safe cannot be used"),
        ("{{ a", "error", 1, "never closed"),
        ("a\n\n{{ 1 / 0 }}", "error", 3, "divided by zero"),
        ("{{ 'a' + 1 }}", "error", 1, "write ~ instead of +"),
        ("{{ 'a' < 1 }}", "error", 1, "A text and a number are compared here"),
        ("{{ '\\ud800' }}", "error", 0, "cannot be filled in with these values"),
        ("{% macro m() %}{{ m() }}{% endmacro %}\n{{ m() }}", "error", 0, "calls itself without end"),
        ("{% for a in [1] %}" * 25 + "{% endfor %}" * 25, "error", 0, "nested too deeply"),
        ("\n{{ 10 ** 64 }}", "too_big", 2, "too large a number"),
        ("{% for a in range(2000) %}x{% endfor %}", "too_big", 1, "may run 1,000 times at most"),
        ("{{ text }}{{ text }}", "too_big", 0, "larger than 1 MB"),
        ("{{ text + text }}", "too_big", 1, "1,000,000 characters at most"),
        ("{{ text|replace('x', 'yy') }}", "error", 1, "too long a text"),
    ],
)
def test_failures(source: str, kind: str, line: int, message: str) -> None:
    outcome = rendered(source, text="x" * 700_000)
    assert isinstance(outcome, Failure), outcome
    assert (outcome.kind, outcome.part, outcome.line) == (kind, "body", line)
    assert message in outcome.message


def test_the_first_failing_part_decides() -> None:
    assert isinstance(rendered("{{ 1 // 0 }}"), Failure)
    assert rendered("{{ a }}", a="<b>") == Rendered({"first": "fine", "body": "<b>"})
    assert rendered("{{ a }}", html=True, a="<b>") == Rendered({"first": "fine", "body": "&lt;b&gt;"})


def test_memory_that_runs_out_is_a_failure() -> None:
    class Greedy:
        def __html__(self) -> str:
            raise MemoryError

    outcome = rendered("{{ a }}", html=True, a=Greedy())
    assert isinstance(outcome, Failure)
    assert outcome.kind == "too_much_memory"
