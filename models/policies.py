"""Row-level security, as one list: which rows of a table exist for whom, and what the application role may do with them.

A table with a `workspace_id` shows the rows of the workspaces that the transaction acts for; what differs from that is
written here, table by table. Migrations run `statements(tables)`; `tests/contracts/test_tenancy.py` holds the result.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Table

from core.db import APP_ROLE

OWN_WORKSPACE = "workspace_id = any((select app_workspaces())::uuid[])"

# Batches of the engine cross workspaces: a queue row tells which one comes next. Rate limits hold hashes only.
UNPROTECTED = frozenset({"event_queue", "outbox", "owners", "clocks", "rate_limits"})


@dataclass(frozen=True, slots=True)
class Policy:
    """`using`: the rows that can be seen and changed; `check`: what they may become (the same when not given)."""

    using: str
    check: str | None = None


SPECIAL = {
    "workspaces": Policy(
        "id = any((select app_workspaces())::uuid[])"
        " or exists (select from memberships m where m.workspace_id = workspaces.id and m.user_id = app_user())"
        " or exists (select from invitations i where i.workspace_id = workspaces.id and i.token_hash = app_presented())",
        check="id = any((select app_workspaces())::uuid[])",
    ),
    "users": Policy(
        "id = app_user() or email = app_presented() or exists (select from memberships m where m.user_id = users.id"
        " and m.workspace_id = any((select app_workspaces())::uuid[]))"
        " or exists (select from invitations i where i.invited_by = users.id and i.token_hash = app_presented())",
        check="id = app_user() or email = app_presented()",
    ),
    "memberships": Policy(f"{OWN_WORKSPACE} or user_id = app_user()", check=OWN_WORKSPACE),
    "invitations": Policy(f"{OWN_WORKSPACE} or token_hash = app_presented()"),
    "api_keys": Policy(f"{OWN_WORKSPACE} or key_hash = app_presented()"),
    "sign_ins": Policy("token_hash = app_presented() or user_id = app_user()"),
    "password_resets": Policy("token_hash = app_presented() or user_id = app_user()"),
}

# What was recorded stays as it was, and a person is never deleted: their name stands behind what they did.
GRANTS = {"audit_log": "select, insert", "users": "select, insert, update"}
EVERYTHING = "select, insert, update, delete"

AUDITED = frozenset(
    {
        "api_keys",
        "automation_versions",
        "automations",
        "contacts",
        "custom_fields",
        "holds",
        "invitations",
        "memberships",
        "secrets",
        "suppressions",
        "users",
        "workspaces",
    }
)
# A change of these counts, but the log shows only that there was one.
SECRET = ("password_hash", "key_hash", "token_hash", "ciphertext", "key_id")
# A change of these is none: what is computed, and what only says that something was used.
UNINTERESTING = ("search", "sort_name", "email_consent", "updated_at", "seen_at", "last_used_at", "mails")

_ROLE = f"""
do $$ begin
    if not exists (select from pg_roles where rolname = '{APP_ROLE}') then
        create role {APP_ROLE} nologin nosuperuser nobypassrls;
    end if;
    if not pg_has_role(session_user, '{APP_ROLE}', 'member') then
        execute 'grant {APP_ROLE} to ' || quote_ident(session_user);
    end if;
exception when duplicate_object or unique_violation then null;  -- another database of this server made it just now
end $$
"""


def _setting(name: str, type_: str, value: str) -> str:
    """Without a setting there is nobody and nothing: null compares to no row. After a transaction the setting reads ''."""
    value = value.replace("$", f"nullif(current_setting('app.{name}', true), '')")
    return (
        f"create or replace function app_{name}() returns {type_}"
        f" language sql stable parallel safe return ({value})::{type_}"
    )


_FUNCTIONS = (
    _setting("workspaces", "uuid[]", "string_to_array($, ',')"),
    _setting("user", "uuid", "$"),
    _setting("presented", "text", "$"),
    _setting("actor", "jsonb", "$"),
)

_AUDIT = f"""
create or replace function audit_change() returns trigger language plpgsql as $$
declare
    actor jsonb := app_actor();
    was jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - '{{{",".join(UNINTERESTING)}}}'::text[] end;
    became jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - '{{{",".join(UNINTERESTING)}}}'::text[] end;
    subject jsonb := coalesce(became, was);
    owner uuid := coalesce(
        (subject ->> 'workspace_id')::uuid,
        case tg_table_name when 'workspaces' then (subject ->> 'id')::uuid end,
        (app_workspaces())[1]
    );
begin
    if tg_op = 'UPDATE' then
        select jsonb_object_agg(key, was -> key), jsonb_object_agg(key, value) into was, became
        from jsonb_each(became) where value is distinct from was -> key;
    end if;
    if owner is null or coalesce(became, was) is null then
        return null;  -- nobody could read it, or nothing changed
    end if;
    insert into audit_log (id, workspace_id, actor_kind, actor_id, actor_name, ip, request_id,
                           action, resource, subject_id, before, after)
    values (uuidv7(), owner, actor ->> 'kind', (actor ->> 'id')::uuid, actor ->> 'name', actor ->> 'ip',
            actor ->> 'request_id', case tg_op when 'INSERT' then 'created' when 'UPDATE' then 'changed' else 'removed' end,
            tg_table_name, subject ->> 'id',
            was - '{{{",".join(SECRET)}}}'::text[], became - '{{{",".join(SECRET)}}}'::text[]);
    return null;
end $$
"""


def statements(tables: Iterable[Table]) -> list[str]:
    """What a migration runs after it made these tables; running it again changes nothing."""
    made = list(tables)
    return [_ROLE, *_FUNCTIONS, _AUDIT, f"grant usage on schema public to {APP_ROLE}"] + [
        statement for table in made for statement in (*_grant(table), *_protect(table), *_watch(table))
    ]


def _grant(table: Table) -> list[str]:
    rights = GRANTS.get(table.name, EVERYTHING)
    sequences = [
        f"grant usage on sequence {table.name}_{column.name}_seq to {APP_ROLE}"
        for column in table.columns
        if column is table.autoincrement_column and column.identity is None
    ]
    return [
        f"revoke all on {table.name} from {APP_ROLE}",
        f"grant {rights} on {table.name} to {APP_ROLE}",
        *sequences,
    ]


def _protect(table: Table) -> list[str]:
    if table.name in UNPROTECTED:
        return []
    policy = SPECIAL.get(table.name) or Policy(OWN_WORKSPACE)
    if table.name not in SPECIAL and "workspace_id" not in table.columns:
        raise ValueError(f"{table.name} has no workspace_id: say in models/policies.py who may see its rows")
    return [
        f"alter table {table.name} enable row level security",
        f"alter table {table.name} force row level security",
        f"drop policy if exists tenancy on {table.name}",
        f"create policy tenancy on {table.name} using ({policy.using}) with check ({policy.check or policy.using})",
    ]


def _watch(table: Table) -> list[str]:
    if table.name not in AUDITED:
        return []
    when = "when (current_setting('app.actor', true) <> '')"
    event = f"after insert or update or delete on {table.name} for each row"
    return [f"create or replace trigger audit {event} {when} execute function audit_change()"]
