"""The tables of scheduling; the migrations create them."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

metadata = sa.MetaData()
_instant = sa.DateTime(timezone=True)

meetings = sa.Table(
    "meetings",
    metadata,
    sa.Column("id", sa.Uuid),
    sa.Column("community", sa.Uuid),
    sa.Column("code", sa.Text),
    sa.Column("author", sa.Uuid),
    sa.Column("title", sa.Text),
    sa.Column("starts", sa.DateTime),
    sa.Column("zone", sa.Text),
    sa.Column("minutes", sa.Integer),
    sa.Column("status", sa.Text),
    sa.Column("sequence", sa.Integer),
    sa.Column("version", sa.Integer),
    sa.Column("moved_from", sa.DateTime),
    sa.Column("reason", sa.Text),
    sa.Column("where", sa.Text),
    sa.Column("chair", sa.Uuid),
    sa.Column("capacity", sa.Integer),
    sa.Column("answers_close", sa.Integer),
    sa.Column("series", sa.Uuid),
    sa.Column("repeats", sa.Text),
    sa.Column("date_of", sa.DateTime),
    sa.Column("by_hand", sa.Boolean),
    sa.Column("put_in_by", sa.Uuid),
    sa.Column("announced", sa.Boolean),
    sa.Column("started_at", _instant),
    sa.Column("ended_at", _instant),
    sa.Column("heard_at", _instant),
    sa.Column("door", sa.Text),
    sa.Column("walk_ins", sa.Integer),
    sa.Column("starts_at", _instant),
    sa.Column("over_at", _instant),
)
rsvps = sa.Table(
    "rsvps",
    metadata,
    sa.Column("meeting", sa.Uuid),
    sa.Column("member", sa.Uuid),
    sa.Column("answer", sa.Text),
    sa.Column("guests", sa.Integer),
    sa.Column("since", _instant),
    sa.Column("said_at", _instant),
)
check_ins = sa.Table(
    "check_ins",
    metadata,
    sa.Column("meeting", sa.Uuid),
    sa.Column("member", sa.Uuid),
    sa.Column("how", sa.Text),
    sa.Column("at", _instant),
)
day_roles = sa.Table(
    "day_roles",
    metadata,
    sa.Column("meeting", sa.Uuid),
    sa.Column("place", sa.Integer),
    sa.Column("name", sa.Text),
    sa.Column("member", sa.Uuid),
)
muted = sa.Table("muted", metadata, sa.Column("member", sa.Uuid))
quiet = sa.Table(
    "quiet",
    metadata,
    sa.Column("member", sa.Uuid),
    sa.Column("begins", sa.Text),
    sa.Column("ends", sa.Text),
    sa.Column("zone", sa.Text),
)
communities = sa.Table(
    "communities",
    metadata,
    sa.Column("id", sa.Uuid),
    sa.Column("zone", sa.Text),
    sa.Column("leads", JSONB),
    sa.Column("quorum", sa.Integer),
    sa.Column("required", JSONB),
    sa.Column("digest_weekday", sa.Integer),
    sa.Column("digest_hour", sa.Integer),
)
categories = sa.Table(
    "categories",
    metadata,
    sa.Column("member", sa.Uuid),
    sa.Column("category", sa.Text),
    sa.Column("version", sa.Integer),
)
no_digest = sa.Table("no_digest", metadata, sa.Column("member", sa.Uuid))
series = sa.Table(
    "series",
    metadata,
    sa.Column("id", sa.Uuid),
    sa.Column("community", sa.Uuid),
    sa.Column("author", sa.Uuid),
    sa.Column("title", sa.Text),
    sa.Column("minutes", sa.Integer),
    sa.Column("where", sa.Text),
    sa.Column("capacity", sa.Integer),
    sa.Column("answers_close", sa.Integer),
    sa.Column("roles", JSONB),
    sa.Column("pattern", JSONB),
    sa.Column("words", sa.Text),
    sa.Column("version", sa.Integer),
    sa.Column("sequence", sa.Integer),
    sa.Column("ended", sa.Boolean),
    sa.Column("not_held", JSONB),
    sa.Column("put_in_by", sa.Uuid),
)
terms = sa.Table(
    "terms",
    metadata,
    sa.Column("community", sa.Uuid),
    sa.Column("province", sa.Text),
    sa.Column("year", sa.Integer),
    sa.Column("number", sa.Integer),
    sa.Column("first", sa.Date),
    sa.Column("last", sa.Date),
    sa.Column("status", sa.Text),
    sa.Column("source", sa.Text),
)
agenda = sa.Table(
    "agenda",
    metadata,
    sa.Column("id", sa.Uuid),
    sa.Column("community", sa.Uuid),
    sa.Column("meeting", sa.Uuid),
    sa.Column("place", sa.Integer),
    sa.Column("title", sa.Text),
    sa.Column("author", sa.Uuid),
    sa.Column("result", sa.Text),
    sa.Column("owner", sa.Uuid),
    sa.Column("method", sa.Text),
    sa.Column("minutes", sa.Integer),
    sa.Column("pre_read", sa.Text),
    sa.Column("status", sa.Text),
    sa.Column("carried", sa.Boolean),
)
notes = sa.Table(
    "notes",
    metadata,
    sa.Column("meeting", sa.Uuid),
    sa.Column("community", sa.Uuid),
    sa.Column("number", sa.Integer),
    sa.Column("version", sa.Integer),
    sa.Column("kind", sa.Text),
    sa.Column("text", sa.Text),
    sa.Column("author", sa.Uuid),
    sa.Column("topic", sa.Text),
    sa.Column("at", _instant),
    sa.Column("rule", sa.Text),
    sa.Column("quorum", JSONB),
    sa.Column("action", sa.Text),
    sa.Column("origin", sa.Text),
    sa.Column("corrected", sa.Boolean),
    sa.Column("removed", sa.Boolean),
    sa.Column("late", sa.Boolean),
    sa.Column("put_in_by", sa.Uuid),
)
documents = sa.Table(
    "documents",
    metadata,
    sa.Column("meeting", sa.Uuid),
    sa.Column("kind", sa.Text),
    sa.Column("version", sa.Integer),
    sa.Column("author", sa.Uuid),
    sa.Column("text", sa.Text),
    sa.Column("short", sa.Text),
    sa.Column("edited", sa.Boolean),
    sa.Column("changed", sa.Boolean),
    sa.Column("opened", sa.Text),
)
votes = sa.Table(
    "votes",
    metadata,
    sa.Column("id", sa.Uuid),
    sa.Column("meeting", sa.Uuid),
    sa.Column("number", sa.Integer),
    sa.Column("version", sa.Integer),
    sa.Column("author", sa.Uuid),
    sa.Column("question", sa.Text),
    sa.Column("options", JSONB),
    sa.Column("closes_at", _instant),
    sa.Column("open", sa.Boolean),
    sa.Column("quorum", JSONB),
)
ballots = sa.Table(
    "ballots",
    metadata,
    sa.Column("vote", sa.Uuid),
    sa.Column("member", sa.Uuid),
    sa.Column("option", sa.Integer),
    sa.Column("said_at", _instant),
)
actions = sa.Table(
    "actions",
    metadata,
    sa.Column("id", sa.Uuid),
    sa.Column("community", sa.Uuid),
    sa.Column("code", sa.Text),
    sa.Column("version", sa.Integer),
    sa.Column("author", sa.Uuid),
    sa.Column("text", sa.Text),
    sa.Column("owner", sa.Uuid),
    sa.Column("due", sa.Date),
    sa.Column("status", sa.Text),
    sa.Column("promised", sa.Date),
    sa.Column("meeting", sa.Uuid),
    sa.Column("meeting_code", sa.Text),
    sa.Column("handed_on", sa.Integer),
    sa.Column("note", sa.Text),
    sa.Column("changed_at", _instant),
    sa.Column("put_in_by", sa.Uuid),
)
feedback = sa.Table(
    "feedback",
    metadata,
    sa.Column("meeting", sa.Uuid),
    sa.Column("member", sa.Uuid),
    sa.Column("useful", sa.Integer),
    sa.Column("could_speak", sa.Integer),
    sa.Column("will_use", sa.Text),
)

NAMES = (
    (meetings, "author"),
    (meetings, "chair"),
    (day_roles, "member"),
    (series, "author"),
    (agenda, "author"),
    (agenda, "owner"),
    (notes, "author"),
    (documents, "author"),
    (votes, "author"),
    (actions, "author"),
    (actions, "owner"),
    *((table, "put_in_by") for table in (meetings, series, notes, actions)),
)
"""Columns that may name a member any number of times."""

ONCE = ((rsvps, "meeting"), (check_ins, "meeting"), (ballots, "vote"), (feedback, "meeting"))
"""Tables that count a member once per thing, with the column for the thing."""

CHOSEN = (muted, quiet, categories, no_digest)
"""Tables that hold only what one member chose."""

WORDS = (
    (agenda, ("title", "pre_read")),
    (votes, ("question",)),
    (actions, ("text", "note")),
    (series, ("title", "where")),
)
"""Text that is erased with its author. Decisions stay, since they are the community's."""
