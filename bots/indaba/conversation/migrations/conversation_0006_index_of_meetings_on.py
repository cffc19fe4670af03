"""An index for meetings that are on, wherever they are."""

from alembic import op

revision = "conversation_0006"
down_revision = "conversation_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index: few meetings are on at a time."""
    op.execute("CREATE INDEX cards_live ON cards (meeting) WHERE status = 'live'")
