"""All accounts that came with a link: the member who joined may have had several."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "membership_0009"
down_revision = "membership_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; none are known of links from before."""
    op.add_column(
        "account_links",
        sa.Column("brought", JSONB, nullable=False, server_default=sa.text("'[]'")),
    )
