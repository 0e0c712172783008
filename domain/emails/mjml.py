"""Turns MJML with template tags into HTML, once for each version of a mail.

mrml is quick, but strict about the HTML in texts, and it alters attributes that are not plain ASCII. So it gets words
to carry in place of texts, tags and odd attributes, and what they stand for is put back into its HTML.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import mrml

from domain.emails.mjml_shape import CONTENT, complete, find_misplaced
from domain.templating.markup import VOID, Token, quotable, read, write
from domain.templating.problems import Problem
from domain.templating.tags import Masked, Vault, new_vault

_NOT_PLAIN = re.compile(r'[^\x20-\x7e]|["\\<]')


@dataclass(frozen=True, slots=True)
class Converted:
    """`html` still carries the placeholders of the template tags; it is empty when there are errors."""

    html: str
    problems: tuple[Problem, ...] = ()


def is_mjml(tokens: Sequence[Token]) -> bool:
    """A whole document, or only some elements of one."""
    first = next((token for token in tokens if token.kind in ("open", "close")), None)
    return first is not None and (first.text == "mjml" or first.text.startswith("mj-"))


def without_preview(tokens: Iterable[Token]) -> Iterator[Token]:
    """For a mail whose preheader is given beside its body."""
    inside = False
    for token in tokens:
        inside = token.text == "mj-preview" if token.kind == "open" else inside
        if not inside:
            yield token
        inside = inside and token.kind != "close"


def convert(masked: Masked, tokens: Sequence[Token]) -> Converted:
    document = complete(tokens)
    problems = find_misplaced(document, masked)
    if problems:
        return Converted("", tuple(problems))
    vault = new_vault("w", masked.text)
    carried = "".join(_Carrier(masked, vault, keep_texts=_has_inline_style(document)).carry(document))
    try:
        output = mrml.to_html(
            carried,
            mrml.ParserOptions(include_loader=mrml.noop_loader()),
            mrml.RenderOptions(fonts={}),  # no font is fetched that the author did not name
        )
    except OSError as error:
        return Converted("", (Problem(1, f"This MJML cannot be read: {error}."),))
    before, after = _around(document, masked)
    html = before + vault.restore(output.content) + after
    return Converted(html, tuple(_lost(masked, html)))


def _around(document: Sequence[Token], masked: Masked) -> tuple[str, str]:
    """The tags before and after the document, where `{% set %}` often stands."""
    places = [index for index, token in enumerate(document) if token.kind in ("open", "close")]
    return _words(document[: places[0]], masked), _words(document[places[-1] + 1 :], masked)


def _words(tokens: Sequence[Token], masked: Masked) -> str:
    text = "".join(token.text for token in tokens if token.kind == "text")
    return "".join(found[0] for found in masked.vault.pattern.finditer(text))


def _lost(masked: Masked, html: str) -> Iterator[Problem]:
    kept = masked.vault.found_in(html)
    commented = "".join(token.text for token in read(masked.text) if token.kind == "comment")
    ignored = masked.vault.found_in(commented)
    for index, tag in enumerate(masked.tags):
        if index not in kept | ignored and tag.kind != "comment":
            message = f"MJML has no use for {tag.source} in this place, so it would be lost. Values can stand in texts, addresses and alternative texts."
            yield Problem(tag.line, message, "error" if tag.kind == "block" else "warning")


def _has_inline_style(document: Sequence[Token]) -> bool:
    return any(token.text == "mj-style" and token.get("inline") == "inline" for token in document)


class _Carrier:
    """Writes the document that mrml reads."""

    def __init__(self, masked: Masked, vault: Vault, *, keep_texts: bool) -> None:
        self._masked = masked
        self._vault = vault
        self._keep_texts = keep_texts

    def carry(self, document: Sequence[Token]) -> Iterator[str]:
        position, inside = 0, 0
        while position < len(document):
            token = document[position]
            position += 1
            if token.kind in ("text", "comment"):
                yield from self._carry_tags(token) if inside else ()
            elif token.kind == "close":
                inside -= 1
                yield f"</{token.text}>"
            elif token.text in CONTENT and not token.closed:
                end = _closing(document, position)
                yield f"{write([self._plain(token)])}{self._content(token, document[position:end])}</{token.text}>"
                position = end + 1
            else:
                inside += not token.closed
                yield write([self._plain(token)])

    def _carry_tags(self, token: Token) -> Iterator[str]:
        for found in self._masked.vault.pattern.finditer(token.text):
            if self._masked.tags[int(found[1])].kind == "block":
                yield f"<mj-raw>{found[0]}</mj-raw>"

    def _plain(self, token: Token) -> Token:
        return replace(
            token, attributes=tuple((name, self._value(value)) for name, value in token.attributes)
        )

    def _value(self, value: str | None) -> str | None:
        return self._vault.put(quotable(value)) if value and _NOT_PLAIN.search(value) else value

    def _content(self, element: Token, inside: Sequence[Token]) -> str:
        written = write(inside)
        if not written.strip():
            return ""
        if element.text == "mj-title":  # it becomes an attribute too
            return self._vault.put(quotable(written))
        if element.text == "mj-style" and element.get("inline") == "inline":
            return written
        if (
            self._keep_texts
            and element.text not in ("mj-raw", "mj-style", "mj-preview")
            and _is_balanced(inside)
        ):
            return write(self._spelled_out(inside))
        return self._vault.put(written)

    def _spelled_out(self, inside: Sequence[Token]) -> Iterator[Token]:
        """HTML that mrml can read, so that inline styles reach its elements."""
        for token in inside:
            if token.kind == "open":
                yield replace(self._plain(token), closed=token.closed or token.text in VOID)
            elif token.kind == "close":
                yield token
            elif token.text.strip():
                yield Token("text", self._vault.put(write([token])))
            else:
                yield token


def _closing(document: Sequence[Token], start: int) -> int:
    """The shape has been checked: the first closing tag of this name is the right one."""
    name = document[start - 1].text
    return next(
        index
        for index in range(start, len(document))
        if document[index].kind == "close" and document[index].text == name
    )


def _is_balanced(tokens: Sequence[Token]) -> bool:
    names: list[str] = []
    for token in tokens:
        if token.kind == "open" and not token.closed and token.text not in VOID:
            names.append(token.text)
        elif token.kind == "close" and (not names or names.pop() != token.text):
            return False
    return not names
