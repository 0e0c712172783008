"""Paging: lists answer `{"items": [...], "next": cursor}`; a cursor says where the next page begins and means nothing else."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

import orjson
from fastapi import Query
from pydantic import BaseModel, Field

from domain.errors import NotFound

MOST = 200
T = TypeVar("T")
Row = TypeVar("Row")

Limit = Annotated[int, Query(ge=1, le=MOST, description="How many at most.")]
Cursor = Annotated[
    str | None,
    Query(max_length=1000, description="`next` of the page before; leave it out for the first page."),
]


class Page(BaseModel, Generic[T]):
    """One page of a list."""

    items: list[T]
    next: str | None = Field(description="`cursor` of the next page; null on the last one.")


def encode(*key: Any) -> str:
    """The sort key of the last row that was shown."""
    return urlsafe_b64encode(orjson.dumps(key)).rstrip(b"=").decode()


def decode(cursor: str, *types: Callable[[str], Any]) -> list[Any]:
    """The key again; `types` turn each part from text (`UUID`, `datetime.fromisoformat`, `str`)."""
    try:
        parts = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return [type_(part) for type_, part in zip(types, parts, strict=True)]
    except (ValueError, TypeError, AttributeError):
        raise NotFound(
            "There is no such page of this list. Send the `next` of the page before as `cursor`, or leave it out.",
            code="unknown_cursor",
        ) from None


def page(rows: Sequence[Row], limit: int, *, item: Callable[[Row], T], key: Callable[[Row], Any]) -> Page[T]:
    """`rows` has one more than `limit` when there is a next page."""
    shown = rows[:limit]
    more = len(rows) > limit
    return Page(items=[item(row) for row in shown], next=encode(key(shown[-1])) if more else None)
