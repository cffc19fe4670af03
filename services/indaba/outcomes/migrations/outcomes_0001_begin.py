"""A place for outcomes: its own tables come with its work."""

revision = "outcomes_0001"
down_revision = None
branch_labels = ("outcomes",)
depends_on = None


def upgrade() -> None:
    """Nothing to make yet."""
