"""How lists go to Postgres: as binary arrays, written in one pass.

A batch of the engine is a dozen columns of a few hundred values. As text, psycopg looks through each of them for characters
that need quotes and Postgres reads it letter by letter: for a page of mails that took longer than storing them. Form of a
binary array: `array_recv` in https://github.com/postgres/postgres/blob/master/src/backend/utils/adt/arrayfuncs.c
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from struct import Struct
from types import NoneType
from typing import Any
from uuid import UUID

import orjson
import psycopg
from psycopg import pq
from psycopg.adapt import Dumper, PyFormat
from psycopg.types.array import ListDumper
from psycopg.types.json import Jsonb

# how many dimensions; whether there may be nulls (Postgres looks for itself); the type of an element; how many there are;
# counted from where
_HEAD = Struct(">iiIii").pack
_LENGTH = Struct(">i").pack
_NULL = _LENGTH(-1)
_SIXTEEN, _EIGHT = _LENGTH(16), _LENGTH(8)
_INSTANT = Struct(">q").pack
_MILLENNIUM = datetime(2000, 1, 1, tzinfo=UTC)


def _text(value: str) -> bytes:
    written = value.encode()
    return _LENGTH(len(written)) + written


def _uuid(value: UUID) -> bytes:
    return _SIXTEEN + value.int.to_bytes(16, "big")


def _instant(value: datetime) -> bytes:
    since = value - _MILLENNIUM
    return _EIGHT + _INSTANT((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds)


def _document(value: Jsonb) -> bytes:
    written = (value.dumps or orjson.dumps)(value.obj)
    if isinstance(written, str):
        written = written.encode()
    return _LENGTH(len(written) + 1) + b"\x01" + written


@dataclass(frozen=True, slots=True)
class _Kind:
    type: str
    write: Callable[[Any], bytes]


_KINDS: dict[type, _Kind] = {
    str: _Kind("text", _text),
    UUID: _Kind("uuid", _uuid),
    datetime: _Kind("timestamptz", _instant),
    Jsonb: _Kind("jsonb", _document),
}


class _BinaryListDumper(Dumper):
    """Lists of one of the common kinds, None among them."""

    format = pq.Format.BINARY

    def __init__(self, kind: _Kind) -> None:
        super().__init__(list)
        known = psycopg.adapters.types[kind.type]
        self.oid, self._element, self._write = known.array_oid, known.oid, kind.write

    def dump(self, obj: list[Any]) -> bytes:
        write, first = self._write, obj[0]
        head = _HEAD(1, 1, self._element, len(obj), 1)
        if all(value is first for value in obj):  # half of all columns: the workspace, the time
            return head + write(first) * len(obj)
        return head + b"".join([_NULL if value is None else write(value) for value in obj])


class QuickListDumper(ListDumper):
    """Leaves every other list to psycopg: of numbers, of lists, of nothing, of instants without a zone (the first tells)."""

    def get_key(self, obj: list[Any], format: PyFormat) -> Any:  # noqa: A002 -- the name is psycopg's
        kind = _kind(obj)
        return (_BinaryListDumper, kind) if kind else super().get_key(obj, format)

    def upgrade(self, obj: list[Any], format: PyFormat) -> Any:  # noqa: A002
        kind = _kind(obj)
        return _BinaryListDumper(_KINDS[kind]) if kind else super().upgrade(obj, format)


def _kind(values: list[Any]) -> type | None:
    kinds = set(map(type, values))
    kinds.discard(NoneType)
    kind = kinds.pop() if len(kinds) == 1 else None
    if kind is datetime and next(filter(None, values)).tzinfo is None:
        return None
    return kind if kind in _KINDS else None


def install() -> None:
    """For every connection that is made from now on."""
    psycopg.adapters.register_dumper(list, QuickListDumper)
