"""Connections: what each business has chosen for its e-mail, and the password of its mail server, sealed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import text

from core.db import Db
from core.security import Keyring
from domain.connections import NOT_CHOSEN, EmailConnection, MailServer
from domain.errors import Invalid
from models import secrets
from models.workspaces import Workspace

_SETTING = "email"
PASSWORD = "email.password"  # noqa: S105 -- the name of the secret, not the secret


def email(workspace: Workspace) -> EmailConnection:
    return _read(workspace.settings.get(_SETTING))


@dataclass(frozen=True, slots=True)
class Chosen:
    """The choice of one workspace."""

    connection: EmailConnection
    sandbox: bool


async def chosen(db: Db, workspace_ids: Iterable[UUID]) -> dict[UUID, Chosen]:
    """What these workspaces have chosen; read anew for each batch, so that a change holds from the next mail on."""
    rows = await db.execute(
        text("select id, sandbox, settings -> 'email' as email from workspaces where id = any(:ids)"),
        {"ids": list(workspace_ids)},
    )
    return {row.id: Chosen(_read(row.email), row.sandbox) for row in rows}


async def choose(
    db: Db,
    keys: Keyring,
    workspace: Workspace,
    wanted: EmailConnection,
    *,
    password: str | None,
    now: datetime,
) -> None:
    """Keep a choice. `password` None: the one that is kept goes on, if it may be shown to the server that is now wanted."""
    if wanted.channel == "smtp" and wanted.server:
        await _keep_password(db, keys, workspace, wanted.server, password, now)
    workspace.settings = {**workspace.settings, _SETTING: wanted.model_dump(mode="json")}
    await db.flush()


async def _keep_password(
    db: Db, keys: Keyring, workspace: Workspace, server: MailServer, password: str | None, now: datetime
) -> None:
    if not server.username:
        await secrets.remove(db, workspace.id, PASSWORD)
    elif password:
        await secrets.put(db, keys, workspace.id, PASSWORD, password, now=now)
    elif not await may_reuse(db, workspace, server):
        raise password_needed(again=await has_password(db, workspace.id))


def password_needed(*, again: bool) -> Invalid:
    if again:
        return Invalid.at(
            "password", "Enter the password again: the one that is kept is for another server or user name."
        )
    return Invalid.at("password", "Enter the password that goes with this user name.")


async def may_reuse(db: Db, workspace: Workspace, server: MailServer) -> bool:
    """Whether the password that is kept may be shown to this server. Else it could be had by naming a server of one's own."""
    before = email(workspace).server
    if not await secrets.exists(db, workspace.id, PASSWORD):
        return False
    return before is not None and before.trusts(server)


async def has_password(db: Db, workspace_id: UUID) -> bool:
    return await secrets.exists(db, workspace_id, PASSWORD)


async def password(db: Db, keys: Keyring, workspace_id: UUID) -> str:
    """For the call that needs it; empty when there is none. `CannotOpen` when the instance has lost its keys."""
    return await secrets.reveal(db, keys, workspace_id, PASSWORD) or ""


def _read(kept: object) -> EmailConnection:
    try:
        return EmailConnection.model_validate(kept) if kept else NOT_CHOSEN
    except ValidationError:  # written by hand, or by a version that knew more
        return NOT_CHOSEN
