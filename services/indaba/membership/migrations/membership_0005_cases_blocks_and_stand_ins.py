"""Cases about members' places, who may not join again, and who would take over."""

import sqlalchemy as sa
from alembic import op

revision = "membership_0005"
down_revision = "membership_0004"
branch_labels = None
depends_on = None

_instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables. Of members from before it is not known when they were seen last."""
    _cases()
    _blocks()
    op.add_column(
        "memberships",
        sa.Column("stands_in", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.add_column(
        "memberships", sa.Column("active_days", sa.Integer, nullable=False, server_default="0")
    )
    op.add_column("memberships", sa.Column("role_since", _instant))
    op.add_column("memberships", sa.Column("seen_on", sa.Date))


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("community", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("about", sa.Uuid, index=True),
        sa.Column("by", sa.Uuid, index=True),
        sa.Column("way", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("appeal", sa.Text, nullable=False),
        sa.Column("blocks", sa.Boolean, nullable=False),
        sa.Column("how", sa.Text),
        sa.Column("opened_at", _instant, nullable=False),
        sa.Column("until", _instant),
        sa.Column("closed_at", _instant),
        sa.Column("carried", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("cases_community", "cases", ["community", "kind", "opened_at"])
    op.create_table(
        "ballots",
        sa.Column("case", sa.Uuid, primary_key=True),
        sa.Column("member", sa.Uuid, primary_key=True, index=True),
        sa.Column("answer", sa.Text, nullable=False),
    )


def _blocks() -> None:
    op.create_table(
        "blocks",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("community", sa.Uuid, primary_key=True),
        sa.Column("case", sa.Uuid, nullable=False, index=True),
    )
