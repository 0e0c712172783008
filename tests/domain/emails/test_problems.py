import time
from collections.abc import Callable

import pytest

from domain.emails import Draft, compile_email
from tests.domain.emails.rendering import messages


def mjml(inside: str) -> str:
    return f"<mjml>\n<mj-body>\n<mj-section>\n<mj-column>\n{inside}\n</mj-column>\n</mj-section>\n</mj-body>\n</mjml>"


ERRORS = [
    (mjml("<mj-foo/>"), "5 error: There is no MJML element <mj-foo>."),
    (mjml("<mj-txt>x</mj-txt>"), "5 error: There is no MJML element <mj-txt>. Did you mean “mj-text”?"),
    (mjml("<mj-include path='/etc/passwd'/>"), "5 error: <mj-include> cannot be used"),
    (mjml("Hello"), "5 error: Text cannot stand directly in <mj-column>"),
    (mjml("{{ contact.email }}"), "5 error: Text cannot stand directly in <mj-column>"),
    (mjml("<p>Hello</p>"), "5 error: <p> is HTML: put it into <mj-text>"),
    (mjml("<mj-text>Hello"), "5 error: <mj-text> is never closed"),
    (mjml("</mj-text>"), "5 error: </mj-text> closes nothing"),
    (mjml("<mj-section></mj-section>"), "5 error: <mj-section> cannot stand directly in <mj-column>. It belongs into <mj-body>"),
    (mjml("<mj-social>{% if contact.email %}<mj-social-element name='x'>x</mj-social-element>{% endif %}</mj-social>"), "cannot stand directly in <mj-social>"),
    (mjml("<mj-text {% if contact.email %}color='red'{% endif %}>x</mj-text>"), "5 error: MJML has no use for {% if contact.email %}"),
    ("<mjml><mj-head></mj-head></mjml>", "1 error: There is no <mj-body>"),
    ("<mjml><mj-body></mj-body>", "1 error: <mjml> is never closed"),
    ("<mjml><mj-head><mj-html-attributes/></mj-head><mj-body></mj-body></mjml>", "<mj-html-attributes> is not supported"),
    (mjml("<mj-wrapper>" * 60), "cannot stand"),
    ("<p>x</p>\n<{{ contact.email }}>", "2 error: The name of an HTML tag cannot come from a value; write &lt;"),
    ("<p>\n<a {{ contact.email }}>x</a></p>", "2 error: A value cannot stand alone inside of <a>"),
    ("<p>\n<b{{ contact.email }}>x</b></p>", "2 error: The name of an HTML tag cannot come from a value"),
    ("<p>x</p>\n\n{{ contcat.email }}", "3 error: There is nothing called “contcat”"),
    ("", "1 error: This mail is empty"),
    ("  \n ", "1 error: This mail is empty"),
    ("<p title='{% if contact.email %}'>x{% endif %}</p>", "must begin and end in the same kind of place"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "part"), ERRORS)
def test_errors_stop_a_mail_and_say_where(body: str, part: str) -> None:
    compilation = compile_email(Draft(subject="Hello", body=body, topic="transactional"))
    assert compilation.email is None
    assert any(part in message for message in messages(body)), messages(body)


@pytest.mark.parametrize(
    ("subject", "part"),
    [
        ("", "There is no subject"),
        (" \n", "There is no subject"),
        ("a\nb", "one line"),
        ("{{ nobody }}", "nothing called “nobody”"),
        ("{{ contact.email", "never closed"),
    ],
)
def test_a_subject_is_needed(subject: str, part: str) -> None:
    assert any(part in message and "error" in message for message in messages("<p>x</p>", subject=subject))


WARNINGS = [
    ("<img src='https://a.example/x.png'>", "no alt"),
    ("<img alt='x'>", "no src"),
    ("<img src='http://a.example/x.png' alt='x'>", "comes over http"),
    ("<img src='data:image/png;base64,AA' alt='x'>", "written into the mail itself"),
    ("<td background='http://a.example/x.png'>x</td>", "comes over http"),
    ("<a href='#'>x</a>", "leads nowhere"),
    ("<a href=''>x</a>", "leads nowhere"),
    ("<a href='www.shop.example'>x</a>", "no full address"),
    ("<a href='javascript:alert(1)'>x</a>", "“javascript:” addresses do nothing"),
    ("<script>alert(1)</script>x", "We take out <script>"),
    ("<b onclick='x'>x</b>", "We take out onclick=…"),
    ("<p>" + "x" * 110_000 + "</p>", "This mail is 107 KB large. Gmail cuts mails"),
    (mjml("<mj-image src='https://a.example/x.png'/>"), "5 warning: This picture has no alt"),
    (mjml("<mj-button href='#'>x</mj-button>"), "5 warning: This link leads nowhere"),
    (mjml("<mj-button title='{{ contact.email }}'>x</mj-button>"), "5 warning: MJML has no use for {{ contact.email }}"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "part"), WARNINGS)
def test_warnings_do_not_stop_a_mail(body: str, part: str) -> None:
    assert compile_email(Draft(subject="Hello", body=body, topic="transactional")).email
    assert any(part in message for message in messages(body)), messages(body)


@pytest.mark.parametrize(
    "body",
    [
        "<p>Hello {{ contact.email }}</p>",
        "<img src='https://a.example/x.png' alt=''><a href='{{ unsubscribe_url }}'>x</a><a href='mailto:a@b.example'>x</a>",
        mjml("<mj-text><a href='https://a.example/'>x</a></mj-text><mj-spacer height='10px'/>"),
    ],
)
def test_a_good_mail_gives_no_cause_for_remarks(body: str) -> None:
    assert messages(body) == []


def test_many_faults_are_all_named() -> None:
    found = messages(mjml("<mj-foo/>\n<mj-bar/>\nwords"))
    assert [message.split(" ")[0] for message in found] == ["5", "6", "7"]


@pytest.mark.parametrize("slip", ["firstname", "frist_name", "first_names"])
def test_a_slip_in_the_name_of_a_detail_is_told_from_a_field_of_ones_own(slip: str) -> None:
    (message,) = (one for one in messages(f"Hi {{{{ contact.{slip} }}}}") if slip in one)
    assert "Otherwise write “contact.first_name”." in message
    (message,) = (one for one in messages("Hi {{ contact.city }}") if "contact.city" in one)
    assert "Some contacts have no “contact.city”" in message


HOSTILE = [
    "<mj-wrapper>", "<div>", "<", "<a ", "<a href='", "<!--", "<style>", "&", "<p a='b' c ", "<p \n", "</a>", "<!--[if mso]>",
    "<!--[if mso]><b>", "<table><tr><td>", "<svg>", "<mj-text>", "\"'", "<a =",
]  # fmt: skip


def cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("start", ["", "<mjml><mj-body>", "<p "])
def test_a_hostile_body_takes_no_more_than_its_length(start: str, piece: str) -> None:
    """Eight times as long may take eight times as long, not sixty-four."""
    few, many = (start + piece * count for count in (1_000, 8_000))
    once = min(cpu(lambda: compiled(few)) for _ in range(2))
    assert min(cpu(lambda: compiled(many)) for _ in range(3)) < 0.2 + 24 * once


def compiled(body: str) -> object:
    return compile_email(Draft(subject="Hello", body=body, topic="transactional"))
