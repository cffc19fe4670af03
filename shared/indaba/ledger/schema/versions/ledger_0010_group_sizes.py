"""How many people a figure must stand for in each community, where more than the fewest."""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0010"
down_revision = "ledger_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "group_sizes",
        sa.Column("community", sa.Uuid, primary_key=True),
        sa.Column("size", sa.Integer, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True)),
        schema="ledger",
    )
