"""What an author has not filled in yet, of a mail that began as a ready-made one: links that lead to example.com."""

from collections.abc import Iterator, Sequence
from html import unescape
from urllib.parse import urlsplit

from domain.templating.markup import Token, read
from domain.templating.problems import BadTemplate
from domain.templating.tags import Masked, mask
from domain.texts import shown

EXAMPLE = "example.com"


def example_links(body: str) -> tuple[str, ...]:
    """What stands on each link to example.com, once and in order; empty for a link without words.

    None where the mail cannot be read: that is said elsewhere, and keeps it from being published.
    """
    try:
        masked = mask(body)
    except BadTemplate:
        return ()
    return tuple(dict.fromkeys(_labels(list(read(masked.text)), masked)))


def _labels(tokens: Sequence[Token], masked: Masked) -> Iterator[str]:
    for place, token in enumerate(tokens):
        if token.kind == "open" and _is_example(masked.unmask(token.get("href") or "")):
            yield shown(masked.unmask(_words(token, tokens[place + 1 :])))


def _is_example(href: str) -> bool:
    try:
        host = urlsplit(unescape(href).strip()).hostname or ""
    except ValueError:  # brackets that are no address: it leads nowhere at all
        return False
    return host == EXAMPLE or host.endswith(f".{EXAMPLE}")


def _words(link: Token, following: Sequence[Token]) -> str:
    """Up to its end; a picture speaks by its description."""
    said = [link.get("alt") or ""]
    for token in () if link.closed else following:
        if token.kind == "close" and token.text == link.text:
            break
        said.append(token.text if token.kind == "text" else token.get("alt") or "")
    return " ".join(unescape(" ".join(said)).split())
