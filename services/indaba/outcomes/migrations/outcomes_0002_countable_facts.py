"""Countable facts: communities, memberships, meetings, check-ins, resources, uses."""

import sqlalchemy as sa
from alembic import op

revision = "outcomes_0002"
down_revision = "outcomes_0001"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    _people()
    _happenings()


def _people() -> None:
    op.create_table(
        "communities",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "memberships",
        sa.Column("community", sa.Uuid, primary_key=True),
        sa.Column("member", sa.Uuid, primary_key=True),
        sa.Column("belongs", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "members",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organisation", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )


def _happenings() -> None:
    op.create_table(
        "meetings",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("community", sa.Uuid, nullable=False, index=True),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "check_ins",
        sa.Column("meeting", sa.Uuid, primary_key=True),
        sa.Column("member", sa.Uuid, primary_key=True, index=True),
    )
    op.create_table(
        "resources",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("community", sa.Uuid, nullable=False, index=True),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("author", sa.Uuid, nullable=False, index=True),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "uses",
        sa.Column("resource", sa.Uuid, primary_key=True),
        sa.Column("member", sa.Uuid, primary_key=True, index=True),
        sa.Column("helped", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
