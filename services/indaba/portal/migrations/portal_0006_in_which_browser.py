"""In which browser somebody is signed in, by its make, so that they can tell one from another."""

import sqlalchemy as sa
from alembic import op

revision = "portal_0006"
down_revision = "portal_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column. Of sessions that are open nobody knows; they end within thirty days."""
    op.add_column("sessions", sa.Column("browser", sa.Text, nullable=False, server_default=""))
