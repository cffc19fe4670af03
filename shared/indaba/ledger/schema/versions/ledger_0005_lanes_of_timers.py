"""Timers have a lane: those of one lane fire in order, those of several side by side."""

from alembic import op

revision = "ledger_0005"
down_revision = "ledger_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and its index. Timers that are set already have no lane."""
    op.execute("ALTER TABLE ledger.timers ADD COLUMN lane uuid")
    op.execute(
        "CREATE INDEX ix_ledger_timers_lane ON ledger.timers (lane, due_at, key)"
        " WHERE lane IS NOT NULL"
    )
