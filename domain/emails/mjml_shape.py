"""Which MJML element may stand where; says what is out of place, with its line."""

from collections.abc import Iterator, Sequence

from domain.templating.lint import suggestion
from domain.templating.markup import Token
from domain.templating.problems import Problem
from domain.templating.tags import Masked

MAX_DEPTH = 40
CONTENT = frozenset((
    "mj-text", "mj-button", "mj-table", "mj-raw", "mj-style", "mj-title", "mj-preview", "mj-navbar-link",
    "mj-social-element", "mj-accordion-title", "mj-accordion-text",
))  # fmt: skip
"""Elements with HTML or plain text inside, which MJML passes on as it is."""
_IN_COLUMN = frozenset((
    "mj-text", "mj-button", "mj-image", "mj-table", "mj-divider", "mj-spacer", "mj-social", "mj-navbar",
    "mj-accordion", "mj-carousel", "mj-raw",
))  # fmt: skip
_IN_BODY = frozenset({"mj-section", "mj-wrapper", "mj-hero", "mj-raw"})
CHILDREN: dict[str, frozenset[str]] = {
    "mjml": frozenset({"mj-head", "mj-body"}),
    "mj-head": frozenset(
        {"mj-attributes", "mj-breakpoint", "mj-font", "mj-preview", "mj-style", "mj-title", "mj-raw"}
    ),
    "mj-body": _IN_BODY,
    "mj-wrapper": _IN_BODY,
    "mj-section": frozenset({"mj-column", "mj-group", "mj-raw"}),
    "mj-group": frozenset({"mj-column", "mj-raw"}),
    "mj-column": _IN_COLUMN,
    "mj-hero": _IN_COLUMN,
    "mj-social": frozenset({"mj-social-element"}),
    "mj-navbar": frozenset({"mj-navbar-link"}),
    "mj-accordion": frozenset({"mj-accordion-element"}),
    "mj-accordion-element": frozenset({"mj-accordion-title", "mj-accordion-text"}),
    "mj-carousel": frozenset({"mj-carousel-image"}),
}
KNOWN = frozenset(CHILDREN).union(*CHILDREN.values()) | {"mj-all", "mj-class"}
_STYLED_BY_DEFAULT = KNOWN - {"mjml", "mj-head", "mj-attributes"}
_FRAMES = (
    (("mjml",), ("mj-head", "mj-body")),
    (("mjml", "mj-body"), tuple(_IN_BODY - {"mj-raw"})),
    (("mjml", "mj-body", "mj-section"), ("mj-column", "mj-group")),
    (("mjml", "mj-body", "mj-section", "mj-column"), tuple(_IN_COLUMN)),
)


def complete(tokens: Sequence[Token]) -> list[Token]:
    """A document also of a few elements: what belongs around them is put there."""
    first = next(token.text for token in tokens if token.kind in ("open", "close"))
    around = next((frame for frame, inside in _FRAMES if first in inside), ())
    opening = [Token("open", name) for name in around]
    closing = [Token("close", name) for name in reversed(around)]
    return [*opening, *tokens, *closing]


def find_misplaced(tokens: Sequence[Token], masked: Masked) -> list[Problem]:
    """Ends at the first tag that does not match: everything after it would be a consequence."""
    return list(_Walk(masked).problems(tokens))


class _Walk:
    def __init__(self, masked: Masked) -> None:
        self._masked = masked
        self._open: list[Token] = []
        self._seen: set[str] = set()

    def problems(self, tokens: Sequence[Token]) -> Iterator[Problem]:
        for token in tokens:
            if token.kind == "close":
                mismatch = self._close(token)
                if mismatch:
                    yield mismatch
                    return
            elif not self._in_content:
                yield from self._check(token)
            elif token.kind == "open" and token.text in KNOWN:
                yield self._never_closed()
                return
        if self._open:
            yield self._never_closed()
        elif "mj-body" not in self._seen:
            yield Problem(1, "There is no <mj-body> in this mail: its content belongs there.")

    @property
    def _in_content(self) -> bool:
        return bool(self._open) and self._open[-1].text in CONTENT

    def _close(self, token: Token) -> Problem | None:
        inside = self._in_content
        if self._open and self._open[-1].text == token.text:
            self._open.pop()
        elif not inside or token.text in KNOWN:
            return self._mismatch(token)
        return None

    def _mismatch(self, token: Token) -> Problem:
        if any(opened.text == token.text for opened in self._open):
            return self._never_closed()
        return self._at(token, f"</{token.text}> closes nothing: no <{token.text}> is open here.")

    def _never_closed(self) -> Problem:
        opened = self._open[-1]
        return self._at(opened, f"<{opened.text}> is never closed: </{opened.text}> is missing.")

    def _check(self, token: Token) -> Iterator[Problem]:
        if token.kind == "open":
            message = self._misplaced(token)
            if not token.closed:
                self._open.append(token)
            self._seen.add(token.text)
            if message:
                yield self._at(token, message)
        elif token.kind == "text":
            yield from self._check_text(token)

    def _misplaced(self, token: Token) -> str | None:
        name, parent = token.text, self._open[-1].text if self._open else ""
        if name == "mj-include":
            return "<mj-include> cannot be used: a mail stands for itself. Copy the part in."
        if name == "mj-html-attributes":
            return "<mj-html-attributes> is not supported here: leave it out."
        if len(self._open) > MAX_DEPTH:
            return "Elements are nested too deeply here."
        if name not in KNOWN:
            return _unknown(name)
        allowed = _STYLED_BY_DEFAULT if parent == "mj-attributes" else CHILDREN.get(parent, frozenset())
        if parent and name not in allowed:
            return f"<{name}> cannot stand directly in <{parent}>.{_place_for(name)}"
        return None

    def _check_text(self, token: Token) -> Iterator[Problem]:
        parent = self._open[-1].text if self._open else "mjml"
        tags = self._masked.tags_in(token.text)
        if self._masked.vault.pattern.sub("", token.text).strip() or any(tag.kind == "print" for tag in tags):
            line = self._masked.line_at(token.offset + len(token.text) - len(token.text.lstrip()))
            yield Problem(line, f"Text cannot stand directly in <{parent}>: put it into <mj-text>.")
        elif self._open and "mj-raw" not in CHILDREN.get(parent, ()):
            blocks = (tag for tag in tags if tag.kind == "block")
            yield from (
                Problem(tag.line, f"{tag.source} cannot stand directly in <{parent}>: put it around it.")
                for tag in blocks
            )

    def _at(self, token: Token, message: str) -> Problem:
        return Problem(self._masked.line_at(token.offset), message)


def _unknown(name: str) -> str:
    if name.startswith("mj"):
        return f"There is no MJML element <{name}>.{suggestion(name, KNOWN)}"
    return f"<{name}> is HTML: put it into <mj-text>, or into <mj-raw> to have it as it is."


def _place_for(name: str) -> str:
    places = [f"<{parent}>" for parent, children in CHILDREN.items() if name in children]
    return f" It belongs into {' or '.join(places[:3])}." if places else ""
