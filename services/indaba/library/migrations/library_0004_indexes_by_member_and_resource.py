"""Indexes for what is looked up by a member or a resource, however many communities there are."""

from alembic import op

revision = "library_0004"
down_revision = "library_0003"
branch_labels = None
depends_on = "ledger_0001"


def upgrade() -> None:
    """Make the indexes: of what members wrote and said, and of what was told of a resource."""
    op.execute("CREATE INDEX resources_said_by ON resources ((quote #>> '{author}'))")
    op.execute(
        "CREATE INDEX resources_written_by ON resources"
        " USING gin (jsonb_path_query_array(wrote, '$.*[*]'))"
    )
    op.execute(
        "CREATE INDEX journal_resource ON ledger.journal ((envelope #>> '{body,resource,id}'))"
    )
    op.execute("CREATE INDEX inbox_resource ON ledger.inbox ((reply #>> '{resource,id}'))")
