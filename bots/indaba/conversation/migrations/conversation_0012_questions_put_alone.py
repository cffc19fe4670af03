"""Whether a question was put to somebody alone, where others would read its answer."""

import sqlalchemy as sa
from alembic import op

revision = "conversation_0012"
down_revision = "conversation_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column. Of questions from before, open for half an hour, it is not known."""
    alone = sa.Column("alone", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("questions", alone)
