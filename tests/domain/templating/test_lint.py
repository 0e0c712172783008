import time

import pytest

from domain.templating.lint import MAX_SOURCE, MAX_TAGS, lint
from tests.core.templating.hostile import HOSTILE

ROOTS = {"contact": {"email", "first_name", "attributes", "tags"}, "event": None, "workspace": None}
SURE = {"workspace", "contact.email"}


def messages(source: str) -> list[str]:
    return [
        f"{problem.line} {problem.severity}: {problem.message}" for problem in lint(source, ROOTS, sure=SURE)
    ]


@pytest.mark.parametrize(
    "source",
    [
        "",
        "Hello",
        "{{ contact.email }} {{ workspace.name }}",
        "{{ contact.first_name|default('you') }} {{ contact.first_name or 'you' }}",
        "{{ 'Hi' if contact.first_name else 'Hello' }}",
        "{% if contact.first_name %}Hi {{ contact.first_name }}{% endif %}",
        "{% for line in event.lines %}{{ line.title }} {{ loop.index }}{% endfor %}",
        "{% set name = contact.first_name or 'you' %}{{ name }}",
        "{% macro button(to) %}<a href='{{ to }}'>x</a>{% endmacro %}{{ button('https://a.example') }}",
        "{% raw %}{{ anything|safe }}{% endraw %}",
    ],
)
def test_nothing_to_say(source: str) -> None:
    assert messages(source) == []


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ("\n{{ contcat.email }}", "2 error: There is nothing called “contcat” here. Did you mean “contact”?"),
        ("{{ contact.frist_name }}", "“contact” has no field “frist_name”. Did you mean “contact.first_name”?"),
        ("{{ contact.email|uper }}", "There is no filter |uper. Did you mean “upper”?"),
        ("{{ contact.email|safe }}", "|safe cannot be used"),
        ("{{ contact|attr('email') }}", "|attr cannot be used"),
        ("{{ '%s'|format(1) }}", "|format cannot be used"),
        ("{{ contact.email.format() }}", "“.format()” cannot be called here."),
        ("{{ contact.email.replace('a', 'b') }}", "Use the filter |replace instead."),
        ("{{ contact.__class__ }}", "“__class__” is private"),
        ("{{ contact['_x'] }}", "“_x” is private"),
        ("{{ _x }}", "“_x” is private"),
        ("{% include 'x' %}", "{% include %} cannot be used here"),
        ("{% block a %}{% endblock %}", "{% block %} cannot be used here"),
        ("a\n\n{% autoescape false %}{% endautoescape %}", "3 error: {% autoescape %} cannot be used here"),
        ("{% if contact.email is funny %}{% endif %}", "There is no test “is funny”."),
        ("{{ 'a' * 9 }}", "Only numbers can be multiplied"),
        ("{% if contact.email %}", "never closed"),
        ("{% trans %}x{% endtrans %}", "There is no {% trans %}"),
        ("\n\n{{ contact. }}", "3 error: This cannot be read"),
        ("x" * (MAX_SOURCE + 1), "too long"),
        ("{{ 1 }}" * (MAX_TAGS + 1), "more than 2,000 tags"),
        ("{{ '" + "x" * 2_000 + "' }}", "This tag is too long"),
        ("{{ lipsum() }}{{ cycler }}", "nothing called “lipsum”"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(source: str, part: str) -> None:
    assert any(part in message for message in messages(source)), messages(source)


@pytest.mark.parametrize(
    "source",
    ["Hi {{ contact.first_name }}", "{{ contact.first_name|upper }}", "{{ 'a' ~ contact.first_name }}"],
)
def test_a_value_that_may_be_missing_is_a_warning(source: str) -> None:
    (message,) = messages(source)
    assert message.startswith("1 warning: Some contacts have no “contact.first_name”")
    assert '{{ contact.first_name | default("…") }}' in message


def test_each_missing_value_is_named_once_at_its_first_place() -> None:
    source = "{{ event.a }}\n{{ event.b }}\n{{ event.a }}"
    assert [message[:40] for message in messages(source)] == [
        "1 warning: Some contacts have no “event.",
        "2 warning: Some contacts have no “event.",
    ]


@pytest.mark.parametrize("name", HOSTILE)
def test_reading_a_hostile_text_is_quick(name: str) -> None:
    """Tenths of a second; the limit leaves room for coverage, which makes Python several times slower."""
    began = time.process_time()
    lint(HOSTILE[name], ROOTS)
    assert time.process_time() - began < 3
