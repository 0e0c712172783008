"""Users: the people who sign in, the businesses they belong to, and who has been invited."""

from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from models.base import Instant, Owned, Table, belongs_to, instant


class User(Table, table=True):
    """One person with one password, in any number of workspaces. The e-mail address is kept in lower case."""

    email: str = Field(unique=True)
    name: str
    password_hash: str
    created_at: Instant = instant()
    password_changed_at: Instant = instant()


class Membership(Owned, table=True):
    """A person's place in one workspace; `disabled_at` shuts them out of it without losing what they did."""

    __table_args__ = (UniqueConstraint("workspace_id", "user_id"), Index("memberships_user", "user_id"))

    user_id: UUID = belongs_to("users")
    role: str
    created_at: Instant = instant()
    disabled_at: Instant | None = instant(default=None)


class Invitation(Owned, table=True):
    """A place that is kept for somebody until they take it, it is taken back, or it grows too old."""

    __table_args__ = (
        Index(
            "invitations_open",
            "workspace_id",
            "email",
            unique=True,
            postgresql_where=text("accepted_at is null and revoked_at is null"),
        ),
    )

    email: str
    role: str
    token_hash: str = Field(unique=True)
    invited_by: UUID = belongs_to("users")
    created_at: Instant = instant()
    expires_at: Instant = instant()
    accepted_at: Instant | None = instant(default=None)
    revoked_at: Instant | None = instant(default=None)
