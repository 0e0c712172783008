"""the first schema"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for extension in ("pg_trgm", "btree_gin", "btree_gist", "unaccent"):
        op.execute(f"create extension if not exists {extension}")
    op.create_table(
        "owners",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("process", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "rate_limits",
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("resets_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("password_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
    )
    op.create_table(
        "workspaces",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("slug", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("time_zone", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("currency", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("sandbox", sa.Boolean(), nullable=False),
        sa.Column("postal_address", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("mail_from_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("mail_from", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("settings", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("prefix", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("key_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key_hash"),
    )
    op.create_index("api_keys_workspace", "api_keys", ["workspace_id", "id"], unique=False)
    op.create_table(
        "audit_log",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("actor_kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("ip", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("request_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("action", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("resource", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("subject_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("before", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], ondelete="CASCADE", initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("audit_log_recent", "audit_log", ["workspace_id", "id"], unique=False)
    op.create_index(
        "audit_log_subject", "audit_log", ["workspace_id", "resource", "subject_id", "id"], unique=False
    )
    op.create_table(
        "automations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("draft", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("automations_workspace", "automations", ["workspace_id", "id"], unique=False)
    op.create_table(
        "clocks",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("sandbox", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("now", sa.DateTime(timezone=True), nullable=True),
        sa.Column("target", sa.DateTime(timezone=True), nullable=True),
        sa.Column("began", sa.DateTime(timezone=True), nullable=True),
        sa.Column("steps", sa.Integer(), server_default="0", nullable=False),
        sa.Column("plans", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("workspace_id"),
    )
    op.create_table(
        "contacts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("phone", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("first_name", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("last_name", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("external_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("time_zone", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("attributes", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("consent", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "search",
            sa.Text(),
            sa.Computed(
                "regexp_replace(normalize(lower((coalesce(first_name, '') || ' ' || coalesce(last_name, '') || ' ' || coalesce(email, '') || ' ' || coalesce(phone, '') || ' ' || coalesce(external_id, '')) collate pg_c_utf8), nfd), '[̀-ͯ]', '', 'g')",
                persisted=True,
            ),
            nullable=True,
        ),
        sa.Column(
            "sort_name",
            sa.Text(),
            sa.Computed(
                "regexp_replace(normalize(lower(coalesce(nullif(trim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')), ''), email, phone, external_id, '') collate pg_c_utf8), nfd), '[̀-ͯ]', '', 'g')",
                persisted=True,
            ),
            nullable=True,
        ),
        sa.Column(
            "email_consent", sa.Text(), sa.Computed("consent ->> 'email'", persisted=True), nullable=True
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("workspace_id", "email"),
        sa.UniqueConstraint("workspace_id", "external_id"),
    )
    op.create_index("contacts_by_name", "contacts", ["workspace_id", "sort_name", "id"], unique=False)
    op.create_index("contacts_consent", "contacts", ["workspace_id", "email_consent"], unique=False)
    op.create_index("contacts_newest", "contacts", ["workspace_id", "created_at", "id"], unique=False)
    op.create_table(
        "custom_fields",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("label", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("type", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("options", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("workspace_id", "name"),
    )
    op.create_table(
        "event_queue",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("shard", sa.Integer(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("payload", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("event_queue_shard", "event_queue", ["shard", "id"], unique=False)
    op.create_table(
        "holds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "holds_in_force",
        "holds",
        ["workspace_id", "scope", "subject"],
        unique=True,
        postgresql_where=sa.text("released_at is null"),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("route", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("fingerprint", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("content_type", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("key_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("workspace_id", "route", "key"),
    )
    op.create_index("idempotency_keys_age", "idempotency_keys", ["workspace_id", "created_at"], unique=False)
    op.create_table(
        "imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("file", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("dry_run", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("header", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("plan", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("rows", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created", sa.Integer(), server_default="0", nullable=False),
        sa.Column("updated", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unchanged", sa.Integer(), server_default="0", nullable=False),
        sa.Column("duplicates", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("fault", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("undo", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("restored", sa.Integer(), server_default="0", nullable=False),
        sa.Column("removed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("kept", sa.Integer(), server_default="0", nullable=False),
        sa.Column("by", sqlmodel.sql.sqltypes.AutoString(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("imports_recent", "imports", ["workspace_id", "id"], unique=False)
    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("role", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("token_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("invited_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["invited_by"], ["users.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index(
        "invitations_open",
        "invitations",
        ["workspace_id", "email"],
        unique=True,
        postgresql_where=sa.text("accepted_at is null and revoked_at is null"),
    )
    op.create_table(
        "listeners",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("event", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("workspace_id", "event"),
    )
    op.create_table(
        "memberships",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("workspace_id", "user_id"),
    )
    op.create_index("memberships_user", "memberships", ["user_id"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("workflow", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("workflow_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("starts", sa.Boolean(), nullable=False),
        sa.Column("signal", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("time", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("outbox_workflow", "outbox", ["workflow_id"], unique=False)
    op.create_index("outbox_workspace", "outbox", ["workspace_id"], unique=False)
    op.create_table(
        "processes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("workflow_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "subject_id",
            sa.Uuid(),
            sa.Computed("split_part(workflow_id, '/', 2)::uuid", persisted=True),
            nullable=True,
        ),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), server_default="running", nullable=False),
        sa.Column("waits_for", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("wakes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("parks", sa.Integer(), server_default="0", nullable=False),
        sa.Column("released", sa.Integer(), server_default="0", nullable=False),
        sa.Column("poked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("seen", sa.Integer(), server_default="0", nullable=False),
        sa.Column("parked", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("done", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("unreaped", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("held", sa.Boolean(), server_default="false", nullable=False),
        sa.Column(
            "rest",
            sa.Boolean(),
            sa.Computed(
                "held or (done and not unreaped) or (parked and not done and poked <= seen)", persisted=True
            ),
            nullable=True,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("workflow_id"),
    )
    op.create_index(
        "processes_busy", "processes", ["workspace_id"], unique=False, postgresql_where=sa.text("not rest")
    )
    op.create_index(
        "processes_due",
        "processes",
        ["workspace_id", "wakes_at", "rank"],
        unique=False,
        postgresql_where=sa.text("parked and not done and not held"),
    )
    op.create_index("processes_recent", "processes", ["workspace_id", "id"], unique=False)
    op.create_index("processes_subject", "processes", ["subject_id"], unique=False)
    op.create_table(
        "secrets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("key_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("workspace_id", "name"),
    )
    op.create_index(op.f("ix_secrets_key_id"), "secrets", ["key_id"], unique=False)
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ip", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("user_agent", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index(
        "sign_ins_user", "sign_ins", ["user_id"], unique=False, postgresql_where=sa.text("ended_at is null")
    )
    op.create_table(
        "suppressions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("address", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("workspace_id", "channel", "address"),
    )
    op.create_table(
        "automation_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("automation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("definition", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("mails", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["automation_id"], ["automations.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("automation_id", "number"),
    )
    op.create_table(
        "cohorts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("automation_id", sa.Uuid(), nullable=False),
        sa.Column("bucket", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("wakes_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["automation_id"], ["automations.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("cohorts_due", "cohorts", ["wakes_at"], unique=False, postgresql_where=sa.text("open"))
    op.create_index(
        "cohorts_open_bucket",
        "cohorts",
        ["automation_id", "bucket"],
        unique=True,
        postgresql_where=sa.text("open"),
    )
    op.create_table(
        "consent_records",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("wording", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("ip", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("by", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("consent_records_contact", "consent_records", ["contact_id", "at"], unique=False)
    op.create_table(
        "events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("properties", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("idempotency_key", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("events_contact", "events", ["contact_id", "occurred_at", "id"], unique=False)
    op.create_index(
        "events_idempotency",
        "events",
        ["workspace_id", "idempotency_key"],
        unique=True,
        postgresql_where=sa.text("idempotency_key is not null"),
    )
    op.create_index(
        "events_latest", "events", ["workspace_id", "occurred_at", "id", "contact_id"], unique=False
    )
    op.create_index("events_name", "events", ["workspace_id", "name", "occurred_at"], unique=False)
    op.create_index("events_recent", "events", ["workspace_id", "id"], unique=False)
    op.create_table(
        "import_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("before", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("import_changes_contact", "import_changes", ["contact_id"], unique=False)
    op.create_index("import_changes_page", "import_changes", ["import_id", "page"], unique=False)
    op.create_table(
        "import_pages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), server_default="waiting", nullable=False),
        sa.Column("records", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("superseded", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("errors", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("kept", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("import_id", "number"),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("automation_id", sa.Uuid(), nullable=True),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.Column("enrolment_id", sa.Uuid(), nullable=True),
        sa.Column("node", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("send_key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("address", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("html", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("headers", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("result", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Integer(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clicked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("workspace_id", "send_key"),
    )
    op.create_index("messages_contact", "messages", ["contact_id", "id"], unique=False)
    op.create_index("messages_node", "messages", ["automation_id", "node", "state"], unique=False)
    op.create_index("messages_recent", "messages", ["workspace_id", "id"], unique=False)
    op.create_index(
        "messages_sending", "messages", ["owner"], unique=False, postgresql_where=sa.text("state = 'sending'")
    )
    op.create_index(
        "messages_unknown", "messages", ["id"], unique=False, postgresql_where=sa.text("state = 'unknown'")
    )
    op.create_index(
        "messages_waiting",
        "messages",
        ["channel", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'reserved'"),
    )
    op.create_table(
        "process_steps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("process_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("details", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(["process_id"], ["processes.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("process_steps_process", "process_steps", ["process_id", "id"], unique=False)
    op.create_table(
        "simulations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("automation_id", sa.Uuid(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("definition", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("request", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("result", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["automation_id"], ["automations.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "tallies",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("automation_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("target", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["automation_id"], ["automations.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("automation_id", "day", "source", "target"),
    )
    op.create_table(
        "captured_mails",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("seen", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_id"),
    )
    op.create_index("captured_mails_recent", "captured_mails", ["workspace_id", "id"], unique=False)
    op.create_table(
        "enrolments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("automation_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("entry_key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("trigger_event_id", sa.Uuid(), nullable=True),
        sa.Column("node", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("entered_node_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wake_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cohort_id", sa.Uuid(), nullable=True),
        sa.Column("awaits", sa.Uuid(), nullable=True),
        sa.Column("hop", sa.Integer(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.ForeignKeyConstraint(["automation_id"], ["automations.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["version_id"], ["automation_versions.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("automation_id", "contact_id", "entry_key"),
    )
    op.create_index(
        "enrolments_at_node",
        "enrolments",
        ["automation_id", "node"],
        unique=False,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_index(
        "enrolments_due",
        "enrolments",
        ["cohort_id", "wake_at"],
        unique=False,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_index("enrolments_history", "enrolments", ["automation_id", "started_at"], unique=False)
    op.create_index(
        "enrolments_inside",
        "enrolments",
        ["contact_id"],
        unique=False,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_table(
        "trails",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("enrolment_id", sa.Uuid(), nullable=False),
        sa.Column("automation_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("steps", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolments.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("trails_contact", "trails", ["contact_id", "automation_id", "id"], unique=False)
    op.create_index("trails_enrolment", "trails", ["enrolment_id", "id"], unique=False)
    op.execute(
        r"""do $$ begin
    if not exists (select from pg_roles where rolname = 'mainspring_app') then
        create role mainspring_app nologin nosuperuser nobypassrls;
    end if;
    if not pg_has_role(session_user, 'mainspring_app', 'member') then
        execute 'grant mainspring_app to ' || quote_ident(session_user);
    end if;
exception when duplicate_object or unique_violation then null;  -- another database of this server made it just now
end $$"""
    )
    op.execute(
        "create or replace function app_workspaces() returns uuid[] language sql stable parallel safe return (string_to_array(nullif(current_setting('app.workspaces', true), ''), ','))::uuid[]"
    )
    op.execute(
        "create or replace function app_user() returns uuid language sql stable parallel safe return (nullif(current_setting('app.user', true), ''))::uuid"
    )
    op.execute(
        "create or replace function app_presented() returns text language sql stable parallel safe return (nullif(current_setting('app.presented', true), ''))::text"
    )
    op.execute(
        "create or replace function app_actor() returns jsonb language sql stable parallel safe return (nullif(current_setting('app.actor', true), ''))::jsonb"
    )
    op.execute(
        r"""create or replace function audit_change() returns trigger language plpgsql as $$
declare
    actor jsonb := app_actor();
    was jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - '{search,sort_name,email_consent,updated_at,seen_at,last_used_at,mails}'::text[] end;
    became jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - '{search,sort_name,email_consent,updated_at,seen_at,last_used_at,mails}'::text[] end;
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
            was - '{password_hash,key_hash,token_hash,ciphertext,key_id}'::text[], became - '{password_hash,key_hash,token_hash,ciphertext,key_id}'::text[]);
    return null;
end $$"""
    )
    op.execute("grant usage on schema public to mainspring_app")
    op.execute("revoke all on owners from mainspring_app")
    op.execute("grant select, insert, update, delete on owners to mainspring_app")
    op.execute("grant usage on sequence owners_id_seq to mainspring_app")
    op.execute("revoke all on rate_limits from mainspring_app")
    op.execute("grant select, insert, update, delete on rate_limits to mainspring_app")
    op.execute("revoke all on users from mainspring_app")
    op.execute("grant select, insert, update on users to mainspring_app")
    op.execute("alter table users enable row level security")
    op.execute("alter table users force row level security")
    op.execute("drop policy if exists tenancy on users")
    op.execute(
        "create policy tenancy on users using (id = app_user() or email = app_presented() or exists (select from memberships m where m.user_id = users.id and m.workspace_id = any((select app_workspaces())::uuid[])) or exists (select from invitations i where i.invited_by = users.id and i.token_hash = app_presented())) with check (id = app_user() or email = app_presented())"
    )
    op.execute(
        "create or replace trigger audit after insert or update or delete on users for each row when (current_setting('app.actor', true) <> '') execute function audit_change()"
    )
    op.execute("revoke all on workspaces from mainspring_app")
    op.execute("grant select, insert, update, delete on workspaces to mainspring_app")
    op.execute("alter table workspaces enable row level security")
    op.execute("alter table workspaces force row level security")
    op.execute("drop policy if exists tenancy on workspaces")
    op.execute(
        "create policy tenancy on workspaces using (id = any((select app_workspaces())::uuid[]) or exists (select from memberships m where m.workspace_id = workspaces.id and m.user_id = app_user()) or exists (select from invitations i where i.workspace_id = workspaces.id and i.token_hash = app_presented())) with check (id = any((select app_workspaces())::uuid[]))"
    )
    op.execute(
        "create or replace trigger audit after insert or update or delete on workspaces for each row when (current_setting('app.actor', true) <> '') execute function audit_change()"
    )
    op.execute("revoke all on api_keys from mainspring_app")
    op.execute("grant select, insert, update, delete on api_keys to mainspring_app")
    op.execute("alter table api_keys enable row level security")
    op.execute("alter table api_keys force row level security")
    op.execute("drop policy if exists tenancy on api_keys")
    op.execute(
        "create policy tenancy on api_keys using (workspace_id = any((select app_workspaces())::uuid[]) or key_hash = app_presented()) with check (workspace_id = any((select app_workspaces())::uuid[]) or key_hash = app_presented())"
    )
    op.execute(
        "create or replace trigger audit after insert or update or delete on api_keys for each row when (current_setting('app.actor', true) <> '') execute function audit_change()"
    )
    op.execute("revoke all on audit_log from mainspring_app")
    op.execute("grant select, insert on audit_log to mainspring_app")
    op.execute("alter table audit_log enable row level security")
    op.execute("alter table audit_log force row level security")
    op.execute("drop policy if exists tenancy on audit_log")
    op.execute(
        "create policy tenancy on audit_log using (workspace_id = any((select app_workspaces())::uuid[])) with check (workspace_id = any((select app_workspaces())::uuid[]))"
    )
    op.execute("revoke all on automations from mainspring_app")
    op.execute("grant select, insert, update, delete on automations to mainspring_app")
    op.execute("alter table automations enable row level security")
    op.execute("alter table automations force row level security")
    op.execute("drop policy if exists tenancy on automations")
    op.execute(
        "create policy tenancy on automations using (workspace_id = any((select app_workspaces())::uuid[])) with check (workspace_id = any((select app_workspaces())::uuid[]))"
    )
    op.execute(
        "create or replace trigger audit after insert or update or delete on automations for each row when (current_setting('app.actor', true) <> '') execute function audit_change()"
    )
    op.execute("revoke all on clocks from mainspring_app")
    op.execute("grant select, insert, update, delete on clocks to mainspring_app")
    op.execute("revoke all on contacts from mainspring_app")
    op.execute("grant select, insert, update, delete on contacts to mainspring_app")
    op.execute("alter table contacts enable row level security")
    op.execute("alter table contacts force row level security")
    op.execute("drop policy if exists tenancy on contacts")
    op.execute(
        "create policy tenancy on contacts using (workspace_id = any((select app_workspaces())::uuid[])) with check (workspace_id = any((select app_workspaces())::uuid[]))"
    )
    op.execute(
        "create or replace trigger audit after insert or update or delete on contacts for each row when (current_setting('app.actor', true) <> '') execute function audit_change()"
    )
    op.execute("revoke all on custom_fields from mainspring_app")
    op.execute("grant select, insert, update, delete on custom_fields to mainspring_app")
    op.execute("alter table custom_fields enable row level security")
    op.execute("alter table custom_fields force row level security")
    op.execute("drop policy if exists tenancy on custom_fields")
    op.execute(
        "create policy tenancy on custom_fields using (workspace_id = any((select app_workspaces())::uuid[])) with check (workspace_id = any((select app_workspaces())::uuid[]))"
    )
    op.execute(
        "create or replace trigger audit after insert or update or delete on custom_fields for each row when (current_setting('app.actor', true) <> '') execute function audit_change()"
    )
    op.execute("revoke all on event_queue from mainspring_app")
    op.execute("grant select, insert, update, delete on event_queue to mainspring_app")
    op.execute("revoke all on holds from mainspring_app")
    op.execute("grant select, insert, update, delete on holds to mainspring_app")
    op.execute("alter table holds enable row level security")
    op.execute("alter table holds force row level security")
    op.execute("drop policy if exists tenancy on holds")
    op.execute(
        "create policy tenancy on holds using (workspace_id = any((select app_workspaces())::uuid[])) with check (workspace_id = any((select app_workspaces())::uuid[]))"
    )
    op.execute(
        "create or replace trigger audit after insert or update or delete on holds for each row when (current_setting('app.actor', true) <> '') execute function audit_change()"
    )
    op.execute("revoke all on idempotency_keys from mainspring_app")
    op.execute("grant select, insert, update, delete on idempotency_keys to mainspring_app")
    op.execute("alter table idempotency_keys enable row level security")
    op.execute("alter table idempotency_keys force row level security")
    op.execute("drop policy if exists tenancy on idempotency_keys")
    op.execute(
        "create policy tenancy on idempotency_keys using (workspace_id = any((select app_workspaces())::uuid[])) with check (workspace_id = any((select app_workspaces())::uuid[]))"
    )
    op.execute("revoke all on imports from mainspring_app")
    op.execute("grant select, insert, update, delete on imports to mainspring_app")
    op.execute("alter table imports enable row level security")
    op.execute("alter table imports force row level security")
    op.execute("drop policy if exists tenancy on imports")
    op.execute(
        "create policy tenancy on imports using (workspace_id = any((select app_workspaces())::uuid[])) with check (workspace_id = any((select app_workspaces())::uuid[]))"
    )
    op.execute("revoke all on invitations from mainspring_app")
    op.execute("grant select, insert, update, delete on invitations to mainspring_app")
    op.execute("alter table invitations enable row level security")
    op.execute("alter table invitations force row level security")
    op.execute("drop policy if exists tenancy on invitations")
    op.execute(
        "create policy tenancy on invitations using (workspace_id = any((select app_workspaces())::uuid[]) or token_hash = app_presented()) with check (workspace_id = any((select app_workspaces())::uuid[]) or token_hash = app_presented())"
    )
    op.execute(
        "create or replace trigger audit after insert or update or delete on invitations for each row when (current_setting('app.actor', true) <> '') execute function audit_change()"
    )
    op.execute("revoke all on listeners from mainspring_app")
    op.execute("grant select, insert, update, delete on listeners to mainspring_app")
    op.execute("alter table listeners enable row level security")
    op.execute("alter table listeners force row level security")
    op.execute("drop policy if exists tenancy on listeners")
    op.execute(
        "create policy tenancy on listeners using (workspace_id = any((select app_workspaces())::uuid[])) with check (workspace_id = any((select app_workspaces())::uuid[]))"
    )
    op.execute("revoke all on memberships from mainspring_app")
    op.execute("grant select, insert, update, delete on memberships to mainspring_app")
    op.execute("alter table memberships enable row level security")
    op.execute("alter table memberships force row level security")
    op.execute("drop policy if exists tenancy on memberships")
    op.execute(
        "create policy tenancy on memberships using (workspace_id = any((select app_workspaces())::uuid[]) or user_id = app_user()) with check (workspace_id = any((select app_workspaces())::uuid[]))"
    )
    op.execute(
        "create or replace trigger audit after insert or update or delete on memberships for each row when (current_setting('app.actor', true) <> '') execute function audit_change()"
    )
    op.execute("revoke all on outbox from mainspring_app")
    op.execute("grant select, insert, update, delete on outbox to mainspring_app")
    op.execute("revoke all on processes from mainspring_app")
    op.execute("grant select, insert, update, delete on processes to mainspring_app")
    op.execute("alter table processes enable row level security")
    op.execute("alter table processes force row level security")
    op.execute("drop policy if exists tenancy on processes")
    op.execute(
        "create policy tenancy on processes using (workspace_id = any((select app_workspaces())::uuid[])) with check (workspace_id = any((select app_workspaces())::uuid[]))"
    )
    op.execute("revoke all on secrets from mainspring_app")
    op.execute("grant select, insert, update, delete on secrets to mainspring_app")
    op.execute("alter table secrets enable row level security")
    op.execute("alter table secrets force row level security")
    op.execute("drop policy if exists tenancy on secrets")
    op.execute(
        "create policy tenancy on secrets using (workspace_id = any((select app_workspaces())::uuid[])) with check (workspace_id = any((select app_workspaces())::uuid[]))"
    )
    op.execute(
        "create or replace trigger audit after insert or update or delete on secrets for each row when (current_setting('app.actor', true) <> '') execute function audit_change()"
    )
    op.execute("revoke all on sign_ins from mainspring_app")
    op.execute("grant select, insert, update, delete on sign_ins to mainspring_app")
    op.execute("alter table sign_ins enable row level security")
    op.execute("alter table sign_ins force row level security")
    op.execute("drop policy if exists tenancy on sign_ins")
    op.execute(
        "create policy tenancy on sign_ins using (token_hash = app_presented() or user_id = app_user()) with check (token_hash = app_presented() or user_id = app_user())"
    )
    op.execute("revoke all on suppressions from mainspring_app")
    op.execute("grant select, insert, update, delete on suppressions to mainspring_app")
    op.execute("alter table suppressions enable row level security")
    op.execute("alter table suppressions force row level security")
    op.execute("drop policy if exists tenancy on suppressions")
    op.execute(
        "create policy tenancy on suppressions using (workspace_id = any((select app_workspaces())::uuid[])) with check (workspace_id = any((select app_workspaces())::uuid[]))"
    )
    op.execute(
        "create or replace trigger audit after insert or update or delete on suppressions for each row when (current_setting('app.actor', true) <> '') execute function audit_change()"
    )
    op.execute("revoke all on automation_versions from mainspring_app")
    op.execute("grant select, insert, update, delete on automation_versions to mainspring_app")
    op.execute("alter table automation_versions enable row level security")
    op.execute("alter table automation_versions force row level security")
    op.execute("drop policy if exists tenancy on automation_versions")
    op.execute(
        "create policy tenancy on automation_versions using (workspace_id = any((select app_workspaces())::uuid[])) with check (workspace_id = any((select app_workspaces())::uuid[]))"
    )
    op.execute(
        "create or replace trigger audit after insert or update or delete on automation_versions for each row when (current_setting('app.actor', true) <> '') execute function audit_change()"
    )
    op.execute("revoke all on cohorts from mainspring_app")
    op.execute("grant select, insert, update, delete on cohorts to mainspring_app")
    op.execute("alter table cohorts enable row level security")
    op.execute("alter table cohorts force row level security")
    op.execute("drop policy if exists tenancy on cohorts")
    op.execute(
        "create policy tenancy on cohorts using (workspace_id = any((select app_workspaces())::uuid[])) with check (workspace_id = any((select app_workspaces())::uuid[]))"
    )
    op.execute("revoke all on consent_records from mainspring_app")
    op.execute("grant select, insert, update, delete on consent_records to mainspring_app")
    op.execute("alter table consent_records enable row level security")
    op.execute("alter table consent_records force row level security")
    op.execute("drop policy if exists tenancy on consent_records")
    op.execute(
        "create policy tenancy on consent_records using (workspace_id = any((select app_workspaces())::uuid[])) with check (workspace_id = any((select app_workspaces())::uuid[]))"
    )
    op.execute("revoke all on events from mainspring_app")
    op.execute("grant select, insert, update, delete on events to mainspring_app")
    op.execute("alter table events enable row level security")
    op.execute("alter table events force row level security")
    op.execute("drop policy if exists tenancy on events")
    op.execute(
        "create policy tenancy on events using (workspace_id = any((select app_workspaces())::uuid[])) with check (workspace_id = any((select app_workspaces())::uuid[]))"
    )
    op.execute("revoke all on import_changes from mainspring_app")
    op.execute("grant select, insert, update, delete on import_changes to mainspring_app")
    op.execute("alter table import_changes enable row level security")
    op.execute("alter table import_changes force row level security")
    op.execute("drop policy if exists tenancy on import_changes")
    op.execute(
        "create policy tenancy on import_changes using (workspace_id = any((select app_workspaces())::uuid[])) with check (workspace_id = any((select app_workspaces())::uuid[]))"
    )
    op.execute("revoke all on import_pages from mainspring_app")
    op.execute("grant select, insert, update, delete on import_pages to mainspring_app")
    op.execute("alter table import_pages enable row level security")
    op.execute("alter table import_pages force row level security")
    op.execute("drop policy if exists tenancy on import_pages")
    op.execute(
        "create policy tenancy on import_pages using (workspace_id = any((select app_workspaces())::uuid[])) with check (workspace_id = any((select app_workspaces())::uuid[]))"
    )
    op.execute("revoke all on messages from mainspring_app")
    op.execute("grant select, insert, update, delete on messages to mainspring_app")
    op.execute("alter table messages enable row level security")
    op.execute("alter table messages force row level security")
    op.execute("drop policy if exists tenancy on messages")
    op.execute(
        "create policy tenancy on messages using (workspace_id = any((select app_workspaces())::uuid[])) with check (workspace_id = any((select app_workspaces())::uuid[]))"
    )
    op.execute("revoke all on process_steps from mainspring_app")
    op.execute("grant select, insert, update, delete on process_steps to mainspring_app")
    op.execute("alter table process_steps enable row level security")
    op.execute("alter table process_steps force row level security")
    op.execute("drop policy if exists tenancy on process_steps")
    op.execute(
        "create policy tenancy on process_steps using (workspace_id = any((select app_workspaces())::uuid[])) with check (workspace_id = any((select app_workspaces())::uuid[]))"
    )
    op.execute("revoke all on simulations from mainspring_app")
    op.execute("grant select, insert, update, delete on simulations to mainspring_app")
    op.execute("alter table simulations enable row level security")
    op.execute("alter table simulations force row level security")
    op.execute("drop policy if exists tenancy on simulations")
    op.execute(
        "create policy tenancy on simulations using (workspace_id = any((select app_workspaces())::uuid[])) with check (workspace_id = any((select app_workspaces())::uuid[]))"
    )
    op.execute("revoke all on tallies from mainspring_app")
    op.execute("grant select, insert, update, delete on tallies to mainspring_app")
    op.execute("alter table tallies enable row level security")
    op.execute("alter table tallies force row level security")
    op.execute("drop policy if exists tenancy on tallies")
    op.execute(
        "create policy tenancy on tallies using (workspace_id = any((select app_workspaces())::uuid[])) with check (workspace_id = any((select app_workspaces())::uuid[]))"
    )
    op.execute("revoke all on captured_mails from mainspring_app")
    op.execute("grant select, insert, update, delete on captured_mails to mainspring_app")
    op.execute("alter table captured_mails enable row level security")
    op.execute("alter table captured_mails force row level security")
    op.execute("drop policy if exists tenancy on captured_mails")
    op.execute(
        "create policy tenancy on captured_mails using (workspace_id = any((select app_workspaces())::uuid[])) with check (workspace_id = any((select app_workspaces())::uuid[]))"
    )
    op.execute("revoke all on enrolments from mainspring_app")
    op.execute("grant select, insert, update, delete on enrolments to mainspring_app")
    op.execute("alter table enrolments enable row level security")
    op.execute("alter table enrolments force row level security")
    op.execute("drop policy if exists tenancy on enrolments")
    op.execute(
        "create policy tenancy on enrolments using (workspace_id = any((select app_workspaces())::uuid[])) with check (workspace_id = any((select app_workspaces())::uuid[]))"
    )
    op.execute("revoke all on trails from mainspring_app")
    op.execute("grant select, insert, update, delete on trails to mainspring_app")
    op.execute("alter table trails enable row level security")
    op.execute("alter table trails force row level security")
    op.execute("drop policy if exists tenancy on trails")
    op.execute(
        "create policy tenancy on trails using (workspace_id = any((select app_workspaces())::uuid[])) with check (workspace_id = any((select app_workspaces())::uuid[]))"
    )


def downgrade() -> None:
    raise NotImplementedError("the first schema is where it begins")
