from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.emails.marks import LINK, LINK_END, NUMBER_END, PIXEL
from domain.tracking import (
    MAX_URL,
    Click,
    Keys,
    Opening,
    Tracking,
    Unsubscription,
    finish_html,
    finish_line,
    finish_text,
    quiet_html,
    quiet_text,
    read_click,
    read_opening,
    read_unsubscription,
    sign_click,
    sign_opening,
    sign_unsubscription,
    unsubscribe_url,
)

OLD, NEW = b"o" * 32, b"n" * 32
KEYS = Keys([NEW, OLD])
WORKSPACE, CONTACT, MESSAGE = UUID(int=1), UUID(int=2), UUID(int=3)
TRACKING = Tracking(KEYS, "https://in.example", WORKSPACE, MESSAGE)
TOPICS = st.sampled_from(["marketing", "transactional"]) | st.text(min_size=1, max_size=20)


def token(url: str) -> str:
    return url.rsplit("/", 1)[1]


@settings(deadline=None)
@given(st.uuids(), st.uuids(), st.integers(0, 65_535), st.text(max_size=300))
def test_a_click_comes_back_as_it_went(workspace: UUID, message: UUID, link: int, url: str) -> None:
    click = Click(workspace, message, link, url)
    assert read_click(KEYS, sign_click(KEYS, click)) == click


@settings(deadline=None)
@given(st.uuids(), st.uuids())
def test_an_opening_comes_back_as_it_went(workspace: UUID, message: UUID) -> None:
    assert read_opening(KEYS, sign_opening(KEYS, Opening(workspace, message))) == Opening(workspace, message)


@settings(deadline=None)
@given(st.uuids(), st.uuids(), TOPICS, st.none() | st.uuids())
def test_an_unsubscription_comes_back_as_it_went(
    workspace: UUID, contact: UUID, topic: str, message: UUID | None
) -> None:
    one = Unsubscription(workspace, contact, topic, message)
    assert read_unsubscription(KEYS, sign_unsubscription(KEYS, one)) == one


@settings(deadline=None)
@given(st.integers(0, 400), st.integers(1, 255))
def test_an_altered_token_is_refused(place: int, change: int) -> None:
    raw = bytearray(
        urlsafe_b64decode(sign_click(KEYS, Click(WORKSPACE, MESSAGE, 1, "https://a.example/")) + "==")
    )
    raw[place % len(raw)] ^= change
    assert read_click(KEYS, urlsafe_b64encode(raw).rstrip(b"=").decode()) is None


@settings(deadline=None)
@given(st.text(max_size=200))
def test_what_is_no_token_is_refused(anything: str) -> None:
    assert read_click(KEYS, anything) is None
    assert read_opening(KEYS, anything) is None
    assert read_unsubscription(KEYS, anything) is None


def test_a_token_is_good_for_one_purpose() -> None:
    opening = sign_opening(KEYS, Opening(WORKSPACE, MESSAGE))
    assert read_click(KEYS, opening) is None
    assert read_unsubscription(KEYS, opening) is None


@pytest.mark.parametrize("spelling", ["{}=", "{}==", "{} ", "{}!", " {}", "{}\n"])
def test_a_token_has_one_spelling(spelling: str) -> None:
    assert read_opening(KEYS, spelling.format(sign_opening(KEYS, Opening(WORKSPACE, MESSAGE)))) is None


def test_keys_rotate() -> None:
    before = sign_opening(Keys([OLD]), Opening(WORKSPACE, MESSAGE))
    after = sign_opening(KEYS, Opening(WORKSPACE, MESSAGE))
    assert before != after
    assert read_opening(KEYS, before) == read_opening(KEYS, after) == Opening(WORKSPACE, MESSAGE)
    assert read_opening(Keys([NEW]), before) is None
    assert read_opening(Keys([OLD]), after) is None


def test_the_unsubscribe_address_is_short_enough_not_to_be_folded() -> None:
    url = unsubscribe_url(
        KEYS, "https://mail.example.com", Unsubscription(WORKSPACE, CONTACT, "marketing", MESSAGE)
    )
    assert url.startswith("https://mail.example.com/unsubscribe/")
    assert len(url) <= 130


def link(number: int, url: str) -> str:
    return f'<a {LINK}{number}{NUMBER_END}href="{url}" style="x">go</a>'


def test_links_lead_through_us_to_where_they_led() -> None:
    html = finish_html(
        f"<p>{link(0, 'https://a.example/?a=1&amp;b=2')} {link(1, 'http://b.example')}</p>{PIXEL}", TRACKING
    )
    hrefs = [piece.partition('"')[0] for piece in html.split('href="')[1:]]
    assert [read_click(KEYS, token(href)) for href in hrefs] == [
        Click(WORKSPACE, MESSAGE, 0, "https://a.example/?a=1&b=2"),
        Click(WORKSPACE, MESSAGE, 1, "http://b.example"),
    ]
    assert 'style="x">go</a>' in html
    pixel = html.split('<img src="')[1].partition('"')[0]
    assert read_opening(KEYS, token(pixel)) == Opening(WORKSPACE, MESSAGE)


def test_text_links_are_the_same_links() -> None:
    text = finish_text(f"Shop: {LINK}4{NUMBER_END}https://a.example/?a=1&b=2{LINK_END}, or not", TRACKING)
    url = text.removeprefix("Shop: ").partition(",")[0]
    assert read_click(KEYS, token(url)) == Click(WORKSPACE, MESSAGE, 4, "https://a.example/?a=1&b=2")


@pytest.mark.parametrize(
    "url",
    [
        "mailto:a@b.example",
        "tel:+49",
        "#top",
        "",
        "javascript:alert(1)",
        "/x",
        "https://a.example/" + "x" * MAX_URL,
    ],
)
def test_what_cannot_be_counted_stays_as_it_is(url: str) -> None:
    assert finish_html(link(0, url), TRACKING) == f'<a href="{url}" style="x">go</a>'


@pytest.mark.parametrize(
    "tracking", [None, Tracking(KEYS, "https://in.example", WORKSPACE, MESSAGE, clicks=False, openings=False)]
)
def test_without_tracking_the_marks_go(tracking: Tracking | None) -> None:
    assert (
        finish_html(f"{link(0, 'https://a.example')}{PIXEL}", tracking)
        == '<a href="https://a.example" style="x">go</a>'
    )
    assert (
        finish_text(f"a {LINK}0{NUMBER_END}https://a.example{LINK_END}", tracking) == "a https://a.example\n"
    )


@settings(deadline=None)
@given(st.text(alphabet=f'{LINK}{NUMBER_END}{LINK_END}{PIXEL}12a"hrf=<', max_size=40))
def test_marks_in_disorder_do_no_harm(text: str) -> None:
    for finish in (finish_html, finish_text):
        assert LINK not in finish(text, TRACKING)


def test_a_mail_to_look_at_has_no_pixel_and_leads_straight_on() -> None:
    sent = f'<a href="https://x.example/?a=1&amp;b=2">See</a> {PIXEL} <img src="https://x.example/t/o/logo">'
    text = f"See: {LINK}7{NUMBER_END}https://x.example/?a=1&b=2{LINK_END}."
    html = finish_html(sent.replace("href", f"{LINK}7{NUMBER_END}href"), TRACKING)
    assert "in.example/t/c/" in html
    assert "in.example/t/o/" in html
    assert quiet_html(html, KEYS) == sent.replace(PIXEL, "")
    assert quiet_text(finish_text(text, TRACKING), KEYS) == "See: https://x.example/?a=1&b=2.\n"


def test_what_others_signed_is_left_as_it_is() -> None:
    html = finish_html(f'{LINK}7{NUMBER_END}href="https://x.example/" {PIXEL}', TRACKING)
    assert quiet_html(html, Keys([b"x" * 32])) == html


def test_gaps_in_a_text_are_closed() -> None:
    assert finish_text("\n\na  \n\n\n\n\nb \n c\n\n\n", None) == "a\n\nb\n c\n"


def test_a_subject_is_one_line() -> None:
    assert finish_line(" a\r\nBcc: x@y \t b ") == "a Bcc: x@y b"
