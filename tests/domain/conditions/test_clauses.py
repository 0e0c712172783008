"""What is refused, and how it is said: every problem with the place where it is."""

import contextlib
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator
from pydantic import BaseModel

from domain.conditions import AllOf, Condition, EventClause, FieldClause, TagClause, dump, parse, schema, walk
from domain.errors import Invalid
from tests.factories.conditions import NOWS, documents

DOCUMENTS = documents(NOWS[0])


def problems(document: Any, path: str = "") -> list[str]:
    with pytest.raises(Invalid) as caught:
        parse(document, path)
    return [str(problem) for problem in caught.value.problems]


OPERATORS = (
    "is, is_not, in, contains, starts_with, ends_with, exists, more_than, at_least, less_than, at_most, before, after,"
    " within_last, within_next, anniversary"
)


def test_the_path_leads_to_what_is_wrong() -> None:
    goal = {"all": [{"tag": "vip"}, {"field": "contact.country", "op": "is_nt", "value": "DE"}]}
    assert problems(goal, "goal") == [f"goal.all[1].op: `is_nt` is not an operator; use one of {OPERATORS}."]
    deep = {"not": {"any": [{"event": "x", "where": {"not": {"field": "event.a", "op": "in", "value": 3}}}]}}
    assert problems(deep, "nodes.a.until") == [
        "nodes.a.until.not.any[0].where.not.value: `in` needs a list of values, like [DE, AT]."
    ]


def test_all_problems_are_told_at_once() -> None:
    both = {"any": [{"field": "country", "op": "is", "value": "DE"}, {"tag": 3}, {"consent": "E-Mail"}]}
    assert [problem.split(":")[0] for problem in problems(both)] == [
        "any[0].field",
        "any[1].tag",
        "any[2].consent",
    ]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (
            [],
            "A condition is an object with one of all, any, not, field, event, tag, consent, segment_id, score.",
        ),
        ("vip", "A condition is an object with one of"),
        (None, "A condition is an object with one of"),
        ({}, "Say what to check: one of all, any, not,"),
        ({"tags": "vip"}, "Say what to check: one of"),
        (
            {"tag": "vip", "event": "x"},
            "This mixes `tag` and `event`. Put each on its own, inside an `all` or `any`.",
        ),
        ({"tag": "vip", "colour": 1}, "colour: There is no such part here; use tag."),
        (
            {"field": "contact.a", "op": "exists", "valu": 1},
            "valu: There is no such part here; use field, op, value.",
        ),
        ({"field": "contact.a", "value": 1}, "op: `op` is needed here."),
        ({"all": []}, "all: List at least one condition here"),
        ({"all": {"tag": "x"}}, "all: List at least one condition here"),
        ({"tag": ""}, "tag: Write at least one character."),
        ({"tag": 3}, "tag: Write a text here."),
        ({"tag": "a\x00b"}, "tag: There is a character in this text that cannot be read."),
        ({"event": "x" * 201}, "event: This is too long; at most 200 characters are possible."),
        ({"event": "x", "within": "3 days"}, "within: `3 days` is not a length of time. Write it like P3D"),
        ({"event": "x", "within": "-P3D"}, "within: `-P3D` goes backwards"),
        (
            {"event": "x", "count": {"op": "is_not", "value": 1}},
            "count.op: `is_not` is not an operator; use one of is,",
        ),
        ({"event": "x", "count": {"value": 1000}}, "count.value: It must be 999 or less."),
        ({"event": "x", "count": {"value": True}}, "count.value: Write a whole number here."),
        ({"event": "x", "where": {"tag": "vip"}}, "where: Only fields of the event can be asked for here;"),
        (
            {"event": "x", "where": {"all": [{"field": "contact.a", "op": "exists"}]}},
            "where: `contact.a` is not of the event; put it beside the event, in an `all`.",
        ),
        ({"segment_id": "vips"}, "segment_id: This is not an id."),
        (
            {"field": "country", "op": "exists"},
            "field: `country` is not a field. Write it like contact.country,",
        ),
        ({"field": "contact..a", "op": "exists"}, "field: `contact..a` is not a field."),
        ({"field": 3, "op": "exists"}, "field: `3` is not a field."),
        ({"field": "contact.a", "op": "is"}, "value: `is` needs a value to compare with."),
        (
            {"field": "contact.a", "op": "is", "value": {}},
            "value: `is` compares with one text, number, or true or false.",
        ),
        ({"field": "contact.a", "op": "is", "value": "\ud800"}, "value: There is a character in this text"),
        (
            {"field": "contact.a", "op": "is", "value": "x" * 1001},
            "value: This is too long; at most 1,000 characters",
        ),
        (
            {"field": "contact.a", "op": "is", "value": float("nan")},
            "value: This is not a number that can be compared.",
        ),
        ({"field": "contact.a", "op": "is", "value": 2**70}, "value: This number is too large."),
        ({"field": "contact.a", "op": "in", "value": []}, "value: `in` needs a list of values"),
        (
            {"field": "contact.a", "op": "in", "value": ["x"] * 501},
            "value: This list is too long; at most 500",
        ),
        (
            {"field": "contact.a", "op": "in", "value": ["2026-01-01"] * 51},
            "value: At most 50 dates are possible in a list",
        ),
        (
            {"field": "contact.a", "op": "contains", "value": ""},
            "value: `contains` needs a text of at least one character.",
        ),
        (
            {"field": "contact.a", "op": "more_than", "value": "5"},
            "value: `more_than` compares with a number, like 5",
        ),
        (
            {"field": "contact.a", "op": "more_than", "value": True},
            "value: `more_than` compares with a number, like 5",
        ),
        (
            {"field": "contact.a", "op": "before", "value": "tomorrow"},
            "value: `before` compares with a date, like",
        ),
        ({"field": "contact.a", "op": "within_last", "value": "30"}, "value: `30` is not a length of time."),
        (
            {"field": "contact.a", "op": "anniversary", "value": "P1M"},
            "value: An anniversary can be asked for up to 366",
        ),
        (
            {"field": "contact.a", "op": "anniversary", "value": "soon"},
            "value: `soon` is not a length of time.",
        ),
        (
            {"field": "contact.a", "op": "exists", "value": "no"},
            "value: `exists` takes true or false, or no value",
        ),
    ],
)
def test_what_is_wrong_is_said_in_words(document: Any, expected: str) -> None:
    found = problems(document)
    assert len(found) == 1
    assert found[0].startswith(expected)


def test_a_hostile_document_is_refused_before_it_is_read() -> None:
    nested: dict[str, Any] = {"tag": "x"}
    for _ in range(100_000):
        nested = {"not": nested}
    assert problems(nested) == ["This is nested too deeply; at most 10 levels are possible."]
    while "not" in nested:  # undone by hand: the interpreter's own way of freeing it goes as deep
        nested = nested.pop("not")
    wide = {"all": [{"any": [{"tag": "x"}] * 100}] * 100}
    assert problems(wide)[0].startswith("This is too long; at most 200 clauses are possible.")
    assert len(list(walk(parse({"all": [{"tag": "x"}] * 199})))) == 200


def test_dates_of_yaml_are_texts_again() -> None:
    clause = parse({"field": "contact.a", "op": "before", "value": date(2026, 3, 1)})
    assert isinstance(clause, FieldClause)
    assert clause.value == "2026-03-01"
    instant = parse({"field": "contact.a", "op": "in", "value": [datetime(2026, 3, 1, 9, tzinfo=UTC)]})
    assert dump(instant)["value"] == ["2026-03-01T09:00:00+00:00"]


@settings(deadline=None)
@given(DOCUMENTS)
def test_a_condition_is_written_as_it_was_read(document: dict[str, Any]) -> None:
    condition = parse(document)
    assert parse(dump(condition)) == condition
    assert parse(condition) is condition
    assert hash(condition) == hash(parse(document))


@settings(deadline=None)
@given(DOCUMENTS)
def test_the_schema_admits_what_is_taken(document: dict[str, Any]) -> None:
    VALIDATOR.validate(dump(parse(document)))


VALIDATOR = Draft202012Validator(schema())


def test_the_schema_refuses_what_is_refused() -> None:
    for document in (
        {},
        {"tag": 3},
        {"field": "contact.a"},
        {"field": "contact.a", "op": "is_nt"},
        {"all": []},
    ):
        assert not VALIDATOR.is_valid(document)


class Form(BaseModel):
    when: Condition | None = None


def test_forms_hold_conditions() -> None:
    form = Form.model_validate(
        {"when": {"all": [{"tag": "vip"}, {"event": "order.placed", "within": "P30D"}]}}
    )
    assert isinstance(form.when, AllOf)
    assert isinstance(form.when.all[0], TagClause)
    assert isinstance(form.when.all[1], EventClause)
    assert form.model_dump(mode="json", exclude_unset=True) == {
        "when": {"all": [{"tag": "vip"}, {"event": "order.placed", "within": "P30D"}]}
    }
    assert "x-widget" in str(Form.model_json_schema())


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda x: (
            st.lists(x)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "all",
                        "any",
                        "not",
                        "field",
                        "op",
                        "value",
                        "event",
                        "where",
                        "count",
                        "within",
                        "tag",
                        "score",
                        "x",
                    ]
                ),
                x,
            )
        ),
    )
)
def test_nothing_but_invalid_is_ever_raised(document: Any) -> None:
    with contextlib.suppress(Invalid):
        assert parse(dump(parse(document)))


def test_the_examples_of_the_docs_are_conditions() -> None:
    page = (Path(__file__).parents[3] / "docs" / "conditions.md").read_text()
    examples = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert len(examples) == 2
    for example in examples:
        assert parse(yaml.safe_load(example))
