"""Meetings that are on, things told outside of threads, direct chats, and native polls."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "conversation_0003"
down_revision = "conversation_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what meetings need while they are held, and after."""
    instant = sa.DateTime(timezone=True)
    op.add_column("cards", sa.Column("status", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "errands",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("wire", sa.Text, nullable=False),
        sa.Column("event", JSONB, nullable=False),
        sa.Column("correlation", sa.Uuid, nullable=False),
        sa.Column("expires_at", instant, nullable=False, index=True),
        sa.Column("not_before", instant),
    )
    op.create_table(
        "direct_rooms",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("room", sa.Text, nullable=False),
    )
    op.create_table(
        "polls",
        sa.Column("post", sa.Text, primary_key=True),
        sa.Column("vote", sa.Uuid, nullable=False),
    )
