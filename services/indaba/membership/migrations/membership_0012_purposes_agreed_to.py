"""What members said of each purpose, and about which wordings they were asked."""

import sqlalchemy as sa
from alembic import op

revision = "membership_0012"
down_revision = "membership_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table. Receipts stay as they are: they say to which wording somebody agreed."""
    op.create_table(
        "consents",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("member", sa.Uuid, nullable=False, index=True),
        sa.Column("wording", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text),
        sa.Column("agreed", sa.Boolean),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
