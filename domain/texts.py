"""Texts that people type: what may be in one, how it is tidied, how it is shown in a message and found again."""

import re
import unicodedata

from domain.errors import Invalid

_SPACE = re.compile(r"\s+")
# NUL cannot be stored, a lone surrogate cannot be encoded, and no other control character is ever meant.
_UNUSABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_ACCENTS = re.compile("[\u0300-\u036f]")


def shown(raw: str, longest: int = 60) -> str:
    """What was typed, short enough for a message."""
    line = "".join(c if c.isprintable() else " " for c in raw)
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def parse_line(raw: str, *, longest: int) -> str:
    """One line: spaces tidied, at least one character, nothing that cannot be read or stored."""
    line = _SPACE.sub(" ", unicodedata.normalize("NFC", raw)).strip()
    if not line:
        raise Invalid("Write at least one character.")
    return _check(line, longest)


def parse_text(raw: str, *, longest: int) -> str:
    """Several lines, kept as they are."""
    return _check(unicodedata.normalize("NFC", raw.replace("\r\n", "\n")), longest)


def _check(text: str, longest: int) -> str:
    if len(text) > longest:
        raise Invalid(f"This is too long: {longest:,} characters fit, these are {len(text):,}.")
    if _UNUSABLE.search(text):
        raise Invalid("There is a character in this text that cannot be shown. Type it again without it.")
    return text


def fold(text: str) -> str:
    """As the search sees it: small letters without accents, so that `zoe` finds `Zoë`."""
    return unaccented(text.lower())


def unaccented(text: str) -> str:
    return _ACCENTS.sub("", unicodedata.normalize("NFD", text))


def file_name(raw: str | None) -> str:
    """The name of an uploaded file, to be shown again; some browsers send its folder too."""
    name = shown(re.split(r"[/\\]", raw or "")[-1], 100).strip()
    return name or "contacts.csv"
