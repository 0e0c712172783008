"""Secrets: what vendors gave a workspace in confidence, sealed so that a copy of the database tells nothing."""

from sqlalchemy import Column, LargeBinary, UniqueConstraint
from sqlmodel import Field

from models.base import Instant, Owned, instant


class Secret(Owned, table=True):
    """Sealed with AES-GCM and bound to its workspace and row: a ciphertext moved elsewhere does not open."""

    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    name: str
    key_id: str = Field(index=True)
    ciphertext: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    created_at: Instant = instant()
    updated_at: Instant = instant()
