"""Sign-ins: one row per browser that somebody signed in with; the cookie holds a token, the row only its hash."""

from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field

from models.base import Instant, Table, belongs_to, instant


class SignIn(Table, table=True):
    """`workspace_id` is the business that is open in this browser. All instants are wall time."""

    __table_args__ = (Index("sign_ins_user", "user_id", postgresql_where=text("ended_at is null")),)

    token_hash: str = Field(unique=True)
    user_id: UUID = belongs_to("users")
    workspace_id: UUID | None = belongs_to("workspaces", null=True, on_delete="SET NULL")
    created_at: Instant = instant()
    seen_at: Instant = instant()
    ended_at: Instant | None = instant(default=None)
    ip: str | None = None
    user_agent: str = ""
