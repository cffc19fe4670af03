"""Documents about meetings: which version of one is kept, and all its words."""

import sqlalchemy as sa
from alembic import op

revision = "library_0003"
down_revision = "library_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a resource be a document."""
    op.add_column("resources", sa.Column("edition", sa.Integer, nullable=False, server_default="0"))
    op.add_column("resources", sa.Column("text", sa.Text, nullable=False, server_default=""))
