"""room on the pages of contacts"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table contacts set (fillfactor = 50)")


def downgrade() -> None:
    op.execute("alter table contacts reset (fillfactor)")
