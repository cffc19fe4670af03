"""The tables behind `store`; the migrations make them."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

metadata = sa.MetaData()
_instant = sa.DateTime(timezone=True)

heard = sa.Table(
    "heard",
    metadata,
    sa.Column("id", sa.Text),
    sa.Column("said", JSONB(none_as_null=True)),
    sa.Column("correlation", sa.Uuid),
    sa.Column("number", sa.BigInteger, sa.Identity()),
    sa.Column("heard_at", _instant),
    sa.Column("done_at", _instant),
)
positions = sa.Table("positions", metadata, sa.Column("name", sa.Text), sa.Column("value", sa.Text))
questions = sa.Table(
    "questions",
    metadata,
    sa.Column("room", sa.Text),
    sa.Column("account", sa.Text),
    sa.Column("thread", sa.Text),
    sa.Column("ask", JSONB),
    sa.Column("expires_at", _instant),
    sa.Column("alone", sa.Boolean),
)
reactions = sa.Table(
    "reactions",
    metadata,
    sa.Column("id", sa.Text),
    sa.Column("meeting", sa.Uuid),
    sa.Column("emoji", sa.Text),
    sa.Column("reactor", sa.Text),
    sa.Column("seen_at", _instant),
)
posts = sa.Table(
    "posts",
    metadata,
    sa.Column("key", sa.Text),
    sa.Column("number", sa.BigInteger, sa.Identity()),
    sa.Column("kind", sa.Text),
    sa.Column("room", sa.Text),
    sa.Column("content", JSONB),
    sa.Column("thread", sa.Text),
    sa.Column("reply_to", sa.Text),
    sa.Column("target", sa.Text),
    sa.Column("code", sa.Text),
    sa.Column("whisper", sa.Text, key="ephemeral"),
    sa.Column("only_for", sa.Text),
    sa.Column("otherwise", JSONB(none_as_null=True)),
    sa.Column("lane", sa.Integer),
    sa.Column("follow_ups", JSONB),
    sa.Column("meeting", sa.Uuid),
    sa.Column("correlation", sa.Uuid),
    sa.Column("created_at", _instant),
    sa.Column("expires_at", _instant),
    sa.Column("tried_at", _instant),
    sa.Column("not_before", _instant),
    sa.Column("sent_at", _instant),
    sa.Column("message", sa.Text),
    sa.Column("given_up", sa.Text),
)
choices = sa.Table(
    "choices",
    metadata,
    sa.Column("post", sa.Text),
    sa.Column("place", sa.Integer),
    sa.Column("emoji", sa.Text),
    sa.Column("label", sa.Text),
    sa.Column("intent", sa.Text),
    sa.Column("account", sa.Text),
    sa.Column("room", sa.Text),
    sa.Column("thread", sa.Text),
    sa.Column("expires_at", _instant),
    sa.Column("closed_at", _instant),
    sa.Column("community", sa.Uuid),
)
cards = sa.Table(
    "cards",
    metadata,
    sa.Column("meeting", sa.Uuid),
    sa.Column("community", sa.Uuid),
    sa.Column("code", sa.Text),
    sa.Column("correlation", sa.Uuid),
    sa.Column("status", sa.Text),
    sa.Column("wanted", sa.Integer),
    sa.Column("drawn", sa.Integer),
    sa.Column("drawn_at", _instant),
)
card_places = sa.Table(
    "card_places",
    metadata,
    sa.Column("meeting", sa.Uuid),
    sa.Column("room", sa.Text),
    sa.Column("message", sa.Text),
)
notices = sa.Table(
    "notices",
    metadata,
    sa.Column("id", sa.Uuid),
    sa.Column("meeting", sa.Uuid),
    sa.Column("wire", sa.Text),
    sa.Column("event", JSONB),
    sa.Column("correlation", sa.Uuid),
    sa.Column("expires_at", _instant),
    sa.Column("not_before", _instant),
    sa.Column("community", sa.Uuid),
    sa.Column("kept_at", _instant),
)
errands = sa.Table(
    "errands",
    metadata,
    sa.Column("id", sa.Uuid),
    sa.Column("wire", sa.Text),
    sa.Column("event", JSONB),
    sa.Column("correlation", sa.Uuid),
    sa.Column("expires_at", _instant),
    sa.Column("not_before", _instant),
    sa.Column("community", sa.Uuid),
    sa.Column("kept_at", _instant),
)
communities = sa.Table(
    "communities",
    metadata,
    sa.Column("community", sa.Uuid),
    sa.Column("version", sa.Integer),
    sa.Column("here", sa.Boolean),
)
direct_rooms = sa.Table(
    "direct_rooms",
    metadata,
    sa.Column("account", sa.Text),
    sa.Column("room", sa.Text),
    sa.Column("community", sa.Uuid),
)
invitations = sa.Table(
    "invitations",
    metadata,
    sa.Column("number", sa.BigInteger, sa.Identity()),
    sa.Column("room", sa.Text),
    sa.Column("inviter", sa.Text),
    sa.Column("begun_at", _instant),
    sa.Column("dealt_with", sa.Boolean),
)
polls = sa.Table("polls", metadata, sa.Column("post", sa.Text), sa.Column("vote", sa.Uuid))
mirrors = sa.Table(
    "mirrors",
    metadata,
    sa.Column("meeting", sa.Uuid),
    sa.Column("house", sa.Text),
    sa.Column("event", sa.Text),
    sa.Column("drawn", sa.Integer),
)
