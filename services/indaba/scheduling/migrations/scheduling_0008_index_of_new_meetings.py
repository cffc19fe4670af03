"""Indexes for what a community called within a day: ids sort by when they were made."""

from alembic import op

revision = "scheduling_0008"
down_revision = "scheduling_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the indexes."""
    op.create_index("meetings_new", "meetings", ["community", "id"])
    op.create_index("series_new", "series", ["community", "id"])
