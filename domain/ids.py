"""Identifiers: UUIDv7 (RFC 9562), so that ids made later sort later and new rows land at the end of an index."""

from uuid import UUID

from uuid_utils.compat import uuid7

__all__ = ["UUID", "new_id"]


def new_id() -> UUID:
    return uuid7()
