"""Links that nobody has filled in yet, found in a mail of any kind."""

import pytest

from domain.emails.unfinished import example_links

MJML = """<mjml><mj-body><mj-section><mj-column>
  <mj-button href="https://www.example.com" color="#fff">
    Have   a look
  </mj-button>
  <mj-button href="https://fernhill.coffee">Shop</mj-button>
  <mj-image href="http://example.com/sale?a=1&amp;b=2" src="https://fernhill.coffee/a.png" alt="The sale" />
</mj-column></mj-section></mj-body></mjml>"""


def test_buttons_and_pictures_speak_for_themselves() -> None:
    assert example_links(MJML) == ("Have a look", "The sale")


@pytest.mark.parametrize(
    ("body", "labels"),
    [
        ('<a href="https://example.com">Read <b>on</b></a> and more', ("Read on",)),
        ('<a href="HTTPS://EXAMPLE.COM/x">A</a> <a href="https://example.com">A</a>', ("A",)),
        ('<a href="https://example.com"><img src="x.png" alt="Our shop"></a>', ("Our shop",)),
        ('<a href="https://example.com"></a>', ("",)),
        ('<a href="https://example.com">Hi {{ contact.first_name }}</a>', ("Hi {{ contact.first_name }}",)),
        ('<a href="//example.com">Here</a>', ("Here",)),
        ('<a href="https://notexample.com">A</a><a href="https://example.com.au">B</a>', ()),
        ('<a href="mailto:shop@example.com">Write to us</a>', ()),
        ('<a href="https://shop.test/?next=https://example.com">A</a>', ()),
        ('<a href="https://[example.com">A</a>', ()),
        ('<a href="{{ event.url }}">A</a>', ()),
        ('<!-- <a href="https://example.com">A</a> -->', ()),
        ("Just words about example.com", ()),
        ('{{ contact.first_name <a href="https://example.com">A</a>', ()),
        ("", ()),
    ],
)
def test_only_links_to_the_example_are_unfinished(body: str, labels: tuple[str, ...]) -> None:
    assert example_links(body) == labels


def test_a_long_label_is_cut() -> None:
    [label] = example_links(f'<a href="https://example.com">{"long " * 50}</a>')
    assert len(label) <= 60
