"""Reads HTML and MJML the way a browser does, piece by piece, and writes it back with every attribute quoted.

What is written back is what was understood, so nothing can mean one thing here and another in a mail program.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from html import unescape
from typing import Literal

VOID = frozenset((
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr", "keygen", "basefont", "bgsound", "frame",
))  # fmt: skip
RAW_TEXT = frozenset((
    "script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "plaintext",
    "mj-style", "mj-title", "mj-preview",
))  # fmt: skip
URL_ATTRIBUTES = frozenset((
    "href", "src", "action", "formaction", "background", "poster", "cite", "data", "xlink:href",
    "longdesc", "manifest",
))  # fmt: skip
SAFE_SCHEMES = frozenset({"", "http", "https", "mailto", "tel", "sms", "cid"})
MAX_LINE = 400
"""Where a line is broken; a mail's line may have 998 bytes, and values are still to be filled in."""

_TAG = re.compile(r"</?([a-zA-Z][^\s/>]*)", re.ASCII)
_ATTRIBUTE = re.compile(
    r"""[\s/]*([^\s/>][^\s/>=]*)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s>"'][^\s>]*)?)?""", re.ASCII
)
_END_OF_TAG = re.compile(r"[\s/]*>", re.ASCII)
_END_OF_CONDITION = "<![endif]-->"
_END_OF_COMMENT = re.compile(r"--!?>")
_UNSEEN = re.compile(r"[\x00-\x20]+")

Kind = Literal["text", "comment", "open", "close", "raw"]
Attributes = tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of markup. `raw` is text that no entity or tag is read in: a style sheet, a title, a script."""

    kind: Kind
    text: str
    """Of text, comments and raw: as written. Of tags: the name in lower case."""
    offset: int = 0
    attributes: Attributes = ()
    closed: bool = False
    """`<br/>`"""

    def get(self, name: str) -> str | None:
        """The attribute as it is written, entities and all; None where it is missing."""
        return next((value or "" for key, value in self.attributes if key == name), None)

    def with_attribute(self, name: str, value: str) -> "Token":
        kept = tuple((key, old) for key, old in self.attributes if key != name)
        return replace(self, attributes=(*kept, (name, value)))


def read(markup: str) -> Iterator[Token]:
    """Every character of the markup ends in exactly one token, an unclosed tag at the end in none, as in browsers."""
    position = 0
    while position < len(markup):
        start = markup.find("<", position)
        if start < 0:
            yield Token("text", markup[position:], position)
            return
        token, end = _read_tag(markup, start)
        if token is None:
            start, end = start + 1, start + 1
        if start > position:
            yield Token("text", markup[position:start], position)
        position = end
        if token is not None:
            yield token
            if token.kind == "open" and token.text in RAW_TEXT and not token.closed:
                position = _end_of_raw(markup, token.text, end)
                yield Token("raw", markup[end:position], end)


def _read_tag(markup: str, start: int) -> tuple[Token | None, int]:
    if markup.startswith(("<!", "<?"), start):
        end = _end_of_declaration(markup, start)
        return Token("comment", markup[start:end], start), end
    found = _TAG.match(markup, start)
    if found is None:
        return None, start + 1
    attributes, end, closed = _read_attributes(markup, found.end())
    if markup[start + 1] == "/":
        return Token("close", found[1].lower(), start), end
    return Token("open", found[1].lower(), start, attributes, closed), end


def _read_attributes(markup: str, position: int) -> tuple[Attributes, int, bool]:
    attributes: list[tuple[str, str | None]] = []
    while True:
        ending = _END_OF_TAG.match(markup, position)
        if ending is not None:
            return tuple(attributes), ending.end(), ending[0].endswith("/>")
        found = _ATTRIBUTE.match(markup, position)
        if found is None or found.end() >= len(markup):
            return tuple(attributes), len(markup), False
        value = found[2]
        if value is not None and value[0] in "\"'":
            value = value[1:-1]
        # written after a name without a value, one that starts with = would become that name's value
        if not found[1].startswith("="):
            attributes.append((found[1].lower(), value))
        position = found.end()


def _end_of_declaration(markup: str, start: int) -> int:
    if not markup.startswith("<!--", start):
        end = markup.find(">", start)
        return len(markup) if end < 0 else end + 1
    if markup.startswith(">", start + 4) or markup.startswith("->", start + 4):
        return markup.index(">", start) + 1
    found = _END_OF_COMMENT.search(markup, start + 4)
    return len(markup) if found is None else found.end()


def _end_of_raw(markup: str, name: str, start: int) -> int:
    found = re.compile(rf"</{re.escape(name)}(?=[\s/>])", re.IGNORECASE).search(markup, start)
    return len(markup) if found is None else found.start()


def write(tokens: Iterable[Token]) -> str:
    """Lines are broken inside of tags, where it changes nothing: mail servers refuse lines of more than 998 bytes."""
    out: list[str] = []
    column = 0
    for token in tokens:
        piece = _write_one(token, column)
        newline = piece.rfind("\n")
        column = column + len(piece) if newline < 0 else len(piece) - newline - 1
        out.append(piece)
    return "".join(out)


def _write_one(token: Token, column: int) -> str:
    if token.kind == "close":
        return f"</{token.text}{_break_at(column)}>"
    if token.kind == "open":
        return _write_tag(token, column)
    if token.kind == "text":
        return token.text.replace("<", "&lt;")
    return token.text


def _write_tag(token: Token, column: int) -> str:
    out = [f"<{token.text}"]
    column += len(out[0])
    for name, value in token.attributes:
        part = name if value is None else f'{name}="{quotable(value)}"'
        is_marked = name < " "  # a counted link, which becomes far longer than it is here
        separator = "\n" if is_marked else _break_at(column) or " "
        out += (separator, part)
        column = len(part) + (0 if separator == "\n" else column + 1)
    return f"{''.join(out)}{' /' if token.closed else _break_at(column)}>"


def _break_at(column: int) -> str:
    return "\n" if column > MAX_LINE else ""


def within_comment(token: Token, change: Callable[[Iterator[Token]], Iterable[Token]]) -> Token:
    """Outlook reads what is inside of `<!--[if mso]> … <![endif]-->`, so it is treated as everything else is."""
    start = token.text.find("]>") + 2
    if not (token.text.startswith("<!--[if") and token.text.endswith(_END_OF_CONDITION)) or start == 1:
        return token
    inside = token.text[start : -len(_END_OF_CONDITION)]
    if "<" not in inside:
        return token
    return replace(token, text=f"{token.text[:start]}{write(change(read(inside)))}{_END_OF_CONDITION}")


def quotable(value: str) -> str:
    return value.replace('"', "&quot;")


def scheme_of(url: str) -> str:
    """`https` of ` HTTPS://x`, also where a browser would see through entities and control characters; "" of `/x`."""
    scheme, colon, _ = _UNSEEN.sub("", unescape(url)).partition(":")
    if not colon or any(mark in scheme for mark in "/?#&"):
        return ""
    return scheme.lower()
