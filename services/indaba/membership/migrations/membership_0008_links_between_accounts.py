"""Accounts that ask to become a member's, and those that became so."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "membership_0008"
down_revision = "membership_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table. Of accounts that were linked before it is not known when."""
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "account_links",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("owner", sa.Uuid, nullable=False, index=True),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("community", sa.Uuid, nullable=False),
        sa.Column("until", instant, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("gone", sa.Uuid, index=True),
        sa.Column("was_in", JSONB(none_as_null=True)),
        sa.Column("linked_at", instant),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("account_links_account", "account_links", ["platform", "account"])
