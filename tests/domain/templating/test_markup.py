import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.templating.markup import MAX_LINE, Token, read, scheme_of, write


def written(markup: str) -> str:
    return write(read(markup))


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p class=a>x</p>", '<p class="a">x</p>'),
        ("<P CLASS='a \"b\"'>x</P >", '<p class="a &quot;b&quot;">x</p>'),
        ("<input disabled>", "<input disabled>"),
        ("<br/>", "<br />"),
        ("5 < 6 & 7", "5 &lt; 6 & 7"),
        ("<!--[if mso]><b><![endif]-->", "<!--[if mso]><b><![endif]-->"),
        ("<![if !mso]>x<![endif]>", "<![if !mso]>x<![endif]>"),
        ("<!doctype html>", "<!doctype html>"),
        ("<style>a > b { color: red } </b></style>x", "<style>a > b { color: red } </b></style>x"),
        ("<title>a < b</title>", "<title>a < b</title>"),
        ("<a href=x/y>z</a>", '<a href="x/y">z</a>'),
        ("<img src='a'onerror=b>", '<img src="a" onerror="b">'),
        ("<img/src=a/onerror=b>", '<img src="a/onerror=b">'),
        ("<!--> <b>x</b> -->", "<!--> <b>x</b> -->"),
        ("<a b/=c>x</a>", "<a b>x</a>"),
    ],
)
def test_what_is_read_is_written_with_quotes(markup: str, expected: str) -> None:
    assert written(markup) == expected


def test_a_comment_ends_where_a_browser_ends_it() -> None:
    assert [token.kind for token in read("<!--><script>")] == ["comment", "open", "raw"]
    assert [token.kind for token in read("<!-- a --!><i>")] == ["comment", "open"]


def test_offsets_point_into_the_markup() -> None:
    markup = "<p>a</p><!-- c --><style>b</style>"
    assert [markup[token.offset :][:2] for token in read(markup)] == [
        "<p",
        "a<",
        "</",
        "<!",
        "<s",
        "b<",
        "</",
    ]


@settings(deadline=None)
@given(st.text(alphabet="<>/=\"' ab!-\n&", max_size=60))
def test_what_is_written_is_read_the_same_again(markup: str) -> None:
    once = written(markup)
    assert written(once) == once


@settings(deadline=None)
@given(st.text(alphabet="<>/=\"' ab!-\n&", max_size=60))
def test_no_attribute_is_hidden_from_the_reader(markup: str) -> None:
    """What we write has exactly the tags that we understood: otherwise an event handler could slip through."""
    understood = [
        (token.kind, token.text, token.attributes)
        for token in read(markup)
        if token.kind in ("open", "close")
    ]
    again = [
        (token.kind, token.text, token.attributes)
        for token in read(written(markup))
        if token.kind in ("open", "close")
    ]
    escaped = [
        (kind, text, tuple((name, value and value.replace('"', "&quot;")) for name, value in attributes))
        for kind, text, attributes in understood
    ]
    assert again == escaped


def test_long_tags_are_broken_between_attributes() -> None:
    token = Token("open", "td", attributes=tuple((f"data-{number}", "x" * 90) for number in range(30)))
    assert max(map(len, write([token]).splitlines())) < MAX_LINE + 120
    assert written(write([token])) == write([token])


@pytest.mark.parametrize(
    ("url", "scheme"),
    [
        ("https://a", "https"), (" JavaScript:alert(1)", "javascript"), ("java\nscript:x", "javascript"),
        ("java&#10;script&colon;x", "javascript"), ("&#106;avascript:x", "javascript"), ("\x01javascript:x", "javascript"),
        ("/a:b", ""), ("?a=b:c", ""), ("#a:b", ""), ("mailto:a@b", "mailto"), ("", ""), ("data:text/html,x", "data"),
    ],
)  # fmt: skip
def test_a_scheme_is_seen_as_a_browser_sees_it(url: str, scheme: str) -> None:
    assert scheme_of(url) == scheme
