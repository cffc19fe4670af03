"""An index for answers that are too old to be shown anywhere."""

from alembic import op

revision = "portal_0003"
down_revision = "portal_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    op.create_index("answers_told_at", "answers", ["told_at"])
