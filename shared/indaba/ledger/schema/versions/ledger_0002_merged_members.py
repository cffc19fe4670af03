"""Members that became one."""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0002"
down_revision = "ledger_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "merged",
        sa.Column("gone", sa.Uuid, primary_key=True),
        sa.Column("member", sa.Uuid, nullable=False, index=True),
        schema="ledger",
    )
