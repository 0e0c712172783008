"""password resets"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MINE = "token_hash = app_presented() or user_id = app_user()"


def upgrade() -> None:
    op.create_table(
        "password_resets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index("password_resets_user", "password_resets", ["user_id"], unique=False)
    op.execute("revoke all on password_resets from mainspring_app")
    op.execute("grant select, insert, update, delete on password_resets to mainspring_app")
    op.execute("alter table password_resets enable row level security")
    op.execute("alter table password_resets force row level security")
    op.execute(f"create policy tenancy on password_resets using ({MINE}) with check ({MINE})")


def downgrade() -> None:
    op.drop_table("password_resets")
