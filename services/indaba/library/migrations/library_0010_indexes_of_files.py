"""Indexes of the resources that are files, by member and by community."""

from alembic import op

revision = "library_0010"
down_revision = "library_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the indexes."""
    op.create_index("resources_files_by", "resources", ["author", "digest"])
    op.create_index("resources_files_of", "resources", ["community", "digest"])
