"""Resources, what became of them, pages whose title is to be read, and members who were two."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR

revision = "library_0002"
down_revision = "library_0001"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
TEXTS = ("title", "why", "summary", "link", "document", "language", "licence", "same_as")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "resources",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("community", sa.Uuid, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("author", sa.Uuid, nullable=False, index=True),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in TEXTS),
        *(sa.Column(name, JSONB) for name in ("file", "quote")),
        *(
            sa.Column(name, JSONB, nullable=False)
            for name in ("sectors", "skills", "related", "counts", "wrote")
        ),
        sa.Column("digest", sa.Text),
        sa.Column("words", ARRAY(sa.Text), nullable=False),
        sa.Column("found_by", TSVECTOR, nullable=False),
        sa.UniqueConstraint("community", "code"),
    )
    op.create_index("resources_newest", "resources", ["community", "status", "saved_at"])
    op.create_index("resources_found_by", "resources", ["found_by"], postgresql_using="gin")
    op.create_index("resources_digest", "resources", ["digest"])
    op.create_index(
        "resources_once",
        "resources",
        ["community", sa.text("md5(same_as)")],
        unique=True,
        postgresql_where=sa.text("status = 'published'"),
    )
    _make_uses()


def _make_uses() -> None:
    op.create_table(
        "uses",
        sa.Column("resource", sa.Uuid, sa.ForeignKey("resources.id"), primary_key=True),
        sa.Column("member", sa.Uuid, primary_key=True, index=True),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("how", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("said_at", INSTANT, nullable=False),
    )
    op.create_table(
        "unread_pages",
        sa.Column("resource", sa.Uuid, sa.ForeignKey("resources.id"), primary_key=True),
        sa.Column("due_at", INSTANT, nullable=False, index=True),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("correlation", sa.Uuid, nullable=False),
    )
    op.create_table(
        "merged",
        sa.Column("gone", sa.Uuid, primary_key=True),
        sa.Column("member", sa.Uuid, nullable=False, index=True),
    )
