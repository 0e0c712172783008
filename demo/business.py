"""The business behind the demo: Maya and her team, the shop, and the sandbox beside it."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select

from core.db import Db, Scope, session
from core.security import Passwords, digest
from demo.goods import HOME
from domain.ids import new_id
from domain.permissions import PERMISSIONS
from models import api_keys, invitations, memberships, sign_up, users
from models.api_keys import ApiKey
from models.sign_up import Business
from models.workspaces import Workspace

SHOP, SANDBOX = "Fernhill Coffee", "Fernhill Coffee (sandbox)"
KEY = "Everything (from demo.json)"
ADDRESS = "Fernhill Coffee, Lindenhof 12, 10999 Berlin, Germany"


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    email: str
    role: str


OWNER = Member("Maya Ortiz", "maya@fernhill.example", "owner")
TEAM = (
    OWNER,
    Member("Jonas Weber", "jonas@fernhill.example", "marketer"),
    Member("Lena Sørensen", "lena@fernhill.example", "viewer"),
)


@dataclass(frozen=True, slots=True)
class Places:
    """The two workspaces by their ids."""

    shop: UUID
    sandbox: UUID


@dataclass(frozen=True, slots=True)
class Keys:
    shop: str
    sandbox: str


def new_password() -> str:
    """Four groups that can be read out."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))


async def hire(password: str, now: datetime) -> dict[str, UUID]:
    """The people of the team by e-mail address, with this password; those who are there already get it too."""
    hasher = Passwords()
    return {member.email: await _hire(member, await hasher.hash(password), now) for member in TEAM}


async def _hire(member: Member, password_hash: str, now: datetime) -> UUID:
    async with session(Scope(presented=member.email)) as db:
        known = await users.by_email(db, member.email)
        if known is None:
            known = await users.add(
                db, email=member.email, name=member.name, password_hash=password_hash, now=now
            )
        else:
            known.password_hash, known.password_changed_at = password_hash, now
        return known.id


async def find(owner: UUID) -> Places | None:
    """The workspaces of an earlier run; it left both or none."""
    async with session(Scope(user=owner)) as db:
        named = {row.name: row.id for row in await memberships.workspaces_of(db, owner)}
    return Places(named[SHOP], named[SANDBOX]) if {SHOP, SANDBOX} <= named.keys() else None


def scope(places: Places, owner: UUID) -> Scope:
    return Scope(workspaces=(places.shop, places.sandbox), user=owner, presented=OWNER.email)


def planned() -> Places:
    return Places(new_id(), new_id())


async def open_shop(
    db: Db, places: Places, team: dict[str, UUID], *, since: datetime, now: datetime
) -> Workspace:
    owner = team[OWNER.email]
    shop = await sign_up.open_business(
        db, Business(SHOP, HOME.key), owner=owner, now=since, workspace_id=places.shop
    )
    shop.postal_address, shop.mail_from_name, shop.mail_from = ADDRESS, SHOP, "hello@fernhill.example"
    for n, member in enumerate(TEAM):
        joined = since + timedelta(days=40 * n)
        row = await memberships.add(
            db, workspace_id=shop.id, user_id=team[member.email], role=member.role, now=joined
        )
        row.seen_at = now - timedelta(hours=(1, 19, 64)[n])
    await invitations.invite(
        db,
        workspace_id=shop.id,
        email="tom@fernhill.example",
        role="developer",
        by=owner,
        by_role="owner",
        now=now - timedelta(days=2),
    )
    return shop


async def connect_shop(db: Db, places: Places, owner: UUID, *, since: datetime, now: datetime) -> None:
    """The key by which the online shop reports what happens in it; nobody knows it any more."""
    wanted = ("contacts:read", "contacts:write", "events:write")
    key, _ = await api_keys.create(
        db, workspace_id=places.shop, name="Online shop", scopes=wanted, by=owner, now=since
    )
    key.last_used_at = now - timedelta(minutes=2)


async def open_sandbox(db: Db, places: Places, owner: UUID, now: datetime) -> None:
    """Empty, its clock at nine this morning."""
    empty = sign_up.sandbox_of(Business(SHOP, HOME.key), now)
    sandbox = await sign_up.open_business(db, empty, owner=owner, now=now, workspace_id=places.sandbox)
    sandbox.postal_address, sandbox.mail_from_name = ADDRESS, SHOP


async def cut_keys(db: Db, places: Places, owner: UUID, now: datetime) -> Keys:
    """A key with every scope for each workspace; those of an earlier run no longer work."""
    return Keys(*[await _cut(db, place, owner, now) for place in (places.shop, places.sandbox)])


async def _cut(db: Db, workspace_id: UUID, owner: UUID, now: datetime) -> str:
    for old in await api_keys.listing(db, workspace_id):
        if old.name == KEY:
            await api_keys.revoke(db, old.id, now=now)
    _, token = await api_keys.create(
        db, workspace_id=workspace_id, name=KEY, scopes=PERMISSIONS, by=owner, now=now
    )
    return token


async def recognised(tokens: Iterable[str]) -> bool:
    """Whether all these keys work in this database."""
    for token in tokens:
        async with session(Scope(presented=digest(token))) as db:
            known = select(col(ApiKey.id)).where(
                col(ApiKey.key_hash) == digest(token), col(ApiKey.revoked_at).is_(None)
            )
            if (await db.execute(known)).first() is None:
                return False
    return True
