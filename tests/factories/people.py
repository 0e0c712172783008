"""People for tests: members of a workspace, browsers that are signed in, API keys."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from argon2 import PasswordHasher

from core.db import Scope, session
from domain.ids import UUID, new_id
from domain.permissions import PERMISSIONS
from models import api_keys, memberships, sign_ins, users
from models.users import User
from models.workspaces import Workspace

PASSWORD = "correct horse battery staple"
# The weakest parameters: whoever signs in by the form in a test does not wait for them.
_PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@dataclass(frozen=True, slots=True)
class Person:
    """A member of a workspace; `token` belongs into the session cookie."""

    user: User
    membership_id: UUID
    token: str


async def make_user(
    *, name: str = "Ada Lovelace", email: str | None = None, password_hash: str = _PASSWORD_HASH
) -> User:
    email = email or f"ada.{new_id().hex}@example.com"
    async with session(Scope(presented=email)) as db:
        return await users.add(db, email=email, name=name, password_hash=password_hash, now=datetime.now(UTC))


async def join(user: User, workspace: Workspace, *, role: str = "owner") -> UUID:
    async with session(Scope(workspaces=(workspace.id,))) as db:
        membership = await memberships.add(
            db, workspace_id=workspace.id, user_id=user.id, role=role, now=datetime.now(UTC)
        )
        return membership.id


async def sign_in(user: User, workspace: Workspace | None = None, *, now: datetime | None = None) -> str:
    async with session(Scope(user=user.id)) as db:
        return await sign_ins.begin(
            db,
            user_id=user.id,
            workspace_id=workspace and workspace.id,
            now=now or datetime.now(UTC),
            ip="192.0.2.1",
            user_agent="Test browser",
        )


async def make_person(workspace: Workspace, *, role: str = "owner", name: str = "Ada Lovelace") -> Person:
    """Somebody who is signed in and may do what their role may."""
    user = await make_user(name=name)
    membership_id = await join(user, workspace, role=role)
    return Person(user, membership_id, await sign_in(user, workspace))


async def make_key(workspace: Workspace, *, scopes: Iterable[str] = tuple(PERMISSIONS)) -> str:
    """The text of an API key, with every scope unless told otherwise."""
    async with session(Scope(workspaces=(workspace.id,))) as db:
        _key, token = await api_keys.create(
            db, workspace_id=workspace.id, name="Test", scopes=scopes, by=None, now=datetime.now(UTC)
        )
    return token
