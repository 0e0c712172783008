"""What a careful eye finds in a mail before it goes out: each with its line, and what to do about it."""

from collections.abc import Iterable, Iterator, Sequence

from domain.emails.cleaning import WITH_CONTENT, is_handler, is_harmful_address, is_refused
from domain.emails.frame import Furniture
from domain.templating.markup import Token, scheme_of
from domain.templating.problems import Problem, warning
from domain.templating.tags import Masked

MAX_HTML = 102 * 1024
"""Gmail shows no more of a mail and hides the rest, the unsubscribe link with it."""
LONG_SUBJECT = 120

_IMAGES = frozenset({"img", "mj-image", "mj-carousel-image"})
_LINKS = frozenset({"a", "mj-button", "mj-navbar-link", "mj-social-element"})
_SOURCES = ("src", "background", "background-url")


def check_subject(subject: str) -> Iterator[Problem]:
    if not subject.strip():
        yield Problem(1, "There is no subject: write the one line that people see first.")
    elif "\n" in subject.strip():
        yield Problem(1, "A subject is one line: take the line breaks out.")
    elif len(subject) > LONG_SUBJECT:
        yield warning(1, "This subject is long: most inboxes show 40 to 60 characters of it.")


def check_body(tokens: Sequence[Token], masked: Masked) -> Iterator[Problem]:
    if not any(token.kind == "raw" or token.text.strip() for token in tokens):
        yield Problem(1, "This mail is empty: write what it should say.")
    for token in tokens:
        line = masked.line_at(token.offset)
        if token.kind == "open":
            yield from _check_tag(token, masked, line)


def check_size(html: str) -> Iterator[Problem]:
    size = len(html.encode())
    if size > MAX_HTML:
        yield warning(
            1,
            f"This mail is {size // 1024} KB large. Gmail cuts mails after 102 KB and hides the end: make it shorter.",
        )


def check_furniture(missing: Iterable[Furniture]) -> Iterator[Problem]:
    for one in missing:
        yield warning(
            1, f"There is no {{{{ {one.name} }}}} in this mail, so we put the {one.title} below it."
        )


def _check_tag(token: Token, masked: Masked, line: int) -> Iterator[Problem]:
    yield from _check_values(token, masked, line)
    yield from _check_taken_out(token, line)
    if token.text in _IMAGES:
        yield from _check_image(token, line)
    if token.text in _LINKS:
        yield from _check_link(token, masked, line)
    for name in _SOURCES:
        yield from _check_source(token.get(name), line)


def _check_values(token: Token, masked: Masked, line: int) -> Iterator[Problem]:
    """A value is only safe where it is text or stands in quotes."""
    if masked.tags_in(token.text):
        yield Problem(line, "The name of an HTML tag cannot come from a value; write &lt; for the sign <.")
    for name, _ in token.attributes:
        if any(tag.kind == "print" for tag in masked.tags_in(name)):
            yield Problem(
                line, f'A value cannot stand alone inside of <{token.text}>: write name="{{{{ … }}}}".'
            )


def _check_taken_out(token: Token, line: int) -> Iterator[Problem]:
    if is_refused(token):
        what = f"<{token.text}> and what is in it" if token.text in WITH_CONTENT else f"<{token.text}>"
        yield warning(line, f"We take out {what}: no mail program shows it.")
    for name, value in token.attributes:
        if is_handler(name):
            yield warning(line, f"We take out {name}=…: no mail program runs it.")
        elif is_harmful_address(name, value):
            yield warning(
                line, f"“{scheme_of(value or '')}:” addresses do nothing in a mail: this one leads nowhere."
            )


def _check_image(token: Token, line: int) -> Iterator[Problem]:
    if token.get("alt") is None and token.get("width") not in ("0", "1", "1px"):
        yield warning(line, 'This picture has no alt="…": say what is on it for those who do not see it.')
    if not (token.get("src") or "").strip():
        yield warning(line, 'This picture has no src="…", so nothing is shown.')


def _check_link(token: Token, masked: Masked, line: int) -> Iterator[Problem]:
    href = token.get("href")
    if href is None:
        return
    address = masked.unmask(href).strip()
    if address in ("", "#"):
        yield warning(line, "This link leads nowhere: write where it should go.")
    elif scheme_of(address) == "" and not address.startswith(("#", "{", "//")):
        yield warning(line, f"“{address[:60]}” is no full address: write it with https:// in front.")


def _check_source(source: str | None, line: int) -> Iterator[Problem]:
    scheme = scheme_of(source or "")
    if scheme == "http":
        yield warning(line, "This picture comes over http: many mail programs show pictures over https only.")
    elif scheme == "data":
        yield warning(
            line, "This picture is written into the mail itself; Gmail does not show such pictures."
        )
