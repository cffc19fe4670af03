"""Indexes for what is long over, of all communities, oldest first."""

from alembic import op

revision = "scheduling_0009"
down_revision = "scheduling_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the indexes."""
    op.create_index("meetings_over", "meetings", ["over_at", "id"])
    op.create_index("actions_changed", "actions", ["changed_at", "id"])
