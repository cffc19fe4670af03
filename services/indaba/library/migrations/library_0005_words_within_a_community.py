"""Words are looked for among a community's own resources, which another index leads to."""

from alembic import op

revision = "library_0005"
down_revision = "library_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the index of words: it led to the resources of all communities that have the word."""
    op.execute("DROP INDEX resources_found_by")
