"""What the world sees of communities, and who reads highlights: earlier ones were open."""

import sqlalchemy as sa
from alembic import op

revision = "portal_0005"
down_revision = "portal_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them. Of a community without a row the world sees nothing."""
    op.create_table(
        "publications",
        sa.Column("community", sa.Uuid, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("page", "calendar", "earlier")),
        sa.Column("until", sa.DateTime(timezone=True)),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "addresses",
        sa.Column("community", sa.Uuid, primary_key=True),
        sa.Column("key", sa.Text, nullable=False, index=True),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("calendar_keys_community", "calendar_keys", ["community"])
    op.add_column(
        "documents", sa.Column("opened", sa.Text, nullable=False, server_default="members")
    )
    op.execute("UPDATE documents SET opened = 'earlier' WHERE kind = 'highlights'")
