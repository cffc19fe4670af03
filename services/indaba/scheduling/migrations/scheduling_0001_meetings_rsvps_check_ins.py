"""Meetings, RSVPs, check-ins, and who wants no reminders."""

import sqlalchemy as sa
from alembic import op

revision = "scheduling_0001"
down_revision = None
branch_labels = ("scheduling",)
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "meetings",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("community", sa.Uuid, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("author", sa.Uuid, nullable=False, index=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("starts", sa.DateTime, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("minutes", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("moved_from", sa.DateTime),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("starts_at", instant, nullable=False),
        sa.Column("over_at", instant, nullable=False),
        sa.UniqueConstraint("community", "code"),
    )
    op.create_index("meetings_coming", "meetings", ["community", "status", "over_at"])
    op.create_table(
        "rsvps",
        sa.Column("meeting", sa.Uuid, sa.ForeignKey("meetings.id"), primary_key=True),
        sa.Column("member", sa.Uuid, primary_key=True, index=True),
        sa.Column("answer", sa.Text, nullable=False),
    )
    op.create_table(
        "check_ins",
        sa.Column("meeting", sa.Uuid, sa.ForeignKey("meetings.id"), primary_key=True),
        sa.Column("member", sa.Uuid, primary_key=True, index=True),
    )
    op.create_table("muted", sa.Column("member", sa.Uuid, primary_key=True))
