"""Who asked for a line, an action, a meeting or a series: whose words they are may be another."""

import sqlalchemy as sa
from alembic import op

revision = "scheduling_0012"
down_revision = "scheduling_0011"
branch_labels = None
depends_on = None

MADE_AT = {"meetings": "id", "series": "id", "notes": "at", "actions": "id"}


def upgrade() -> None:
    """Add the columns and their indexes. Of what is there nobody knows; it is soon a day old."""
    for table, made_at in MADE_AT.items():
        op.add_column(table, sa.Column("put_in_by", sa.Uuid))
        op.create_index(f"{table}_put_in_by", table, ["put_in_by", made_at])
