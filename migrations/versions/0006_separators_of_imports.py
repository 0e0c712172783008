"""separators of imports"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "imports",
        sa.Column("delimiter", sqlmodel.sql.sqltypes.AutoString(), server_default=",", nullable=False),
    )


def downgrade() -> None:
    op.drop_column("imports", "delimiter")
