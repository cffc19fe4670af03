"""Whom a post is for alone, and what is posted instead where others can read."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "conversation_0007"
down_revision = "conversation_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns. What was kept before is posted as it was."""
    op.add_column("posts", sa.Column("only_for", sa.Text, nullable=False, server_default=""))
    op.add_column("posts", sa.Column("otherwise", JSONB))
