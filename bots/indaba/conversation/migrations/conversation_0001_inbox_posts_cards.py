"""What was heard, what is to be posted, choices, questions, cards, notices, positions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "conversation_0001"
down_revision = None
branch_labels = ("conversation",)
depends_on = None

_instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    _hearing()
    _posting()
    _choosing()
    _cards()


def _hearing() -> None:
    op.create_table(
        "heard",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("said", JSONB),
        sa.Column("correlation", sa.Uuid, nullable=False),
        sa.Column("number", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("heard_at", _instant, nullable=False, index=True),
        sa.Column("done_at", _instant),
    )
    op.create_index(
        "heard_waiting", "heard", ["number"], postgresql_where=sa.text("done_at IS NULL")
    )
    op.create_table(
        "positions",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "questions",
        sa.Column("room", sa.Text, primary_key=True),
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("thread", sa.Text, nullable=False),
        sa.Column("ask", JSONB, nullable=False),
        sa.Column("expires_at", _instant, nullable=False),
    )
    op.create_table(
        "reactions",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("meeting", sa.Uuid, nullable=False),
        sa.Column("emoji", sa.Text, nullable=False),
        sa.Column("reactor", sa.Text, nullable=False),
        sa.Column("seen_at", _instant, nullable=False),
    )


def _posting() -> None:
    op.create_table(
        "posts",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("room", sa.Text, nullable=False),
        sa.Column("content", JSONB, nullable=False),
        sa.Column("thread", sa.Text, nullable=False),
        sa.Column("reply_to", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("lane", sa.Integer, nullable=False),
        sa.Column("follow_ups", JSONB, nullable=False),
        sa.Column("meeting", sa.Uuid),
        sa.Column("correlation", sa.Uuid, nullable=False),
        sa.Column("created_at", _instant, nullable=False),
        sa.Column("expires_at", _instant, nullable=False),
        sa.Column("tried_at", _instant),
        sa.Column("not_before", _instant),
        sa.Column("sent_at", _instant, index=True),
        sa.Column("message", sa.Text, index=True),
        sa.Column("given_up", sa.Text),
    )
    op.create_index(
        "posts_waiting",
        "posts",
        ["lane", "number"],
        postgresql_where=sa.text("sent_at IS NULL AND given_up IS NULL"),
    )


def _choosing() -> None:
    op.create_table(
        "choices",
        sa.Column("post", sa.Text, primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True),
        sa.Column("emoji", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("intent", sa.Text, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("room", sa.Text, nullable=False),
        sa.Column("thread", sa.Text, nullable=False),
        sa.Column("expires_at", _instant, nullable=False, index=True),
    )


def _cards() -> None:
    op.create_table(
        "cards",
        sa.Column("meeting", sa.Uuid, primary_key=True),
        sa.Column("community", sa.Uuid, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("correlation", sa.Uuid, nullable=False),
        sa.Column("wanted", sa.Integer, nullable=False),
        sa.Column("drawn", sa.Integer, nullable=False),
        sa.Column("drawn_at", _instant),
    )
    op.create_table(
        "card_places",
        sa.Column("meeting", sa.Uuid, primary_key=True),
        sa.Column("room", sa.Text, primary_key=True),
        sa.Column("message", sa.Text, index=True),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("meeting", sa.Uuid, nullable=False),
        sa.Column("wire", sa.Text, nullable=False),
        sa.Column("event", JSONB, nullable=False),
        sa.Column("correlation", sa.Uuid, nullable=False),
        sa.Column("expires_at", _instant, nullable=False, index=True),
        sa.Column("not_before", _instant),
    )
