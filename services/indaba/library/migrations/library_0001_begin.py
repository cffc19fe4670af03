"""A place for library: its own tables come with its work."""

revision = "library_0001"
down_revision = None
branch_labels = ("library",)
depends_on = None


def upgrade() -> None:
    """Nothing to make yet."""
