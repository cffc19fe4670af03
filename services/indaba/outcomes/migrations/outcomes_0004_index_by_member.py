"""An index for what is looked up by a member."""

from alembic import op

revision = "outcomes_0004"
down_revision = "outcomes_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    op.create_index("memberships_member", "memberships", ["member"])
