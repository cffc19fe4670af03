"""A check-in can be taken back: who was there is known by the meeting's version."""

import sqlalchemy as sa
from alembic import op

revision = "outcomes_0003"
down_revision = "outcomes_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Everybody known as present stays so, until something newer is said."""
    there = sa.Column("present", sa.Boolean, nullable=False, server_default=sa.true())
    op.add_column("check_ins", there)
    version = sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("0"))
    op.add_column("check_ins", version)
