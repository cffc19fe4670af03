"""Indexes for requests by who asked, and for timers by how their key begins."""

from alembic import op

revision = "ledger_0003"
down_revision = "ledger_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the indexes. A key's beginning is looked up by letters, whatever the locale sorts by."""
    op.execute(
        "CREATE INDEX ix_ledger_inbox_member ON ledger.inbox (member) WHERE member IS NOT NULL"
    )
    op.execute("CREATE INDEX timers_key_letters ON ledger.timers (key text_pattern_ops)")
