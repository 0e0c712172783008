"""T17: the catalogue itself says that no workspace sees another: policies on every table, a role that cannot pass them,
and every table tried from the wrong workspace."""

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.types.json import Jsonb
from sqlalchemy import Table, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

import models
from core.db import APP_ROLE, Actor, Database, Scope, scope_to
from core.plugins import load
from core.security import digest
from domain.ids import new_id
from models.policies import AUDITED, SPECIAL, UNPROTECTED
from models.workspaces import Workspace
from tests.factories.people import make_key, make_person
from tests.factories.workspaces import make_workspace

load(models)
TABLES = {table.name: table for table in SQLModel.metadata.sorted_tables}
OWNED = sorted(
    name for name, table in TABLES.items() if "workspace_id" in table.columns and name not in UNPROTECTED
)
# A sign-in says which workspace is open in a browser, but belongs to its person; not even the team sees it.
SHARED = [name for name in OWNED if name != "sign_ins"]


@pytest.fixture
async def owner(database_url: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """The role that owns the tables, as migrations use it; here a superuser, whom no policy stops."""
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        yield connection


class TestCatalogue:
    async def test_every_table_but_the_queues_is_under_forced_security(
        self, owner: psycopg.AsyncConnection[Any]
    ) -> None:
        rows = await owner.execute(
            "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
            " and not (relrowsecurity and relforcerowsecurity) and relname <> 'alembic_version'"
        )
        assert {name for (name,) in await rows.fetchall()} == set(UNPROTECTED)

    async def test_every_table_in_the_database_is_one_of_ours(
        self, owner: psycopg.AsyncConnection[Any]
    ) -> None:
        rows = await owner.execute(
            "select tablename from pg_tables where schemaname = 'public' and tablename <> 'alembic_version'"
        )
        assert {name for (name,) in await rows.fetchall()} == set(TABLES)

    async def test_every_policy_is_about_a_workspace_or_written_down_as_special(
        self, owner: psycopg.AsyncConnection[Any]
    ) -> None:
        rows = await owner.execute(
            "select tablename, qual, with_check, cmd, permissive from pg_policies where schemaname = 'public'"
        )
        policies = {name: rest for name, *rest in await rows.fetchall()}
        assert set(policies) == set(TABLES) - set(UNPROTECTED), "one policy for each table, and only one"
        for name, (using, check, command, permissive) in policies.items():
            assert (command, permissive) == ("ALL", "PERMISSIVE")
            assert "app_workspaces()" in using + check or name in {"sign_ins", "password_resets"}, name
            if name not in SPECIAL:
                assert using == check, name

    async def test_the_application_role_passes_by_no_policy(
        self, owner: psycopg.AsyncConnection[Any]
    ) -> None:
        row = await owner.execute(
            "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin,"
            " (select count(*) from pg_class where relowner = r.oid) from pg_roles r where rolname = %s",
            (APP_ROLE,),
        )
        assert await row.fetchone() == (False, False, False, False, False, 0)

    async def test_the_pool_takes_that_role(self, database: Database) -> None:
        async with database.session() as db:
            assert (await db.execute(text("select current_user"))).scalar_one() == APP_ROLE

    async def test_it_owns_nothing_and_creates_nothing(self, database: Database) -> None:
        for statement in (
            "create table mine (id int)",
            "alter table contacts disable row level security",
            "truncate contacts",
        ):
            with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
                async with database.session() as db:
                    await db.execute(text(statement))

    async def test_every_audited_table_has_its_trigger(self, owner: psycopg.AsyncConnection[Any]) -> None:
        rows = await owner.execute("select tgrelid::regclass::text from pg_trigger where tgname = 'audit'")
        assert {name for (name,) in await rows.fetchall()} == set(AUDITED)


class TestEveryTable:
    """Each gets a row in one workspace; another workspace looks for it, changes it, and plants one of its own."""

    @pytest.fixture
    async def planted(self, owner: psycopg.AsyncConnection[Any], workspace: Workspace) -> None:
        await plant(owner, workspace)

    async def test_the_right_workspace_sees_its_row(
        self, database: Database, workspace: Workspace, planted: None
    ) -> None:
        async with database.session(Scope(workspaces=(workspace.id,))) as db:
            assert {name: await _count(db, name) for name in SHARED} == dict.fromkeys(SHARED, 1)

    @pytest.mark.parametrize("who", ["other workspace", "nobody", "somebody", "after the transaction"])
    async def test_nobody_else_sees_one(
        self, database: Database, workspace: Workspace, other_workspace: Workspace, planted: None, who: str
    ) -> None:
        scopes = {
            "other workspace": Scope(workspaces=(other_workspace.id,)),
            "nobody": None,
            "somebody": Scope(user=new_id(), presented="x"),
            "after the transaction": None,
        }
        if (
            who == "after the transaction"
        ):  # the pool hands out the connection again: nothing may have stayed on it
            for _ in range(3):
                async with database.session(Scope(workspaces=(workspace.id,))) as db:
                    await db.execute(text("select 1"))
        async with database.session(scopes[who]) as db:
            assert {name: await _count(db, name) for name in OWNED} == dict.fromkeys(OWNED, 0)

    async def test_nobody_else_changes_or_removes_one(
        self, database: Database, workspace: Workspace, other_workspace: Workspace, planted: None
    ) -> None:
        async with database.session(Scope(workspaces=(other_workspace.id,))) as db:
            for name in OWNED:
                if name == "audit_log":
                    continue  # not even one's own: see TestAudit.test_nobody_rewrites_it
                changed = await db.execute(
                    text(f"update {name} set workspace_id = :other"), {"other": other_workspace.id}
                )
                assert changed.rowcount == 0, name
                assert (await db.execute(text(f"delete from {name}"))).rowcount == 0, name
        async with database.session(Scope(workspaces=(workspace.id,))) as db:
            assert {name: await _count(db, name) for name in SHARED} == dict.fromkeys(SHARED, 1)

    @pytest.mark.parametrize("name", OWNED)
    async def test_nobody_else_plants_one(
        self, database: Database, workspace: Workspace, other_workspace: Workspace, name: str
    ) -> None:
        table = TABLES[name]
        with pytest.raises(DBAPIError, match="row-level security policy"):
            async with database.session(Scope(workspaces=(other_workspace.id,))) as db:
                await db.execute(insert(table).values(_some_row(table, workspace.id)))

    async def test_a_batch_sees_its_workspaces_and_no_third(
        self, database: Database, workspace: Workspace, other_workspace: Workspace
    ) -> None:
        third = await make_workspace()
        async with database.session() as db:
            await scope_to(db, [workspace.id, other_workspace.id])
            seen = set(await db.scalars(text("select id from workspaces")))
        assert seen == {workspace.id, other_workspace.id}
        assert third.id not in seen


class TestPeople:
    async def test_a_user_is_seen_by_themselves_their_team_and_whoever_knows_the_address(
        self, database: Database, workspace: Workspace, other_workspace: Workspace
    ) -> None:
        ada = (await make_person(workspace)).user
        grace = (await make_person(other_workspace)).user
        sees = {
            Scope(user=ada.id): {ada.id},
            Scope(workspaces=(workspace.id,)): {ada.id},
            Scope(presented=ada.email): {ada.id},
            Scope(workspaces=(other_workspace.id,)): {grace.id},
            Scope(user=new_id(), presented="nobody@example.com"): set(),
        }
        for scope, expected in sees.items():
            async with database.session(scope) as db:
                assert set(await db.scalars(text("select id from users"))) == expected, scope

    async def test_a_colleague_cannot_be_changed(self, database: Database, workspace: Workspace) -> None:
        ada, grace = await make_person(workspace), await make_person(workspace)
        with pytest.raises(DBAPIError, match="row-level security policy"):
            async with database.session(Scope(workspaces=(workspace.id,), user=ada.user.id)) as db:
                await db.execute(
                    text("update users set password_hash = 'mine' where id = :id"), {"id": grace.user.id}
                )

    async def test_nobody_makes_themselves_a_member(
        self, database: Database, workspace: Workspace, other_workspace: Workspace
    ) -> None:
        ada = await make_person(workspace)
        for change in (
            "insert into memberships (id, workspace_id, user_id, role, created_at) values (uuidv7(), :other, :me, 'owner', now())",
            "update memberships set workspace_id = :other where user_id = :me",
        ):
            with pytest.raises(DBAPIError, match="row-level security policy"):
                async with database.session(Scope(workspaces=(workspace.id,), user=ada.user.id)) as db:
                    await db.execute(text(change), {"other": other_workspace.id, "me": ada.user.id})

    async def test_a_key_is_found_by_its_hash_and_by_its_workspace_only(
        self, database: Database, workspace: Workspace, other_workspace: Workspace
    ) -> None:
        key = await make_key(workspace)
        for scope, expected in {
            Scope(presented=digest(key)): 1,
            Scope(workspaces=(workspace.id,)): 1,
            Scope(presented=digest(key[:-1])): 0,
            Scope(workspaces=(other_workspace.id,)): 0,
        }.items():
            async with database.session(scope) as db:
                assert await _count(db, "api_keys") == expected


async def test_the_actor_of_one_transaction_is_not_the_actor_of_the_next(
    database: Database, workspace: Workspace
) -> None:
    actor = Actor(kind="user", id=new_id(), name="Ada")
    for _ in range(3):
        async with database.session(Scope(workspaces=(workspace.id,), actor=actor)) as db:
            await db.execute(text("select 1"))
    async with database.session(Scope(workspaces=(workspace.id,))) as db:
        await db.execute(text("update workspaces set name = 'Changed by nobody'"))
        assert await _count(db, "audit_log") == 0


async def plant(owner: psycopg.AsyncConnection[Any], workspace: Workspace) -> dict[str, UUID]:
    """A row in every table; the ids of those that have one. The owner writes them with checks off: it is the policies that
    are tried, not the foreign keys."""
    ids: dict[str, UUID] = {}
    await owner.execute("set session_replication_role = replica")
    for name in OWNED:
        values = _some_row(TABLES[name], workspace.id)
        columns = ", ".join(f'"{column}"' for column in values)
        marks = ", ".join(["%s"] * len(values))
        row = [Jsonb(value) if isinstance(value, dict) else value for value in values.values()]
        await owner.execute(f"insert into {name} ({columns}) values ({marks})", row)  # type: ignore[arg-type]
        if isinstance(values.get("id"), UUID):
            ids[name] = values["id"]
    await owner.execute("set session_replication_role = origin")
    return ids


async def _count(db: Any, name: str) -> int:
    return (await db.execute(select(text("count(*)")).select_from(TABLES[name]))).scalar_one()


def _some_row(table: Table, workspace_id: UUID) -> dict[str, Any]:
    """Values that the types take; what they mean does not matter here."""
    return {
        column.name: workspace_id if column.name == "workspace_id" else _some_value(column)
        for column in _written(table)
    }


def _written(table: Table) -> Iterable[Any]:
    return [column for column in table.columns if column.computed is None and column.identity is None]


def _some_value(column: Any) -> Any:
    kind = column.type.__class__.__name__
    if kind in {"Uuid", "UUID"} or column.foreign_keys:
        return new_id()
    makers = {
        "DateTime": lambda: datetime.now(UTC),
        "Date": lambda: datetime.now(UTC).date(),
        "JSONB": dict,
        "ARRAY": list,
        "Boolean": lambda: True,
        "Integer": lambda: 1,
        "BigInteger": lambda: 1,
        "LargeBinary": lambda: b"x",
    }
    return makers.get(kind, lambda: f"x/{new_id()}")()
