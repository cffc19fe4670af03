"""Accounts an erasure concerns, while it lasts; and a list of who was erased, as digests."""

import sqlalchemy as sa
from alembic import op

revision = "membership_0003"
down_revision = "membership_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for them."""
    op.add_column("erasures", sa.Column("accounts", sa.JSON))
    op.create_table(
        "erased",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
