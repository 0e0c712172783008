"""Marks the links of a mail whose clicks are counted; the address stays where it is until the mail is filled in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from html import unescape

from domain.emails.marks import LINK, NUMBER_END
from domain.templating.markup import Token, scheme_of, within_comment
from domain.templating.tags import Masked

_TAGS = frozenset({"a", "area", "v:roundrect", "v:rect", "v:shape"})
_NOT_COUNTED = ("unsubscribe_url", "preferences_url")
OPT_OUT = "data-no-track"
"""`<a href="…" data-no-track>` leads straight to its address."""


@dataclass(frozen=True, slots=True)
class Link:
    """`url` is as the author wrote it, template tags and all; the number stays the same for this version of the mail."""

    number: int
    url: str


class Marker:
    """Goes over a mail once; `links` are those that it has marked."""

    def __init__(self, masked: Masked) -> None:
        self._masked = masked
        self.links: list[Link] = []

    def mark(self, tokens: Iterable[Token]) -> Iterator[Token]:
        for token in tokens:
            if token.kind == "comment":
                yield within_comment(token, self.mark)
            elif token.kind == "open" and token.text in _TAGS:
                yield self._mark_one(token)
            else:
                yield token

    def _mark_one(self, token: Token) -> Token:
        url = unescape(self._masked.unmask(token.get("href") or "")).strip()
        plain = tuple((name, value) for name, value in token.attributes if name != OPT_OUT)
        if len(plain) < len(token.attributes) or not self._counts(url):
            return replace(token, attributes=plain)
        link = Link(len(self.links), url)
        self.links.append(link)
        marked = (
            (f"{LINK}{link.number}{NUMBER_END}href" if name == "href" else name, value)
            for name, value in plain
        )
        return replace(token, attributes=tuple(marked))

    def _counts(self, url: str) -> bool:
        if any(name in url for name in _NOT_COUNTED):
            return False
        return scheme_of(url) in ("http", "https") or url.startswith("{")
