"""When somebody said something else after a choice was put to them."""

import sqlalchemy as sa
from alembic import op

revision = "conversation_0008"
down_revision = "conversation_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column. What was offered before is open."""
    op.add_column("choices", sa.Column("closed_at", sa.DateTime(timezone=True)))
