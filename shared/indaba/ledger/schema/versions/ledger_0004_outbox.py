"""The outbox gets its name; it was called outgoing."""

from alembic import op

revision = "ledger_0004"
down_revision = "ledger_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rename the table and its index.

    A process of the version before that still runs finds the old name in a view, so that it loses
    nothing until it is replaced; it does not start anew on this schema.
    """
    op.execute("ALTER TABLE ledger.outgoing RENAME TO outbox")
    op.execute("ALTER INDEX ledger.outgoing_pkey RENAME TO outbox_pkey")
    op.execute("CREATE VIEW ledger.outgoing AS SELECT id FROM ledger.outbox")
