"""The larger number of people that a community asks for, and when it begins."""

import sqlalchemy as sa
from alembic import op

revision = "membership_0014"
down_revision = "membership_0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """None waits."""
    op.add_column("communities", sa.Column("group_size_waiting", sa.Integer))
    op.add_column("communities", sa.Column("group_size_begins_at", sa.DateTime(timezone=True)))
