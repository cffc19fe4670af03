"""On which platforms a community lives, so that its pages say how people type there."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "portal_0004"
down_revision = "portal_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table. Of a community without a row nothing is known: it may live on either."""
    op.create_table(
        "community_platforms",
        sa.Column("community", sa.Uuid, primary_key=True),
        sa.Column("platforms", ARRAY(sa.Text), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
