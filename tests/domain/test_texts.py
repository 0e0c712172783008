import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.texts import fold, parse_line, parse_text, shown


def test_one_line_is_tidied() -> None:
    assert parse_line("  Ada \t King\n Lovelace ", longest=20) == "Ada King Lovelace"
    assert parse_line("Zoe\u0308", longest=3) == "Zoë"


@pytest.mark.parametrize("wrong", ["", "  ", "x" * 21, "a\x00b", "a\x1bb", "\ud800"])
def test_what_cannot_be_kept_on_a_line(wrong: str) -> None:
    with pytest.raises(Invalid):
        parse_line(wrong, longest=20)


def test_several_lines_stay_as_they_are() -> None:
    assert parse_text("a\r\n\tb ", longest=20) == "a\n\tb "


def test_search_knows_neither_accents_nor_capitals() -> None:
    assert fold("Zoë GARCÍA Ångström") == "zoe garcia angstrom"


@given(st.text())
def test_what_was_typed_is_shown_short_and_printable(raw: str) -> None:
    assert len(shown(raw)) <= 60
    assert shown(raw).isprintable()
