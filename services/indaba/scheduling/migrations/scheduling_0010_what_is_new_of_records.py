"""Indexes for what was written within a day: by a community, and by a member."""

from alembic import op

revision = "scheduling_0010"
down_revision = "scheduling_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the indexes."""
    op.create_index("notes_new", "notes", ["at", "community"])
    op.create_index("actions_new", "actions", ["community", "id"])
    op.create_index("agenda_new", "agenda", ["author", "id"])
    op.create_index("votes_new", "votes", ["author", "id"])
