"""The ledger's tables, which are the same in every process's database."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

metadata = sa.MetaData(schema="ledger")

journal = sa.Table(
    "journal",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("wire", sa.Text, nullable=False, index=True),
    sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False, index=True),
    sa.Column("envelope", JSONB, nullable=False),
)

outbox = sa.Table("outbox", metadata, sa.Column("id", sa.Uuid, primary_key=True))

inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("reply", JSONB),
    sa.Column("member", sa.Uuid),
    sa.Index("ix_ledger_inbox_done", "done_at", "key"),
)

attempts = sa.Table(
    "attempts",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
)

timers = sa.Table(
    "timers",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, index=True),
    sa.Column("body", JSONB, nullable=False),
    sa.Column("correlation", sa.Uuid, nullable=False),
    sa.Column("lane", sa.Uuid),
)

dead_letters = sa.Table(
    "dead_letters",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("handler", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("died_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("letter", JSONB, nullable=False),
    sa.Column("member", sa.Uuid),
)

marks = sa.Table(
    "marks",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

merged = sa.Table(
    "merged",
    metadata,
    sa.Column("gone", sa.Uuid, primary_key=True),
    sa.Column("member", sa.Uuid, nullable=False, index=True),
)

releases = sa.Table(
    "releases",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("tally", JSONB, nullable=False),
    sa.Column("figures", JSONB, nullable=False),
)

group_sizes = sa.Table(
    "group_sizes",
    metadata,
    sa.Column("community", sa.Uuid, primary_key=True),
    sa.Column("size", sa.Integer, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("until", sa.DateTime(timezone=True)),
)

links = sa.Table(
    "links",
    metadata,
    sa.Column("gone", sa.Uuid, primary_key=True),
    sa.Column("member", sa.Uuid, nullable=False, index=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("place", sa.BigInteger, sa.Identity(), nullable=False),
    sa.Column("since", sa.DateTime(timezone=True), nullable=False),
    sa.Column("until", sa.DateTime(timezone=True)),
)

changes = sa.Table(
    "changes",
    metadata,
    sa.Column("number", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("gone", sa.Uuid, nullable=False, index=True),
    sa.Column("table", sa.Text, nullable=False),
    sa.Column("before", JSONB),
    sa.Column("after", JSONB),
)
