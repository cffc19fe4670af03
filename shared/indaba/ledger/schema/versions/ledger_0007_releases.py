"""Figures as they were released, so that the same question has the same answer from then on."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "ledger_0007"
down_revision = "ledger_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "releases",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tally", JSONB, nullable=False),
        sa.Column("figures", JSONB, nullable=False),
        schema="ledger",
    )
