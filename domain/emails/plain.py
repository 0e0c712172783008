"""The text part of a mail, made from its HTML: what a reader without pictures and colours gets, links included."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape

from domain.emails.marks import LINK, LINK_END, NUMBER_END, PIXEL
from domain.templating.markup import VOID, Token
from domain.templating.tags import Masked, Tag

_ALONE = ("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre")
_IN_LINES = ("div", "tr", "li", "section", "article", "header", "footer", "center", "dt", "dd", "caption")
_BREAKS: dict[str, int] = {**dict.fromkeys(_ALONE, 2), **dict.fromkeys(_IN_LINES, 1)}
_UNSEEN = frozenset({"head", "style", "title"})
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\n\r\f\u00a0\u200b\u200c\u034f\u00ad]+")
_LOOKS_LIKE_TAG = re.compile(r"\{(?=[{%#])")
_MARKED_HREF = re.compile(f"{LINK}([0-9]+){NUMBER_END}href")
_BRANCHES = ("else", "elif", "endif", "endfor")


@dataclass(slots=True)
class _Text:
    """Text as it grows: breaks and spaces are kept back until something follows them."""

    pieces: list[str] = field(default_factory=list[str])
    breaks: int = 0
    space: bool = False
    kept_breaks: list[int] = field(default_factory=list[int])

    def break_line(self, count: int) -> None:
        self.breaks = max(self.breaks, count)
        self.space = False

    def separate(self, *, in_line: bool) -> None:
        if in_line:
            self.space = True
        else:
            self.break_line(1)

    def say(self, words: str) -> None:
        if self.breaks and self.pieces:
            self.pieces.append("\n" * self.breaks)
        elif self.space and self.pieces:
            self.pieces.append(" ")
        self.breaks, self.space = 0, False
        self.pieces.append(words)

    def steer(self, placeholder: str, tag: Tag) -> None:
        """A block tag shows nothing itself; each of its branches must begin as the text before it has ended."""
        word = tag.source.strip("{}%-+ \n\t").partition(" ")[0]
        if word in ("raw", "endraw"):
            return
        if self.space and not self.breaks and self.pieces:
            self.pieces.append(" ")
            self.space = False
        if word in _BRANCHES and self.kept_breaks:
            self.breaks = max(self.breaks, self.kept_breaks[-1])
            if word.startswith("end"):
                self.kept_breaks.pop()
        elif word in ("if", "for"):
            self.kept_breaks.append(self.breaks)
        self.pieces.append(placeholder)


class PlainText:
    """Reads the tokens of a finished mail; tags stay as their placeholders."""

    def __init__(self, masked: Masked) -> None:
        self._masked = masked
        self._text = _Text()
        self._hidden: list[str] = []
        self._layout: list[bool] = []
        self._links: list[tuple[Token, int]] = []
        self._addresses: Counter[str] = Counter()

    def of(self, tokens: Sequence[Token]) -> str:
        self._addresses.update(
            _address(token)[0] for token in tokens if token.kind == "open" and token.text == "a"
        )
        for token in tokens:
            if token.kind == "open":
                self._open(token)
            elif token.kind == "close":
                self._close(token.text)
            elif token.kind == "text" and not self._hidden:
                self._say(unescape(token.text.replace(PIXEL, "")))
            else:
                self._steer_only(token.text)
        return "".join(self._text.pieces).strip() + "\n"

    def _open(self, token: Token) -> None:
        name = token.text
        if self._hidden or name in _UNSEEN or _HIDDEN.search(token.get("style") or ""):
            if name not in VOID and not token.closed:
                self._hidden.append(name)
            return
        if name == "table":
            self._layout.append(token.get("role") in ("presentation", "none"))
        if name in _BREAKS:
            self._text.break_line(self._breaks(name))
        else:
            self._open_inline(token)
        if name == "li":
            self._text.say("- ")

    def _open_inline(self, token: Token) -> None:
        if token.text == "br":
            self._text.breaks += 1
        elif token.text == "hr":
            self._text.break_line(2)
            self._text.say("-" * 20)
            self._text.break_line(2)
        elif token.text in ("td", "th"):
            self._text.separate(in_line=not self._in_layout)
        elif token.text == "a":
            self._links.append((token, len(self._text.pieces)))
        elif token.text == "img" and self._links:
            self._say(unescape(token.get("alt") or ""))

    def _close(self, name: str) -> None:
        if self._hidden:
            if name in self._hidden:
                del self._hidden[len(self._hidden) - 1 - self._hidden[::-1].index(name) :]
            return
        if name in _BREAKS:
            self._text.break_line(self._breaks(name))
        if name == "table" and self._layout:
            self._layout.pop()
        if name == "a" and self._links:
            self._close_link(*self._links.pop())

    @property
    def _in_layout(self) -> bool:
        return bool(self._layout) and self._layout[-1]

    def _breaks(self, name: str) -> int:
        return 2 if name == "tr" and self._in_layout else _BREAKS[name]

    def _close_link(self, token: Token, start: int) -> None:
        """`Shop now: https://…`; the address alone where it is the label itself."""
        address, marked = _address(token)
        label = "".join(self._text.pieces[start:]).strip()
        if not address or address.startswith("#") or address == label:
            return
        if address.removeprefix("mailto:").removeprefix("tel:") == label:
            return
        if not label and self._addresses[address] > 1:  # a picture beside a link in words
            return
        if label:
            self._text.pieces.append(":")
            self._text.space = True
        self._text.say(marked)

    def _say(self, text: str) -> None:
        position = 0
        for found in self._masked.vault.pattern.finditer(text):
            tag = self._masked.tags[int(found[1])]
            if tag.kind == "print":
                continue
            self._say_words(text[position : found.start()])
            if tag.kind == "block":
                self._text.steer(found[0], tag)
            position = found.end()
        self._say_words(text[position:])

    def _say_words(self, text: str) -> None:
        words = _SPACES.sub(" ", text)
        if not words.strip():
            self._text.space = self._text.space or bool(words)
            return
        self._text.space = self._text.space or words.startswith(" ")
        self._text.say(_LOOKS_LIKE_TAG.sub("{{ '{' }}", words.strip()))
        self._text.space = words.endswith(" ")

    def _steer_only(self, text: str) -> None:
        """What is not seen may still set a value, or open what is closed in view."""
        for found in self._masked.vault.pattern.finditer(text):
            tag = self._masked.tags[int(found[1])]
            if tag.kind == "block":
                self._text.steer(found[0], tag)


def _address(token: Token) -> tuple[str, str]:
    """The address of a link, and the same with its mark."""
    for name, value in token.attributes:
        marked = _MARKED_HREF.fullmatch(name)
        if marked or name == "href":
            address = unescape(value or "").strip()
            return address, f"{LINK}{marked[1]}{NUMBER_END}{address}{LINK_END}" if marked else address
    return "", ""
