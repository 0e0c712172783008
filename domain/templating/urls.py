"""Addresses that values are filled into: whatever a contact typed, the finished address is a harmless one."""

import re
from collections.abc import Iterator
from dataclasses import replace

from domain.templating.markup import URL_ATTRIBUTES, Token, read, within_comment, write
from domain.templating.tags import Masked, mask

FILTER_NAME = "safe_url"
_MARK = re.compile("[\x00-\x1f][0-9]*")
"""What a mail puts before the `href` of a link that it counts clicks on."""
_DECIDES_SCHEME = frozenset(":/?#")


def guard_urls(source: str) -> str:
    """The same HTML, in which every address that is not fixed from its start goes through the `safe_url` filter."""
    masked = mask(source)
    return masked.unmask(write(_guarded(read(masked.text), masked))) if masked.tags else source


def _guarded(tokens: Iterator[Token], masked: Masked) -> Iterator[Token]:
    for token in tokens:
        if token.kind == "comment":
            yield within_comment(token, lambda inside: _guarded(inside, masked))
        elif any(value and _is_open(name, value, masked) for name, value in token.attributes):
            yield replace(
                token,
                attributes=tuple((name, _wrap(name, value, masked)) for name, value in token.attributes),
            )
        else:
            yield token


def _is_open(name: str, value: str, masked: Masked) -> bool:
    """Whether values may decide the scheme of this address."""
    first = masked.vault.pattern.search(value)
    plain_name = _MARK.sub("", name)
    return (
        plain_name in URL_ATTRIBUTES
        and first is not None
        and not _DECIDES_SCHEME & set(value[: first.start()])
    )


def _wrap(name: str, value: str | None, masked: Masked) -> str | None:
    if value is None or not _is_open(name, value, masked):
        return value
    return f"{{% filter {FILTER_NAME} %}}{value}{{% endfilter %}}"
