from alembic import op

revision = "made_up_0001"
down_revision = None
branch_labels = ("made_up",)
depends_on = None


def upgrade() -> None:
    op.execute("CREATE TABLE notes (community uuid NOT NULL, member uuid NOT NULL)")
