"""Indexes for receipts taken back and cases closed long ago, oldest first."""

from alembic import op

revision = "membership_0011"
down_revision = "membership_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the indexes."""
    op.create_index("receipts_withdrawn", "receipts", ["withdrawn_at", "id"])
    op.create_index("cases_closed", "cases", ["closed_at", "id"])
