from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2.exceptions import TemplateError

from domain.templating.filters import FILTERS
from domain.templating.language import language, readable
from domain.templating.urls import guard_urls
from tests.core.templating.hostile import CURIOUS, HOSTILE

CONTACT = {
    "first_name": "Ada",
    "last_name": None,
    "age": 36,
    "balance": 1999,
    "tags": ["vip", "new"],
    "attributes": {"city": "Paris", "items": ["a"]},
    "time_zone": "America/New_York",
    "html": "<b onclick='x'>&</b>",
}


def text(source: str, **more: Any) -> str:
    return language(html=False).load(source).render(contact=CONTACT, **more)


def html(source: str, **more: Any) -> str:
    return language(html=True).load(guard_urls(source)).render(contact=CONTACT, **more)


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{{ contact.first_name }}", "Ada"),
        ("{{ contact.last_name }}", ""),
        ("{{ contact.nothing.at.all }}", ""),
        ("{{ contact.last_name|default('friend') }}", "friend"),
        ("{{ contact.last_name or 'friend' }}", "friend"),
        ("{{ contact.age|default(1) }} {{ 0|default(1) }}", "36 0"),
        ("{% if contact.nothing > 3 %}x{% else %}y{% endif %}", "y"),
        ("{% if contact.last_name < 3 %}x{% endif %}", ""),
        ("{{ contact.nothing + 1 }}{{ 2 * contact.last_name }}{{ -contact.nothing }}", ""),
        ("{{ contact.nothing() }}{{ contact.nothing.upper() }}", ""),
        ("{% for a in contact.nothing %}x{% else %}none{% endfor %}", "none"),
        ("{{ contact.last_name is none }} {{ contact.last_name is defined }}", "true false"),
        ("{{ contact.last_name == none }}", "true"),
        ("{{ contact.attributes['city'] }} {{ contact.attributes.items[0] }}", "Paris a"),
        ("{{ contact.tags }} {{ contact.tags[1] }} {{ contact.tags[9] }}", "vip, new new "),
        ("{% for k, v in contact.attributes.items() %}{% endfor %}", ""),
        ("{{ contact.age + 1 }} {{ 7 // 2 }} {{ 7 % 2 }} {{ 2 ** 8 }} {{ 'a' + 'b' }} {{ 1 ~ 'b' }}", "37 3 1 256 ab 1b"),
        ("{{ contact.first_name.upper() }}", "ADA"),
        ("{% for a in range(3) %}{{ loop.index }}{{ loop.cycle('a', 'b') }}{% endfor %}", "1a2b3a"),
        ("{% macro m(x) %}[{{ x }}]{% endmacro %}{{ m(1) }}", "[1]"),
        ("{{ true }} {{ contact.age > 18 }}", "true true"),
    ],
)  # fmt: skip
def test_values(source: str, shown: str) -> None:
    if "items()" in source:  # a field called `items` comes before the method
        source, shown = "{% for k, v in {'a': 1}.items() %}{{ k }}{{ v }}{% endfor %}", "a1"
    assert text(source) == shown


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{{ 'hELLO wORLD'|title }}|{{ 'hELLO'|capitalize }}|{{ 'a'|upper }}{{ 'B'|lower }}", "Hello World|HELLO|Ab"),
        ("{{ '  a '|trim }}|{{ contact.nothing|trim }}", "a|"),
        ("{{ 'one two three'|truncate(9) }}|{{ 'onetwothree'|truncate(5) }}|{{ 'a'|truncate(5) }}", "one two…|onet…|a"),
        ("{{ 'banana'|replace('an', 'AN') }}|{{ 'a'|replace('', 'b') }}", "bANANa|a"),
        ("{{ 2.5|round }} {{ 3.14159|round(2) }} {{ '7.5'|round }} {{ 'x'|round }} {{ contact.nothing|round }}", "3 3.14 8 x "),
        ("{{ contact.tags|join(' + ') }}|{{ contact.nothing|join }}", "vip + new|"),
        ("{{ contact.tags|first }} {{ contact.tags|last }} {{ contact.tags|length }} {{ contact.nothing|first }}", "vip new 2 "),
        ("{{ 'ab'|length }}{{ 'ab'|first }}{{ []|last }}", "2a"),
        ("{{ 'a b&c'|urlencode }} {{ {'a': 'b c'}|urlencode }}", "a%20b%26c a=b%20c"),
        ("{{ contact.first_name|json }} {{ contact.nothing|json }} {{ contact.tags|json }}", '"Ada" null ["vip", "new"]'),
        ("{{ 1999|money('EUR') }} {{ 123456789|money('USD') }} {{ 500|money('JPY') }}", "€19.99 $1,234,567.89 ¥500"),
        ("{{ -5|money('GBP') }} {{ 1234|money('KWD') }} {{ 1999|money('SEK') }} {{ 5|money }}", "-£0.05 1.234 KWD 19.99 SEK 0.05"),
        ("{{ {'amount': 250, 'currency': 'EUR'}|money }}|{{ contact.nothing|money('EUR') }}", "€2.50|"),
    ],
)  # fmt: skip
def test_filters(source: str, shown: str) -> None:
    assert text(source) == shown


@pytest.mark.parametrize(
    ("value", "pattern", "shown"),
    [
        ("2026-11-21", "d MMMM", "21 November"),
        ("2026-11-01", "EEEE, dd.MM.yy", "Sunday, 01.11.26"),
        ("2026-11-21T02:05:00Z", "d MMM yyyy HH:mm", "20 Nov 2026 21:05"),
        ("2026-07-21T12:00:00+00:00", "h:mm a", "8:00 am"),
        ("2026-07-21T16:00:00+00:00", "h a", "12 pm"),
        ("2026-07-21T12:00:00", "H 'o''clock'", "8 o'clock"),
        ("not a date", "d", "not a date"),
        ("", "d", ""),
    ],
)
def test_dates_are_spelled_in_the_contacts_zone(value: str, pattern: str, shown: str) -> None:
    assert text("{{ value|date(pattern) }}", value=value, pattern=pattern) == shown


def test_a_zone_may_be_named_and_a_wrong_one_is_passed_over() -> None:
    at_nine = "2026-11-21T09:00:00Z"
    assert text("{{ at|date('HH:mm', 'Asia/Tokyo') }}", at=at_nine) == "18:00"
    assert text("{{ at|date('HH:mm', 'Mars/Olympus') }}", at=at_nine) == "04:00"
    assert language(html=False).load("{{ at|date('HH:mm') }}").render(at=at_nine) == "09:00"


def test_html_is_escaped_also_after_it_was_cut() -> None:
    assert html("{{ contact.html }}") == "&lt;b onclick=&#39;x&#39;&gt;&amp;&lt;/b&gt;"
    assert html("{% set x %}<b>y</b>{% endset %}{{ x }}{{ x[0:3] }}{{ x|upper }}{{ x.split('<')[1] }}") == (
        "<b>y</b>&lt;b&gt;&lt;B&gt;Y&lt;/B&gt;b&gt;y"
    )


HARMFUL = [
    "javascript:alert(1)",
    " JAVASCRIPT:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
]


@pytest.mark.parametrize("url", HARMFUL)
@pytest.mark.parametrize(
    "source",
    [
        '<a href="{{ url }}">x</a>',
        "<a href={{ url }}>x</a>",
        "<a href='{% if url %}{{ url }}{% endif %}'>x</a>",
        '<img src="{{ nothing }}{{ url }}">',
        '<form action="{{ url|trim }}">',
        "<!--[if mso]><v:rect href='{{ url }}'></v:rect><![endif]-->",
    ],
)
def test_an_address_from_a_value_cannot_run(source: str, url: str) -> None:
    shown = html(source, url=url)
    assert "script" not in shown.lower()
    assert "data:" not in shown
    assert '"#"' in shown


def test_a_good_address_stays_as_it_is() -> None:
    assert html('<a href="{{ url }}">x</a>', url="https://a.example/?a=1&b=2") == (
        '<a href="https://a.example/?a=1&amp;b=2">x</a>'
    )
    assert html("<a href='https://a.example/{{ url }}'>x</a>", url="javascript:x") == (
        '<a href="https://a.example/javascript:x">x</a>'
    )


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=9)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("name", sorted(set(FILTERS) - {"replace"}))
@settings(deadline=None)
@given(value=VALUES)
def test_no_filter_stumbles_over_what_a_contact_may_have(name: str, value: Any) -> None:
    language(html=True).load(f"{{{{ value|{name} }}}}").render(value=value)


def test_control_characters_cannot_be_brought_in() -> None:
    assert readable({"a\x0e": ["x\x00\x1fy", 1, None], "b": "line\nnext\t"}) == {
        "a": ["xy", 1, None],
        "b": "line\nnext\t",
    }


@pytest.mark.parametrize("name", CURIOUS)
def test_even_unread_a_curious_text_learns_nothing(name: str) -> None:
    """The lint refuses most of these; here is what stands behind it."""
    contact = {"email": "a@b.example", "tags": ["x"], "_secret": "S3CRET"}
    try:
        shown = language(html=False).load(HOSTILE[name]).render(contact=contact)
    except (TemplateError, TypeError):
        return
    for trace in ("S3CRET", "<class", "<function", "<module", "root:", " object at 0x"):
        assert trace not in shown
    assert contact == {"email": "a@b.example", "tags": ["x"], "_secret": "S3CRET"}
