"""What is put around an author's words: a document, the line that inboxes show beside the subject, and the footer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from domain.emails.marks import PIXEL
from domain.templating.markup import Token, read
from domain.templating.tags import Masked, mask

_DOCUMENT = """<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
</head>
<body style="margin:0;padding:24px;font-family:Arial,Helvetica,sans-serif;font-size:16px;line-height:1.5;color:#1f2430">
"""
_END_OF_DOCUMENT = "\n</body>\n</html>\n"
_PARAGRAPH = '<p style="margin:0 0 16px">{}</p>'
_HIDDEN = "display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden;mso-hide:all"
_FILLER = "&#847;&zwnj;&nbsp;" * 60
"""Keeps the inbox from showing the first words of the mail after a short preheader."""
_FOOTER = (
    '<div style="margin:0 auto;max-width:600px;padding:24px 16px;text-align:center;'
    'font-family:Arial,Helvetica,sans-serif;font-size:12px;line-height:18px;color:#757575">{}</div>'
)


@dataclass(frozen=True, slots=True)
class Furniture:
    """A part of the footer: the value that says that the author has it already, and what is put there if not."""

    name: str
    title: str
    html: str


FURNITURE = (
    Furniture(
        "workspace.postal_address",
        "postal address",
        "{{ workspace.name }}{% if workspace.postal_address %} · {{ workspace.postal_address }}{% endif %}",
    ),
    Furniture(
        "unsubscribe_url",
        "unsubscribe link",
        '<a href="{{ unsubscribe_url }}" style="color:#757575;text-decoration:underline">Unsubscribe</a>',
    ),
)


def document(markup: str, tokens: Sequence[Token]) -> str:
    """Plain words become paragraphs, a piece of HTML gets a document around it, a document stays as it is."""
    tags = {token.text for token in tokens if token.kind == "open"}
    if not tags:
        return _DOCUMENT + _paragraphs(markup) + _END_OF_DOCUMENT
    return markup if tags & {"html", "body"} else _DOCUMENT + markup + _END_OF_DOCUMENT


def _paragraphs(words: str) -> str:
    blocks = (block.strip() for block in words.strip().split("\n\n"))
    return "\n".join(_PARAGRAPH.format(block.replace("\n", "<br>\n")) for block in blocks if block)


def footer(missing: Iterable[Furniture]) -> str:
    lines = [one.html for one in missing]
    return _FOOTER.format("<br>\n".join(lines)) if lines else ""


def preheader(source: str) -> str:
    masked = mask(source)
    return f'<div style="{_HIDDEN}">{masked.unmask(escape(masked.text, quote=False))}{_FILLER}</div>'


def furnish(tokens: Iterable[Token], masked: Masked, *, preheader_source: str, foot: str) -> list[Token]:
    """The preheader comes first in the body; the footer and the mark for the pixel last, inside of the outermost box."""
    furnished = list(tokens)
    end = _last(furnished, "body")
    inner = end - 1 if end and _closes_box(furnished[end - 1]) else end
    furnished[end:end] = [Token("text", PIXEL)]
    furnished[inner:inner] = list(read(masked.vault.put(foot))) if foot else []
    if preheader_source:
        start = next((index + 1 for index, token in enumerate(furnished) if _opens_body(token)), 0)
        furnished[start:start] = [Token("text", masked.vault.put(preheader(preheader_source)))]
    return furnished


def _last(tokens: Sequence[Token], name: str) -> int:
    closing = (index for index in range(len(tokens) - 1, -1, -1) if tokens[index].kind == "close")
    return next((index for index in closing if tokens[index].text == name), len(tokens))


def _closes_box(token: Token) -> bool:
    return token.kind == "close" and token.text == "div"


def _opens_body(token: Token) -> bool:
    return token.kind == "open" and token.text == "body"
