"""Which dates of a series somebody added: they count as meetings that were called."""

import sqlalchemy as sa
from alembic import op

revision = "scheduling_0011"
down_revision = "scheduling_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column. Of those that are there nobody knows; they were added long enough ago."""
    op.add_column(
        "meetings", sa.Column("by_hand", sa.Boolean, nullable=False, server_default=sa.false())
    )
