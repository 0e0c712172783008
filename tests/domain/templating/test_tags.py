import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.templating.problems import BadTemplate
from domain.templating.tags import mask, new_vault

ODD_TAGS = [
    "{{ contact.name }}",
    '{{ contact.name|default("}}") }}',
    "{{ {'a': {'b': 1}} }}",
    "{%- if a -%}",
    "{# }} %} #}",
    "{% raw %}",
]


@pytest.mark.parametrize("tag", ODD_TAGS[:-1])
def test_a_tag_is_taken_out_whole(tag: str) -> None:
    masked = mask(f"before {tag} after")
    assert [found.source for found in masked.tags] == [tag]
    assert "{" not in masked.text
    assert masked.unmask(masked.text) == f"before {tag} after"


def test_what_stands_in_raw_is_no_tag() -> None:
    masked = mask("{% raw %}<b>{{ x }}</b>{% endraw %}")
    assert [tag.source for tag in masked.tags] == ["{% raw %}", "{% endraw %}"]
    assert "<b>{{ x }}</b>" in masked.text


@pytest.mark.parametrize("source", ["{{ a", "{% if", "{# a", "{{ '}}' ", "{% raw %} x", "{{ (a }}"])
def test_an_open_tag_is_named_with_its_line(source: str) -> None:
    with pytest.raises(BadTemplate) as caught:
        mask(f"\n\n{source}")
    assert caught.value.problem.line == 3
    assert "never closed" in caught.value.problem.message


def test_lines_are_those_of_the_source_also_after_tags_of_several_lines() -> None:
    masked = mask("one\n{{ a\n\n}} {{ b }}\nfive <b>")
    assert [tag.line for tag in masked.tags] == [2, 4]
    assert masked.line_at(masked.text.index("<b>")) == 5


@settings(deadline=None)
@given(st.lists(st.one_of(st.text(alphabet="abzq019 \n<>", max_size=9), st.sampled_from(ODD_TAGS[:-1]))))
def test_masking_loses_nothing(pieces: list[str]) -> None:
    source = "".join(pieces)
    masked = mask(source)
    assert masked.unmask(masked.text) == source
    assert masked.tags_in(masked.text) == list(masked.tags)


def test_a_placeholder_is_no_word_of_the_text() -> None:
    vault = new_vault("q", "zq1z zqq2z")
    assert vault.restore(f"zq0z zqq0z {vault.put('x')}") == "zq0z zqq0z x"
