"""Houses of rooms, one-time codes, wrong tries."""

import sqlalchemy as sa
from alembic import op

revision = "membership_0002"
down_revision = "membership_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for one community on two platforms."""
    instant = sa.DateTime(timezone=True)
    op.add_column("places", sa.Column("house", sa.Text, nullable=False, server_default=""))
    op.create_index("places_house", "places", ["platform", "house"])
    op.create_table(
        "codes",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("opens", sa.Text, nullable=False),
        sa.Column("member", sa.Uuid, nullable=False, index=True),
        sa.Column("community", sa.Uuid, nullable=False),
        sa.Column("expires_at", instant, nullable=False),
    )
    op.create_table(
        "wrong_tries",
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("tried_at", instant, nullable=False),
    )
    op.create_index("wrong_tries_account", "wrong_tries", ["platform", "account"])
