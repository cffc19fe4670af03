"""When an answer was given: of two accounts that are one person, the last word holds."""

import sqlalchemy as sa
from alembic import op

revision = "scheduling_0002"
down_revision = "scheduling_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the time of each answer; unknown for older ones."""
    op.add_column("rsvps", sa.Column("said_at", sa.DateTime(timezone=True)))
