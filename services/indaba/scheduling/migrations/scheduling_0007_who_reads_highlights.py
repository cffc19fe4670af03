"""Who reads a meeting's highlights: those shared before there was a choice were open."""

import sqlalchemy as sa
from alembic import op

revision = "scheduling_0007"
down_revision = "scheduling_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column(
        "documents", sa.Column("opened", sa.Text, nullable=False, server_default="members")
    )
    op.execute("UPDATE documents SET opened = 'earlier' WHERE kind = 'highlights' AND version > 0")
