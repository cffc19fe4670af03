"""How many people each figure of a community stands for."""

import sqlalchemy as sa
from alembic import op

revision = "membership_0013"
down_revision = "membership_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Five, as until now."""
    op.add_column(
        "communities", sa.Column("group_size", sa.Integer, nullable=False, server_default="5")
    )
