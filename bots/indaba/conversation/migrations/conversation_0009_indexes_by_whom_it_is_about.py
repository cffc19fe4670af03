"""Indexes for what is kept of one person."""

from alembic import op

revision = "conversation_0009"
down_revision = "conversation_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the indexes."""
    op.create_index("posts_room", "posts", ["room"])
    op.execute("CREATE INDEX posts_only_for ON posts (only_for) WHERE only_for <> ''")
    for table in ("errands", "notices"):
        op.execute(f"CREATE INDEX {table}_names ON {table} USING gin (event)")
