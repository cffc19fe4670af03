"""Reports to the safeguarding leads: sealed, and without who wrote them."""

import sqlalchemy as sa
from alembic import op

revision = "membership_0006"
down_revision = "membership_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables. Of who writes only a keyed digest is kept: half an hour, or that day."""
    op.create_table(
        "report_drafts",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("id", sa.Uuid, nullable=False, index=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "reports",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("code", sa.Text, nullable=False, unique=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("came_on", sa.Date, nullable=False),
        sa.Column("deleted_on", sa.Date),
    )
    op.create_index(
        "reports_listed", "reports", [sa.text("deleted_on NULLS FIRST"), "came_on", "code"]
    )
    op.create_table(
        "report_counts",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("sent", sa.Integer, nullable=False),
    )
