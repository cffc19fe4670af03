"""An index for the meetings that a member chairs."""

from alembic import op

revision = "scheduling_0006"
down_revision = "scheduling_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    op.create_index("meetings_chair", "meetings", ["chair"])
