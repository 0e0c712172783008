"""Takes the template tags out of a text and puts them back, so that HTML and MJML can be worked on around them.

`Hello {{ contact.name }}` becomes `Hello zq0z`: a plain word that every parser passes on untouched.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from domain.templating.problems import BadTemplate, Problem

TagKind = Literal["print", "block", "comment"]

_OPENER = re.compile(r"\{\{|\{%|\{#")
_STRING = r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'"""
_IN_BRACKETS = re.compile(_STRING + r"|[(\[{)\]}]", re.DOTALL)
_AT_TOP = {
    "{{": re.compile(_STRING + r"|[-+]?\}\}|[(\[{]", re.DOTALL),
    "{%": re.compile(_STRING + r"|[-+]?%\}|[(\[{]", re.DOTALL),
}
_RAW = re.compile(r"\{%[-+]?\s*raw\s*[-+]?%\}")
_END_OF_RAW = re.compile(r"\{%[-+]?\s*endraw\s*[-+]?%\}")
_CLOSER = {"{{": "}}", "{%": "%}", "{#": "#}"}
_KINDS: dict[str, TagKind] = {"{{": "print", "{%": "block", "{#": "comment"}


@dataclass(frozen=True, slots=True)
class Tag:
    """One `{{ … }}`, `{% … %}` or `{# … #}` as it was written."""

    kind: TagKind
    source: str
    line: int


@dataclass(slots=True)
class Vault:
    """Keeps pieces of text under placeholder words that do not occur in the text itself."""

    prefix: str
    pieces: list[str] = field(default_factory=list[str])

    def put(self, piece: str) -> str:
        self.pieces.append(piece)
        return f"{self.prefix}{len(self.pieces) - 1}z"

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(rf"{self.prefix}([0-9]+)z")

    def restore(self, text: str) -> str:
        return self.pattern.sub(lambda found: self.pieces[int(found[1])], text)

    def found_in(self, text: str) -> set[int]:
        return {int(found[1]) for found in self.pattern.finditer(text)}


@dataclass(frozen=True, slots=True)
class Masked:
    """A text whose tags are in a vault; knows on which line of the source each of its places was."""

    text: str
    tags: tuple[Tag, ...]
    vault: Vault
    offsets: tuple[int, ...]
    """Where each placeholder begins in `text`."""
    hidden_newlines: tuple[int, ...]
    """Newlines inside the tags up to and including each one."""

    newlines: tuple[int, ...]
    """Where the lines of `text` end."""

    def line_at(self, offset: int) -> int:
        before = bisect_left(self.offsets, offset)
        hidden = self.hidden_newlines[before - 1] if before else 0
        return 1 + bisect_left(self.newlines, offset) + hidden

    def unmask(self, text: str) -> str:
        return self.vault.restore(text)

    def tags_in(self, text: str) -> list[Tag]:
        return [self.tags[int(found[1])] for found in self.vault.pattern.finditer(text)]


def new_vault(letter: str, *texts: str) -> Vault:
    """A vault whose placeholders cannot be confused with anything in these texts."""
    prefix = f"z{letter}"
    while any(prefix in text for text in texts):
        prefix += letter
    return Vault(prefix)


def mask(source: str) -> Masked:
    """Raises BadTemplate where a tag is opened and never closed."""
    vault = new_vault("q", source)
    out: list[str] = []
    tags: list[Tag] = []
    offsets: list[int] = []
    hidden: list[int] = []
    length = position = newlines = hidden_so_far = 0
    for start, end in _spans(source):
        literal = source[position:start]
        newlines += literal.count("\n")
        tag = Tag(_KINDS[source[start : start + 2]], source[start:end], newlines + 1)
        placeholder = vault.put(tag.source)
        offsets.append(length + len(literal))
        out += (literal, placeholder)
        length += len(literal) + len(placeholder)
        inside = tag.source.count("\n")
        newlines += inside
        hidden_so_far += inside
        hidden.append(hidden_so_far)
        tags.append(tag)
        position = end
    out.append(source[position:])
    text = "".join(out)
    ends = tuple(found.start() for found in re.finditer("\n", text))
    return Masked(text, tuple(tags), vault, tuple(offsets), tuple(hidden), ends)


def _spans(source: str) -> Iterator[tuple[int, int]]:
    """Where each tag begins and ends; what stands between `{% raw %}` and `{% endraw %}` is no tag."""
    position = 0
    while opener := _OPENER.search(source, position):
        start = opener.start()
        position = _end_of_tag(source, start)
        yield start, position
        if _RAW.fullmatch(source, start, position):
            closing = _END_OF_RAW.search(source, position)
            if closing is None:
                raise _unclosed(source, start, "{% endraw %}")
            position = closing.end()
            yield closing.span()


def _end_of_tag(source: str, start: int) -> int:
    opener = source[start : start + 2]
    if opener != "{#":
        return _end_of_expression(source, start, opener)
    end = source.find("#}", start + 2)
    if end < 0:
        raise _unclosed(source, start, "#}")
    return end + 2


def _end_of_expression(source: str, start: int, opener: str) -> int:
    """Strings may contain `}}`, and brackets may end in `}}`: neither closes the tag."""
    depth, position = 0, start + 2
    while piece := (_IN_BRACKETS if depth else _AT_TOP[opener]).search(source, position):
        position = piece.end()
        first = piece[0][0]
        if first in "([{":
            depth += 1
        elif depth and first in ")]}":
            depth -= 1
        elif first not in "\"'":
            return position
    raise _unclosed(source, start, _CLOSER[opener])


def _unclosed(source: str, start: int, closer: str) -> BadTemplate:
    line = source.count("\n", 0, start) + 1
    return BadTemplate(Problem(line, f"A tag begins here and is never closed: {closer} is missing."))
