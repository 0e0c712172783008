"""Takes out of a mail what no mail program runs and no preview should: scripts, handlers, frames. All else stays as it is."""

from collections.abc import Iterator
from dataclasses import replace

from domain.templating.markup import SAFE_SCHEMES, URL_ATTRIBUTES, Token, scheme_of, within_comment

WITH_CONTENT = frozenset((
    "script", "iframe", "object", "applet", "svg", "math", "noembed", "noframes", "xmp", "plaintext",
    "template", "frameset", "textarea",
))  # fmt: skip
ALONE = frozenset({"base", "embed", "frame", "noscript", "portal"})


def clean(tokens: Iterator[Token]) -> Iterator[Token]:
    for token in tokens:
        if token.kind == "open" and token.text in WITH_CONTENT:
            _skip(tokens, token)
        elif token.kind == "comment":
            yield within_comment(token, clean)
        elif not is_refused(token):
            yield replace(token, attributes=tuple(_clean_attributes(token)))


def is_refused(token: Token) -> bool:
    """Tags that are left out; what stands inside of them stays, unless they are in `WITH_CONTENT`."""
    if token.kind not in ("open", "close"):
        return False
    if token.text in ALONE | WITH_CONTENT:
        return True
    if token.text == "meta":
        return (token.get("http-equiv") or "").strip().lower() in ("refresh", "set-cookie")
    return token.text == "link" and (token.get("rel") or "").strip().lower() != "stylesheet"


def is_handler(name: str) -> bool:
    return name.startswith("on") and len(name) > 2


def is_harmful_address(name: str, value: str | None) -> bool:
    if name not in URL_ATTRIBUTES or not value:
        return False
    if name == "src" and value.strip().lower().startswith("data:image/"):
        return False
    return scheme_of(value) not in SAFE_SCHEMES


def _clean_attributes(token: Token) -> Iterator[tuple[str, str | None]]:
    for name, value in token.attributes:
        if is_harmful_address(name, value):
            yield name, "#"
        elif not is_handler(name) and name != "srcdoc":
            yield name, value


def _skip(tokens: Iterator[Token], opening: Token) -> None:
    if opening.closed and opening.text in ("svg", "math"):
        return
    depth = 1
    for token in tokens:
        if token.text == opening.text and token.kind in ("open", "close"):
            depth += 1 if token.kind == "open" else -1
        if depth == 0:
            return
