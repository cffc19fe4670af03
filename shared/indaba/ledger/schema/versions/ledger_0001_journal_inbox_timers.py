"""The ledger's tables: journal, outgoing, inbox, attempts, timers, dead letters, marks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "ledger_0001"
down_revision = None
branch_labels = ("ledger",)
depends_on = None

SCHEMA = "ledger"
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.execute("CREATE SCHEMA ledger")
    _telling()
    _hearing()
    _failing()


def _telling() -> None:
    op.create_table(
        "journal",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("wire", sa.Text, nullable=False, index=True),
        sa.Column("occurred_at", INSTANT, nullable=False, index=True),
        sa.Column("envelope", JSONB, nullable=False),
        schema=SCHEMA,
    )
    op.create_table("outgoing", sa.Column("id", sa.Uuid, primary_key=True), schema=SCHEMA)
    op.create_table(
        "marks",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        schema=SCHEMA,
    )


def _hearing() -> None:
    op.create_table(
        "inbox",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("done_at", INSTANT, nullable=False, index=True),
        sa.Column("reply", JSONB),
        sa.Column("member", sa.Uuid),
        schema=SCHEMA,
    )
    op.create_table(
        "timers",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False, index=True),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("correlation", sa.Uuid, nullable=False),
        schema=SCHEMA,
    )


def _failing() -> None:
    op.create_table(
        "attempts",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        schema=SCHEMA,
    )
    op.create_table(
        "dead_letters",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("handler", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("died_at", INSTANT, nullable=False),
        sa.Column("letter", JSONB, nullable=False),
        sa.Column("member", sa.Uuid),
        schema=SCHEMA,
    )
