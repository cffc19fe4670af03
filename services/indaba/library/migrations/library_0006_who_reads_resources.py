"""Who reads each resource: links and highlights were open before there was a choice."""

import sqlalchemy as sa
from alembic import op

revision = "library_0006"
down_revision = "library_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column. What was said in a room, minutes and files are for members at once."""
    op.add_column(
        "resources", sa.Column("opened", sa.Text, nullable=False, server_default="members")
    )
    op.execute("UPDATE resources SET opened = 'earlier' WHERE quote IS NULL AND file IS NULL")
