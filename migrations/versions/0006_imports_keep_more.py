"""imports keep more; what goes on is found at once"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TEXT = sqlmodel.sql.sqltypes.AutoString()


def upgrade() -> None:
    op.add_column("imports", sa.Column("delimiter", _TEXT, server_default=",", nullable=False))
    op.add_column("imports", sa.Column("undo_fault", _TEXT, nullable=True))
    op.create_index("processes_going_on", "processes", ["workspace_id"], postgresql_where=sa.text("not done"))


def downgrade() -> None:
    op.drop_index("processes_going_on", "processes")
    op.drop_column("imports", "undo_fault")
    op.drop_column("imports", "delimiter")
