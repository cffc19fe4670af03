"""What the world sees of each community: nothing, but what it saw before there was a choice."""

import sqlalchemy as sa
from alembic import op

revision = "membership_0007"
down_revision = "membership_0006"
branch_labels = None
depends_on = "ledger_0005"


def upgrade() -> None:
    """Make the table. Communities that are there stay open until a timer has said how long.

    It is due at once: whoever runs next has it, with its own clock.
    """
    op.create_table(
        "publications",
        sa.Column("community", sa.Uuid, sa.ForeignKey("communities.id"), primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("page", "calendar", "earlier")),
        sa.Column("until", sa.DateTime(timezone=True)),
    )
    op.execute(
        "INSERT INTO publications (community, page, calendar, earlier)"
        " SELECT id, 'earlier', 'earlier', 'earlier' FROM communities"
    )
    op.execute(
        "INSERT INTO ledger.timers (key, kind, due_at, body, correlation, lane)"
        " SELECT 'ask-what-stays-open/' || id, 'ask-what-stays-open', '2000-01-01',"
        " jsonb_build_object('community', id), gen_random_uuid(), id FROM communities"
    )
