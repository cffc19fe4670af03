"""Series, documents of meetings, who answered what, and addresses of personal calendars."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "portal_0002"
down_revision = "portal_0001"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, and let meetings say where they are and which series they are of."""
    for name in ("where", "repeats"):
        op.add_column("meetings", sa.Column(name, sa.Text, nullable=False, server_default=""))
    for name in ("guests", "waiting", "capacity"):
        op.add_column("meetings", sa.Column(name, sa.Integer, nullable=False, server_default="0"))
    op.add_column("meetings", sa.Column("series", sa.Uuid, index=True))
    op.add_column("meetings", sa.Column("date_of", sa.DateTime))
    op.create_index("meetings_by_code", "meetings", ["community", "code"])
    _series()
    _documents()
    _answers()


def _series() -> None:
    op.create_table(
        "series",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("community", sa.Uuid, nullable=False, index=True),
        sa.Column("version", sa.Integer, nullable=False),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("title", "where", "zone", "rule", "words")
        ),
        sa.Column("minutes", sa.Integer, nullable=False),
        sa.Column("first", sa.DateTime, nullable=False),
        *(
            sa.Column(name, ARRAY(sa.DateTime), nullable=False)
            for name in ("skipped", "added", "not_held")
        ),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("ended", sa.Boolean, nullable=False),
        sa.Column("told_at", _INSTANT, nullable=False),
    )


def _documents() -> None:
    op.create_table(
        "documents",
        sa.Column("meeting", sa.Uuid, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("title", "text", "short")),
        sa.Column("told_at", _INSTANT, nullable=False),
    )


def _answers() -> None:
    op.create_table(
        "answers",
        sa.Column("meeting", sa.Uuid, primary_key=True),
        sa.Column("member", sa.Uuid, primary_key=True, index=True),
        sa.Column("answer", sa.Text),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("told_at", _INSTANT, nullable=False),
    )
    op.create_table(
        "calendar_keys",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("member", sa.Uuid, nullable=False, index=True),
        sa.Column("community", sa.Uuid, nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
    )
