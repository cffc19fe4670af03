"""Communities, places, members, accounts, memberships, receipts, sign-ins, erasures."""

import sqlalchemy as sa
from alembic import op

revision = "membership_0001"
down_revision = None
branch_labels = ("membership",)
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _communities()
    _members()
    _proofs()


def _communities() -> None:
    op.create_table(
        "communities",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "places",
        sa.Column("platform", sa.Text, primary_key=True),
        sa.Column("room", sa.Text, primary_key=True),
        sa.Column("community", sa.Uuid, sa.ForeignKey("communities.id"), nullable=False),
        sa.Column("posts", sa.Boolean, nullable=False),
    )


def _members() -> None:
    op.create_table(
        "members",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("profile", sa.JSON, nullable=False),
    )
    op.create_table(
        "accounts",
        sa.Column("platform", sa.Text, primary_key=True),
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("member", sa.Uuid, sa.ForeignKey("members.id"), nullable=False, index=True),
    )
    op.create_table(
        "memberships",
        sa.Column("community", sa.Uuid, sa.ForeignKey("communities.id"), primary_key=True),
        sa.Column("member", sa.Uuid, sa.ForeignKey("members.id"), primary_key=True, index=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
    )


def _proofs() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "receipts",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("member", sa.Uuid, nullable=False, index=True),
        sa.Column("community", sa.Uuid, nullable=False),
        sa.Column("wording", sa.Text, nullable=False),
        sa.Column("purposes", sa.JSON, nullable=False),
        sa.Column("given_at", instant, nullable=False),
        sa.Column("withdrawn_at", instant),
    )
    op.create_table(
        "sign_ins",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("member", sa.Uuid, nullable=False),
        sa.Column("community", sa.Uuid, nullable=False),
        sa.Column("expires_at", instant, nullable=False),
    )
    op.create_table(
        "erasures",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("member", sa.Uuid),
        sa.Column("begun_at", instant, nullable=False),
        sa.Column("expected", sa.JSON, nullable=False),
    )
    op.create_table(
        "erasure_answers",
        sa.Column("erasure", sa.Uuid, primary_key=True),
        sa.Column("service", sa.Text, primary_key=True),
    )
