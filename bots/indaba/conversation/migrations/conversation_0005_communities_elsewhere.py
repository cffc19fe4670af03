"""Which communities live on the bot's platform, and whose each notice and direct message is."""

import sqlalchemy as sa
from alembic import op

revision = "conversation_0005"
down_revision = "conversation_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the columns. What was kept before names no community, and is told."""
    op.create_table(
        "communities",
        sa.Column("community", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("here", sa.Boolean, nullable=False),
    )
    for table in ("notices", "errands"):
        op.add_column(table, sa.Column("community", sa.Uuid))
        op.add_column(table, sa.Column("kept_at", sa.DateTime(timezone=True)))
        op.create_index(f"{table}_kept_at", table, ["kept_at"])
