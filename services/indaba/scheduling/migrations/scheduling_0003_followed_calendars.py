"""Calendars kept elsewhere that a community follows, and which of their dates is which meeting."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "scheduling_0003"
down_revision = "scheduling_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "calendars_followed",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("community", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("author", sa.Uuid, nullable=False, index=True),
        sa.Column("link", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("left_out", JSONB, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("etag", sa.Text, nullable=False),
        sa.Column("modified", sa.Text, nullable=False),
        sa.Column("read_at", instant),
        sa.Column("whole_at", instant),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("told", sa.Boolean, nullable=False),
        sa.Column("due_at", instant, nullable=False),
        sa.Column("correlation", sa.Uuid, nullable=False),
        sa.UniqueConstraint("community", "number"),
        sa.UniqueConstraint("community", "link"),
    )
    op.create_index("calendars_due", "calendars_followed", ["due_at"])
    op.create_table(
        "outside_dates",
        sa.Column(
            "calendar",
            sa.Uuid,
            sa.ForeignKey("calendars_followed.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("meeting", sa.Uuid, sa.ForeignKey("meetings.id"), nullable=False, index=True),
        sa.Column("fingerprint", JSONB, nullable=False),
        sa.Column("gone", sa.Boolean, nullable=False),
    )
