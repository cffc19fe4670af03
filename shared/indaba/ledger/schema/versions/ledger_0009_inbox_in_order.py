"""An index of the inbox by when and what, so that it is cleared in that order, batch by batch."""

from alembic import op

revision = "ledger_0009"
down_revision = "ledger_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Put the index in the place of that by when alone."""
    op.execute("CREATE INDEX ix_ledger_inbox_done ON ledger.inbox (done_at, key)")
    op.execute("DROP INDEX ledger.ix_ledger_inbox_done_at")
