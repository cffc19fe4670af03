"""Which community a direct chat is about, and a choice that was offered there."""

import sqlalchemy as sa
from alembic import op

revision = "conversation_0011"
down_revision = "conversation_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns. Nothing is known of earlier chats and choices."""
    op.add_column("direct_rooms", sa.Column("community", sa.Uuid))
    op.add_column("choices", sa.Column("community", sa.Uuid))
