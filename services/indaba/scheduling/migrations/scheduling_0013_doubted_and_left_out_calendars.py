"""What is doubted of a followed calendar, and what of it is left out, by title."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "scheduling_0013"
down_revision = "scheduling_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns. No calendar is in doubt, and titles come with the next reading."""
    op.add_column("calendars_followed", sa.Column("doubted_at", sa.DateTime(timezone=True)))
    op.add_column(
        "calendars_followed", sa.Column("such_as", JSONB, nullable=False, server_default="{}")
    )
