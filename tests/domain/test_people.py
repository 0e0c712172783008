"""What an e-mail address, a name and a password must be like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.people import (
    NAME_MAX,
    PASSWORD_MAX,
    PASSWORD_MIN,
    check_password,
    email_address,
    person_name,
    slug,
)


class TestEmailAddresses:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            (" Ada@Example.COM ", "ada@example.com"),
            ("a+b@shop.test", "a+b@shop.test"),
            ("ä@exämple.com", "ä@exämple.com"),
        ],
    )
    def test_one_mailbox_is_written_in_one_way(self, typed: str, kept: str) -> None:
        assert email_address(typed) == kept

    @pytest.mark.parametrize(
        "typed",
        [
            "",
            "ada",
            "ada@",
            "@example.com",
            "a@b",
            "a b@example.com",
            "a@example.com\r\nBcc: x@example.com",
            "a@exa\x00mple.com",
        ],
    )
    def test_what_is_none_is_refused_at_its_field(self, typed: str) -> None:
        with pytest.raises(Invalid) as refusal:
            email_address(typed, path="mail_from")
        assert refusal.value.problems[0].path == "mail_from"

    @given(st.emails())
    def test_once_kept_it_stays_as_it_is(self, typed: str) -> None:
        try:
            kept = email_address(typed)
        except Invalid:
            return
        assert email_address(kept) == kept


class TestNames:
    @given(st.text())
    def test_a_name_is_one_line_that_can_be_kept(self, typed: str) -> None:
        try:
            name = person_name(typed)
        except Invalid:
            return
        assert 0 < len(name) <= NAME_MAX
        assert name == name.strip()
        assert not {"\n", "\r", "\t", "\x00"} & set(name)
        assert person_name(name) == name

    @pytest.mark.parametrize("typed", ["", "   ", "\n", "x" * (NAME_MAX + 1)])
    def test_nothing_and_too_much_are_refused(self, typed: str) -> None:
        with pytest.raises(Invalid):
            person_name(typed)


class TestPasswords:
    @pytest.mark.parametrize(
        "password", ["three words in a row", "кофе и круассан", "x7!q" * 3, "four" + "-" * 50]
    )
    def test_length_is_what_counts(self, password: str) -> None:
        assert check_password(password) == password

    @pytest.mark.parametrize(
        ("password", "says"),
        [
            ("x" * (PASSWORD_MIN - 1), "at least 12 characters"),
            ("ab" * (PASSWORD_MAX // 2 + 1), "at most 200"),
            ("Password1234", "among the first"),
            ("aaaaaaaaaaaabb", "among the first"),
            ("Ada@Example.com", "not your name"),
        ],
    )
    def test_what_others_would_guess_is_refused(self, password: str, says: str) -> None:
        with pytest.raises(Invalid, match=says):
            check_password(password, near=("ada@example.com", "Ada"))


class TestSlugs:
    @given(st.text())
    def test_it_fits_into_an_address(self, name: str) -> None:
        made = slug(name)
        assert 0 < len(made) <= 40
        assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
        assert made[0] != "-" != made[-1]

    def test_it_reads_like_the_name(self) -> None:
        assert slug("Corner Shop & Sons") == "corner-shop-sons"
