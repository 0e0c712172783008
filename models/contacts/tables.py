"""The tables of contacts: who they are, what they agreed to, which addresses must not be written to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Computed, Index, Text, UniqueConstraint
from sqlmodel import Field

from models.base import Instant, Owned, belongs_to, instant, json, texts

# What `domain.texts.fold` does: small letters in every language, whatever the database's own locale, and no accents.
_FOLD = "regexp_replace(normalize(lower({} collate pg_c_utf8), nfd), '[\u0300-\u036f]', '', 'g')"
_NAME = "coalesce(first_name, '') || ' ' || coalesce(last_name, '')"
_SEARCH = _FOLD.format(
    f"({_NAME} || ' ' || coalesce(email, '') || ' ' || coalesce(phone, '') || ' ' || coalesce(external_id, ''))"
)
_SORT_NAME = _FOLD.format(f"coalesce(nullif(trim({_NAME}), ''), email, phone, external_id, '')")


class Contact(Owned, table=True):
    """`consent` is what is in force per channel; how it came to be is in `consent_records`.

    `search` and `tags` have no index: under row-level security none could be used (docs/adr/0010-contacts-are-scanned.md).
    """

    __table_args__ = (
        UniqueConstraint("workspace_id", "email"),
        UniqueConstraint("workspace_id", "external_id"),
        Index("contacts_newest", "workspace_id", "created_at", "id"),
        Index("contacts_by_name", "workspace_id", "sort_name", "id"),
        Index("contacts_consent", "workspace_id", "email_consent"),
        # Thousands are tagged at once: with room for a second copy of each row on its page, no index is written.
        {"postgresql_with": {"fillfactor": 50}},
    )

    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    external_id: str | None = None
    time_zone: str | None = None
    attributes: dict[str, Any] = json(default_factory=dict)
    tags: list[str] = texts()
    consent: dict[str, str] = json(default_factory=dict)
    created_at: datetime = instant()
    updated_at: datetime = instant()
    search: str = Field(default="", sa_column=Column(Text, Computed(_SEARCH, persisted=True)))
    sort_name: str = Field(default="", sa_column=Column(Text, Computed(_SORT_NAME, persisted=True)))
    email_consent: str | None = Field(
        default=None, sa_column=Column(Text, Computed("consent ->> 'email'", persisted=True))
    )


class ConsentRecord(Owned, table=True):
    """One statement by or about a person: append-only, the proof behind `contacts.consent`."""

    __table_args__ = (Index("consent_records_contact", "contact_id", "at"),)

    contact_id: UUID = belongs_to("contacts")
    channel: str
    state: str  # subscribed | unsubscribed
    source: str  # api | import | form | unsubscribe_link | person | complaint
    wording: str | None = None
    ip: str | None = None
    by: str | None = None
    at: Instant = instant()


class Suppression(Owned, table=True):
    """An address that must not be written to, whoever it belongs to."""

    __table_args__ = (UniqueConstraint("workspace_id", "channel", "address"),)

    channel: str
    address: str
    reason: str  # hard_bounce | complaint | manual | erased
    at: Instant = instant()
