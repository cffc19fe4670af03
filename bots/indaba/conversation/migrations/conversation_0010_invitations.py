"""Who invited the bot where within a day, the account as a digest."""

import sqlalchemy as sa
from alembic import op

revision = "conversation_0010"
down_revision = "conversation_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "invitations",
        sa.Column("number", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("room", sa.Text, nullable=False, index=True),
        sa.Column("inviter", sa.Text, nullable=False, index=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("dealt_with", sa.Boolean, nullable=False),
    )
