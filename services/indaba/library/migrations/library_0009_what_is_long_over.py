"""An index for what was used long ago, of all communities, oldest first."""

from alembic import op

revision = "library_0009"
down_revision = "library_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    op.create_index("uses_said", "uses", ["said_at", "id"])
