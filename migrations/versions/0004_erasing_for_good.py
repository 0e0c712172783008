"""erasing for good, and finding what needs a person"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# The application may add to the audit log and change nothing in it; of somebody who is erased it may take out what was known.
_FORGET = """
create function audit_forget(forgotten text, subjects text[]) returns void
language sql security definer set search_path = public, pg_temp as $$
    update audit_log set before = null, after = null
    where workspace_id = any(app_workspaces()) and resource = forgotten and subject_id = any(subjects)
$$
"""


def upgrade() -> None:
    op.create_index(
        "messages_unsettled",
        "messages",
        ["workspace_id", "id"],
        postgresql_where=sa.text("state in ('failed', 'unknown', 'deferred')"),
    )
    op.execute(_FORGET)
    op.execute("revoke all on function audit_forget from public")
    op.execute("grant execute on function audit_forget to mainspring_app")


def downgrade() -> None:
    op.execute("drop function audit_forget")
    op.drop_index("messages_unsettled", "messages")
