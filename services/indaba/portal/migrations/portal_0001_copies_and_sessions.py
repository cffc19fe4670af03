"""Read copies of communities and meetings, and who is signed in."""

import sqlalchemy as sa
from alembic import op

revision = "portal_0001"
down_revision = None
branch_labels = ("portal",)
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "communities",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    _meetings()
    op.create_table(
        "sessions",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("community", sa.Uuid, primary_key=True),
        sa.Column("member", sa.Uuid, nullable=False, index=True),
        sa.Column("expires_at", _INSTANT, nullable=False, index=True),
    )


def _meetings() -> None:
    # No foreign key: a meeting may be heard of before its community.
    op.create_table(
        "meetings",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("community", sa.Uuid, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("starts", sa.DateTime, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("minutes", sa.Integer, nullable=False),
        sa.Column("starts_at", _INSTANT, nullable=False, index=True),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("moved_from", sa.DateTime),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("yes", sa.Integer, nullable=False),
        sa.Column("maybe", sa.Integer, nullable=False),
        sa.Column("no", sa.Integer, nullable=False),
        sa.Column("checked_in", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("told_at", _INSTANT, nullable=False),
        sa.Column("changed_at", _INSTANT),
    )
    op.create_index("meetings_of_a_community", "meetings", ["community", "starts_at"])
