"""nobody waits for a cohort: where one is busy, a second one of the same bucket is opened"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# The oldest keeps the bucket's name; nobody joins the others any more, and who is in them goes on at the same instant.
_ONE_EACH = """
update cohorts c set bucket = bucket || ':' || id where open and exists (
    select from cohorts o where o.automation_id = c.automation_id and o.bucket = c.bucket and o.open and o.id < c.id)
"""


def upgrade() -> None:
    _index(unique=False)


def downgrade() -> None:
    # the owner of the table is held back by its policy too, unless it is a superuser
    op.execute("alter table cohorts no force row level security")
    op.execute(_ONE_EACH)
    op.execute("alter table cohorts force row level security")
    _index(unique=True)


def _index(*, unique: bool) -> None:
    op.drop_index("cohorts_open_bucket", "cohorts")
    op.create_index(
        "cohorts_open_bucket",
        "cohorts",
        ["automation_id", "bucket"],
        unique=unique,
        postgresql_where=sa.text("open"),
    )
