"""Series, agendas, records, votes, actions, feedback, and what communities choose."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "scheduling_0004"
down_revision = "scheduling_0003"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add to what is there, and make the new tables."""
    _widen()
    _communities()
    _series()
    _agenda()
    _record()
    _votes()
    _actions()


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default="0")


def _flag(name: str, default: str = "false") -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.text(default))


def _widen() -> None:
    wider: tuple[sa.Column[Any], ...] = (
        _text("where"),
        sa.Column("chair", sa.Uuid),
        _number("capacity"),
        sa.Column("answers_close", sa.Integer),
        sa.Column("series", sa.Uuid, index=True),
        _text("repeats"),
        sa.Column("date_of", sa.DateTime),
        _flag("announced", "true"),
        sa.Column("started_at", INSTANT),
        sa.Column("ended_at", INSTANT),
        sa.Column("heard_at", INSTANT),
        _text("door"),
        _number("walk_ins"),
    )
    for column in wider:
        op.add_column("meetings", column)
    op.create_unique_constraint("meetings_date_of", "meetings", ["series", "date_of"])
    op.add_column("rsvps", _number("guests"))
    op.add_column("rsvps", sa.Column("since", INSTANT))
    op.add_column("check_ins", sa.Column("how", sa.Text, nullable=False, server_default="self"))
    op.add_column("check_ins", sa.Column("at", INSTANT))
    op.create_table(
        "day_roles",
        sa.Column("meeting", sa.Uuid, sa.ForeignKey("meetings.id"), primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True),
        _text("name"),
        sa.Column("member", sa.Uuid, index=True),
    )


def _communities() -> None:
    op.create_table(
        "communities",
        sa.Column("id", sa.Uuid, primary_key=True),
        _text("zone"),
        sa.Column("leads", JSONB, nullable=False),
        _number("quorum"),
        sa.Column("required", JSONB, nullable=False),
        _number("digest_weekday"),
        _number("digest_hour"),
    )
    op.create_table(
        "categories",
        sa.Column("member", sa.Uuid, primary_key=True),
        _text("category"),
        _number("version"),
    )
    op.create_table("no_digest", sa.Column("member", sa.Uuid, primary_key=True))
    op.create_table(
        "quiet",
        sa.Column("member", sa.Uuid, primary_key=True),
        _text("begins"),
        _text("ends"),
        _text("zone"),
    )


def _series() -> None:
    op.create_table(
        "series",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("community", sa.Uuid, nullable=False, index=True),
        sa.Column("author", sa.Uuid, nullable=False, index=True),
        _text("title"),
        _number("minutes"),
        _text("where"),
        _number("capacity"),
        sa.Column("pattern", JSONB, nullable=False),
        _text("words"),
        _number("version"),
        _number("sequence"),
        _flag("ended"),
        sa.Column("not_held", JSONB, nullable=False),
    )
    op.create_table(
        "terms",
        sa.Column("community", sa.Uuid, primary_key=True),
        sa.Column("province", sa.Text, primary_key=True),
        sa.Column("year", sa.Integer, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("status", sa.Text, primary_key=True),
        sa.Column("first", sa.Date, nullable=False),
        sa.Column("last", sa.Date, nullable=False),
        _text("source"),
    )


def _agenda() -> None:
    op.create_table(
        "agenda",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("community", sa.Uuid, nullable=False, index=True),
        sa.Column("meeting", sa.Uuid, sa.ForeignKey("meetings.id"), index=True),
        _number("place"),
        _text("title"),
        sa.Column("author", sa.Uuid, nullable=False, index=True),
        _text("result"),
        sa.Column("owner", sa.Uuid, index=True),
        _text("method"),
        _number("minutes"),
        _text("pre_read"),
        _text("status"),
        _flag("carried"),
    )


def _record() -> None:
    op.create_table(
        "notes",
        sa.Column("meeting", sa.Uuid, sa.ForeignKey("meetings.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("community", sa.Uuid, nullable=False),
        _number("version"),
        _text("kind"),
        _text("text"),
        sa.Column("author", sa.Uuid, nullable=False, index=True),
        _text("topic"),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("rule", sa.Text),
        sa.Column("quorum", JSONB),
        _text("action"),
        _text("origin"),
        _flag("corrected"),
        _flag("removed"),
        _flag("late"),
    )
    op.create_index(
        "notes_origin",
        "notes",
        ["community", "origin"],
        unique=True,
        postgresql_where="origin <> ''",
    )
    op.create_index("notes_at", "notes", ["community", "at"])
    op.create_table(
        "documents",
        sa.Column("meeting", sa.Uuid, sa.ForeignKey("meetings.id"), primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        _number("version"),
        sa.Column("author", sa.Uuid, nullable=False, index=True),
        _text("text"),
        _text("short"),
        _flag("edited"),
        _flag("changed"),
    )


def _votes() -> None:
    op.create_table(
        "votes",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("meeting", sa.Uuid, sa.ForeignKey("meetings.id"), nullable=False, index=True),
        _number("number"),
        _number("version"),
        sa.Column("author", sa.Uuid, nullable=False, index=True),
        _text("question"),
        sa.Column("options", JSONB, nullable=False),
        sa.Column("closes_at", INSTANT, nullable=False),
        _flag("open"),
        sa.Column("quorum", JSONB),
    )
    op.create_table(
        "ballots",
        sa.Column("vote", sa.Uuid, sa.ForeignKey("votes.id"), primary_key=True),
        sa.Column("member", sa.Uuid, primary_key=True, index=True),
        _number("option"),
        sa.Column("said_at", INSTANT, nullable=False),
    )


def _actions() -> None:
    op.create_table(
        "actions",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("community", sa.Uuid, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        _number("version"),
        sa.Column("author", sa.Uuid, nullable=False, index=True),
        _text("text"),
        sa.Column("owner", sa.Uuid, index=True),
        sa.Column("due", sa.Date),
        _text("status"),
        sa.Column("promised", sa.Date, nullable=False),
        sa.Column("meeting", sa.Uuid, index=True),
        _text("meeting_code"),
        _number("handed_on"),
        _text("note"),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.UniqueConstraint("community", "code"),
    )
    op.create_table(
        "feedback",
        sa.Column("meeting", sa.Uuid, sa.ForeignKey("meetings.id"), primary_key=True),
        sa.Column("member", sa.Uuid, primary_key=True, index=True),
        sa.Column("useful", sa.Integer),
        sa.Column("could_speak", sa.Integer),
        sa.Column("will_use", sa.Text),
    )
