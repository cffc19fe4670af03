"""Indexes for what is set aside: notices and messages of communities that live elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = "conversation_0007"
down_revision = "conversation_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the indexes."""
    for table in ("notices", "errands"):
        op.create_index(f"{table}_kept_at", table, ["kept_at"])
    op.create_index(
        "communities_elsewhere", "communities", ["community"], postgresql_where=sa.text("NOT here")
    )
