"""Recipes: their mails can be read where they are changed, and go out as they are."""

from collections.abc import Mapping
from typing import Any

import pytest

from activities.steps.send_email import SendEmail
from domain.emails import Draft, compile_email
from domain.recipes import RECIPES
from domain.steps import STEPS

MAILS: list[Mapping[str, Any]] = [
    node for recipe in RECIPES for node in recipe.definition["nodes"].values() if node["kind"] == "send_email"
]
BODIES = [*(mail["body"] for mail in MAILS), STEPS["send_email"].sample["body"]]


def test_every_recipe_writes_to_people() -> None:
    assert len(MAILS) >= len(RECIPES)
    assert all(SendEmail.model_validate({"subject": m["subject"], "body": m["body"]}) for m in MAILS)


@pytest.mark.parametrize("body", BODIES)
def test_a_ready_made_body_can_be_read_line_by_line(body: str) -> None:
    lines = body.splitlines()
    assert len(lines) > 5
    assert max(map(len, lines)) <= 160


@pytest.mark.parametrize("body", BODIES)
def test_a_ready_made_body_says_all_of_its_words(body: str) -> None:
    compilation = compile_email(Draft(subject="Hello", body=body))
    assert compilation.email is not None, compilation.problems
    assert "mj-" not in compilation.email.text
    assert "{blocks}" not in compilation.email.html
