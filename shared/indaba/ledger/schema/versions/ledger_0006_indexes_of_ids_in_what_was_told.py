"""Indexes of every value in what was told, answered and set, so that a member is found by an id."""

from alembic import op

revision = "ledger_0006"
down_revision = "ledger_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the indexes; what is there already is in them too.

    New rows are put in a short list first: a long one would hold up the commit that sorts it in.
    """
    for name, table in (
        ("journal_body", "ledger.journal USING gin ((envelope -> 'body'))"),
        ("timers_body", "ledger.timers USING gin (body)"),
        ("inbox_reply", "ledger.inbox USING gin (reply)"),
    ):
        kept = " WHERE reply IS NOT NULL" if name == "inbox_reply" else ""
        op.execute(f"CREATE INDEX {name} ON {table} WITH (gin_pending_list_limit = 256){kept}")
