"""The server or room whose ban a removal follows, so that no other one lifts it."""

import sqlalchemy as sa
from alembic import op

revision = "membership_0015"
down_revision = "membership_0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of earlier bans it is not known: those are lifted from any of the community's."""
    op.add_column("cases", sa.Column("banned_in", sa.Text, nullable=False, server_default=""))
