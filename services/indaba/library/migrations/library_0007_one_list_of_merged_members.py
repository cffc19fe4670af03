"""Which members were merged is kept once, by the ledger; the library's own table is unused."""

from alembic import op

revision = "library_0007"
down_revision = "library_0006"
branch_labels = None
depends_on = "ledger_0002"


def upgrade() -> None:
    """Copy what the library alone knows."""
    op.execute(
        "INSERT INTO ledger.merged (gone, member) SELECT gone, member FROM merged"
        " ON CONFLICT DO NOTHING"
    )
