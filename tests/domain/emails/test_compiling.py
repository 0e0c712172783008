from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.emails import Draft, compile_email
from domain.tracking import Click, Keys, Tracking, read_click, read_opening
from tests.domain.emails.rendering import compiled, html_of, messages, text_of

SAMPLES = Path(__file__).parent / "samples"
NEWSLETTER = (SAMPLES / "newsletter.mjml").read_text()
WELCOME = (SAMPLES / "welcome.html").read_text()
KEYS = Keys([b"k" * 32])
TRACKING = Tracking(KEYS, "https://in.example", UUID(int=1), UUID(int=2))
PRODUCTS: dict[str, Any] = {
    "kilos": 12,
    "products": [
        {
            "id": 1,
            "title": 'Ethiopia "Guji"',
            "price": 1490,
            "stock": 3,
            "image": "https://cdn.example/1.png",
        },
        {"id": 2, "title": "Peru", "price": 1290, "stock": 30, "image": "javascript:alert(1)"},
    ],
}


class Hrefs(HTMLParser):
    """Another reader than ours says where the links of a mail lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.sources: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if tag == "a" and name == "href"]
        self.sources += [value or "" for name, value in attrs if name == "src"]


def test_a_newsletter_of_many_elements() -> None:
    email = compiled(NEWSLETTER, topic="marketing")
    html = html_of(email, event=PRODUCTS)
    assert "Good morning, Ada!" in html
    assert "5 &lt; 6 & it's <b>roasting</b> day.<br>We roasted 12 kg" in html
    assert "Fernhill ☕ Coffee — “roasted” 👩‍🍳" in html
    assert "Ethiopia &#34;Guji&#34;</b><br />€14.90" in html
    assert html.count("left</div>") == 1  # of the two products, one is nearly gone
    assert "<td>Gold</td><td></td>" in html
    assert "Join our club" not in html
    assert "<title>News from Fernhill Coffee & &quot;friends&quot;</title>" in html
    assert "font-family:Georgia, 'Times New Roman', serif" in html
    assert ".accent a > b { color: #b4532a }" in html
    assert "javascript:" not in html
    assert "zq" not in html
    assert "zw" not in html


def test_the_other_branches_of_a_newsletter() -> None:
    contact = {"first_name": None, "tags": [], "id": "c2"}
    html = html_of(compiled(NEWSLETTER), event={}, contact=contact)
    assert "Good morning!" in html
    assert "Join our club" in html
    assert "Gold" not in html
    assert "See it" not in html


def test_the_links_of_a_newsletter_are_counted_and_lead_where_they_should() -> None:
    email = compiled(NEWSLETTER, topic="marketing")
    html = html_of(email, event=PRODUCTS, tracking=TRACKING)
    hrefs = Hrefs(html).found
    clicks = [read_click(KEYS, href.rsplit("/", 1)[1]) for href in hrefs if "/t/c/" in href]
    assert [click.url for click in clicks if click][:5] == [
        "https://fernhill.example/?utm_source=mail&utm_campaign=november",
        "https://fernhill.example/guide",
        "https://fernhill.example/shop",
        "https://fernhill.example/p/1?ref=c1",
        "https://fernhill.example/p/2?ref=c1",
    ]
    assert {href for href in hrefs if "/t/c/" not in href} == {
        "mailto:hello@fernhill.example",
        "https://in.example/unsubscribe/tok",
    }
    assert read_opening(KEYS, Hrefs(html).sources[-1].rsplit("/", 1)[1])
    text = text_of(email, event=PRODUCTS, tracking=TRACKING)
    assert f"See it: {TRACKING.click_url(3, 'https://fernhill.example/p/1?ref=c1')}" in text


def test_the_numbers_of_links_are_those_of_the_version() -> None:
    email = compiled(NEWSLETTER)
    assert [link.number for link in email.links] == list(range(len(email.links)))
    assert email.links[3].url == "https://fernhill.example/p/{{ product.id }}?ref={{ contact.id|urlencode }}"
    assert compile_email(Draft(subject="Hello", topic="transactional", body=NEWSLETTER)).email == email


def test_the_text_part_of_a_newsletter() -> None:
    text = text_of(compiled(NEWSLETTER), event=PRODUCTS)
    assert text.startswith(
        "Fernhill ☕ Coffee — “roasted” 👩‍🍳: https://fernhill.example/?utm_source=mail&utm_campaign=november\n\n"
        "Good morning, Ada!\n\n5 < 6 & it's roasting day.\nWe roasted 12 kg — just for you.\n\n"
        "Read the brewing guide: https://fernhill.example/guide or write to hello@fernhill.example.\n\n"
        'Shop now: https://fernhill.example/shop\n\nEthiopia "Guji"\n€14.90\n\nOnly 3 left\n\n'
    )
    assert "Tier Points\nGold" in text
    assert "Unsubscribe: https://in.example/unsubscribe/tok\nFernhill Coffee, Am Farn 4, 10999 Berlin" in text


def test_html_is_kept_but_for_what_no_mail_program_runs() -> None:
    email = compiled(WELCOME)
    html = html_of(email)
    assert "evil" not in html
    assert '<body bgcolor="#ffffff" style="margin:0">' in html
    assert '<table width="600" align="center" cellpadding="0" cellspacing="0" role="presentation">' in html
    assert '<h1 class="b">Welcome Ada</h1>' in html
    assert "<style>.b{color:#333}</style>" in html
    assert '<v:roundrect\nhref="https://shop.example/mso?x=c1">' in html
    assert [link.url for link in email.links] == [
        "https://shop.example/mso?x={{ contact.id }}",
        "https://shop.example/start?u={{ contact.id }}&v=1",
    ]
    assert text_of(email) == (
        "Welcome Ada\n\nHere is where to start: https://shop.example/start?u=c1&v=1.\n\n- One\n- Two\n\n"
        "Private link: https://shop.example/private\n\nAm Farn 4, 10999 Berlin Leave: https://in.example/unsubscribe/tok\n"
    )


def test_links_for_outlook_are_counted_too() -> None:
    html = html_of(compiled(WELCOME), tracking=TRACKING)
    token = html.split('<v:roundrect\nhref="')[1].partition('"')[0].rsplit("/", 1)[1]
    assert read_click(KEYS, token) == Click(UUID(int=1), UUID(int=2), 0, "https://shop.example/mso?x=c1")


def test_a_piece_of_html_becomes_a_document() -> None:
    html = html_of(compiled("<p>Hi {{ contact.first_name }}</p>"))
    assert html.startswith("<!doctype html>")
    assert "<p>Hi Ada</p>" in html
    assert html.rstrip().endswith("</body>\n</html>")


def test_plain_words_become_paragraphs() -> None:
    email = compiled("Hi {{ contact.first_name }},\n\n5 < 6 & all is well.\nYours\n\n\n")
    assert html_of(email).count("<p ") == 2
    assert "5 &lt; 6 & all is well.<br>\nYours" in html_of(email)
    assert text_of(email) == "Hi Ada,\n\n5 < 6 & all is well.\nYours\n"


@pytest.mark.parametrize(
    "piece",
    [
        "<mj-body><mj-section><mj-column><mj-text>Hi</mj-text></mj-column></mj-section></mj-body>",
        "<mj-section><mj-column><mj-text>Hi</mj-text></mj-column></mj-section>",
        "<mj-column><mj-text>Hi</mj-text></mj-column>",
        "<mj-text>Hi</mj-text><mj-button href='https://a.example'>Go</mj-button>",
        "{% if contact.email %}<mj-text>Hi</mj-text>{% endif %}",
    ],
)
def test_a_piece_of_mjml_is_completed(piece: str) -> None:
    html = html_of(compiled(piece))
    assert html.count(">Hi</div>") == 1
    assert "</html>" in html


def test_a_value_before_the_document_can_be_used_in_it() -> None:
    email = compiled(
        "{% set who = contact.first_name or 'you' %}<mjml><mj-body><mj-section><mj-column><mj-text>Hi {{ who }}</mj-text></mj-column></mj-section></mj-body></mjml>"
    )
    assert "Hi Ada" in html_of(email)
    assert text_of(email) == "Hi Ada\n"


def test_inline_styles_reach_the_texts() -> None:
    email = compiled(
        "<mjml><mj-head><mj-style inline='inline'>.r { color: red }</mj-style></mj-head><mj-body><mj-section><mj-column>"
        "<mj-text><p class='r'>5 < 6 {{ contact.first_name }}<br><img src='https://a.example/é.png' alt=''></p></mj-text>"
        "</mj-column></mj-section></mj-body></mjml>"
    )
    html = html_of(email)
    assert 'class="r" style="color: red;">5 &lt; 6 Ada' in html
    assert 'src="https://a.example/é.png"' in html


def test_a_marketing_mail_gets_the_footer_that_its_author_forgot() -> None:
    email = compiled("<p>Buy!</p>", topic="marketing")
    assert "Fernhill Coffee · Am Farn 4, 10999 Berlin<br>" in html_of(email)
    assert '<a href="https://in.example/unsubscribe/tok" style' in html_of(email)
    assert text_of(email) == (
        "Buy!\n\nFernhill Coffee · Am Farn 4, 10999 Berlin\nUnsubscribe: https://in.example/unsubscribe/tok\n"
    )
    warnings = messages("<p>Buy!</p>", topic="marketing")
    assert any("so we put the unsubscribe link below it" in message for message in warnings)
    assert any("so we put the postal address below it" in message for message in warnings)


def test_an_authors_own_footer_is_left_alone() -> None:
    own = "<p>Buy! {{ workspace.postal_address }} <a href='{{ unsubscribe_url }}'>Stop</a></p>"
    assert "Unsubscribe" not in html_of(compiled(own, topic="marketing"))
    assert messages(own, topic="marketing") == []
    half = compiled("<p>Buy! <a href='{{ unsubscribe_url }}'>Stop</a></p>", topic="marketing")
    assert "Unsubscribe" not in html_of(half)
    assert "Am Farn 4" in html_of(half)


def test_a_receipt_gets_no_footer() -> None:
    assert "nsubscribe" not in html_of(compiled("<p>Your receipt</p>"))


@pytest.mark.parametrize("body", ["<p>x</p>", NEWSLETTER])
def test_the_preheader_is_hidden_and_first(body: str) -> None:
    email = compiled(body, preheader="5 < 6, {{ contact.first_name }} & more")
    after_body = html_of(email, event=PRODUCTS).partition("<body")[2]
    assert after_body.partition(">")[2].lstrip().startswith('<div style="display:none;')
    assert "5 &lt; 6, Ada &amp; more" in after_body
    assert "Fresh beans" not in after_body
    assert "5 < 6" not in text_of(email, event=PRODUCTS).partition("roasting")[0].partition("Good")[0]


def test_the_preview_of_mjml_stays_where_no_preheader_is_given() -> None:
    assert "Fresh beans, roasted this morning" in html_of(compiled(NEWSLETTER))


def test_opening_is_noticed_by_one_picture_at_the_end() -> None:
    html = html_of(compiled(NEWSLETTER), tracking=TRACKING)
    assert html.count("/t/o/") == 1
    assert html.index("/t/o/") > html.index("Unsubscribe")
    assert "\x10" not in html_of(compiled(NEWSLETTER))


@pytest.mark.parametrize("body", [NEWSLETTER, WELCOME])
def test_no_line_is_too_long_for_mail_servers(body: str) -> None:
    html = html_of(compiled(body), event=PRODUCTS, tracking=TRACKING)
    assert max(len(line.encode()) for line in html.split("\n")) < 998


def test_lines_are_those_of_the_author() -> None:
    body = "<mjml>\n<mj-body>\n<mj-section>\n<mj-column>\n<mj-text>{{ contact.first_name }}\n{{ 1\n}}</mj-text>\n<mj-image src='http://a.example/x.png'/>\n</mj-column></mj-section></mj-body></mjml>"
    assert [message.split(" ")[0] for message in messages(body)] == ["5", "8", "8"]


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "a ",
                "{{ contact.email }}",
                "{% if contact.email %}x{% endif %}",
                "<br>",
                "<div>",
                "</div>",
                "&amp;",
                "< ",
                "{% raw %}{{ x }}{% endraw %}",
                "<a href='https://a.example'>",
                "</a>",
                "<!-- c -->",
                "<ul><li>",
                "\n\n",
            ]
        ),
        max_size=12,
    )
)
def test_whatever_html_is_written_it_compiles_and_fills_in(pieces: list[str]) -> None:
    body = "x" + "".join(pieces)
    compilation = compile_email(Draft(subject="s", body=body, topic="transactional"))
    assert compilation.email, compilation.problems
    shown = html_of(compilation.email, tracking=TRACKING)
    count = sum(piece.startswith("{{") for piece in pieces)
    assert shown.count("ada@shop.example") == count
    assert text_of(compilation.email).count("ada@shop.example") == count


@settings(deadline=None)
@given(st.text(alphabet="<>&\"'{ab", max_size=10), st.sampled_from(["first_name", "last_name"]))
def test_a_value_is_shown_as_it_is_and_nothing_else(value: str, field: str) -> None:
    body = f"<p title='{{{{ contact.{field} }}}}'>{{{{ contact.{field} }}}}</p>"

    class Seen(HTMLParser):
        text, title, tags = "", "", 0

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag == "p":
                self.title, self.tags = dict(attrs)["title"] or "", self.tags + 1

        def handle_data(self, data: str) -> None:
            self.text += data if self.tags else ""

    seen = Seen()
    seen.feed(html_of(compiled(body), contact={field: value}))
    assert seen.title == value
    assert seen.text.strip() == value.strip()
    assert text_of(compiled(body), contact={field: value}).strip() == value.strip()
