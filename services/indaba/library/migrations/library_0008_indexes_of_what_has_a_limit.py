"""Indexes for what a member saved within a day, and for what was saved within it by anybody."""

from alembic import op

revision = "library_0008"
down_revision = "library_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the indexes."""
    op.create_index("resources_saved_by", "resources", ["author", "saved_at"])
    op.create_index("resources_saved_at", "resources", ["saved_at"])
