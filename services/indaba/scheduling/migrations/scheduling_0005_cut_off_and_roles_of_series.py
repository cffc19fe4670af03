"""Until when a series takes answers, and its roles for the day."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "scheduling_0005"
down_revision = "scheduling_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what dates made later begin with."""
    op.add_column("series", sa.Column("answers_close", sa.Integer))
    empty = sa.text("'[]'")
    op.add_column("series", sa.Column("roles", JSONB, nullable=False, server_default=empty))
