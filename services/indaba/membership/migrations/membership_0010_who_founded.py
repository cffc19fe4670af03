"""A consent receipt says whether the community was founded with it."""

import sqlalchemy as sa
from alembic import op

revision = "membership_0010"
down_revision = "membership_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, and an index of the receipts of founders."""
    no = sa.text("false")
    op.add_column("receipts", sa.Column("founding", sa.Boolean, nullable=False, server_default=no))
    op.create_index("receipts_founding", "receipts", ["member"], postgresql_where="founding")
