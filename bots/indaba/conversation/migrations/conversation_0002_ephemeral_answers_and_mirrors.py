"""Answers for one person's eyes, and meetings mirrored as a platform's own events."""

import sqlalchemy as sa
from alembic import op

revision = "conversation_0002"
down_revision = "conversation_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what platforms with buttons need."""
    op.add_column("posts", sa.Column("whisper", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "mirrors",
        sa.Column("meeting", sa.Uuid, primary_key=True),
        sa.Column("house", sa.Text, primary_key=True),
        sa.Column("event", sa.Text, index=True),
        sa.Column("drawn", sa.Integer, nullable=False, server_default="0"),
    )
