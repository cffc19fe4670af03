"""What a process keeps of one person, entry by entry: a query for each row of what is kept.

Faces list by it what they keep, where they are asked: they answer no requests.
Decision: docs/decisions/0035-kept-as-long-as-said.md.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONPATH

from indaba.contracts.ids import MemberId
from indaba.contracts.keeping import LETTERS, ONE_PERSON, REPLIES, TIMERS
from indaba.contracts.retention import Kept
from indaba.ledger import merging, tables
from indaba.ledger.session import Transaction

MOST_LISTED = 200
"""Entries of one kind; of more it is said how many."""

_merged, _links, _letters = tables.merged, tables.links, tables.dead_letters


@dataclass(frozen=True, slots=True)
class Whom:
    """A person as a process may know them: the ids they have and had, and their accounts there."""

    members: tuple[MemberId, ...]
    accounts: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that names them in what is stored as JSON."""
        return (*map(str, self.members), *self.accounts)

    @classmethod
    async def of(
        cls, work: Transaction, member: MemberId | None, accounts: Sequence[str] = ()
    ) -> "Whom":
        """A member with the ids they had before; `None` for somebody who is no member anywhere."""
        if member is None:
            return cls((), tuple(accounts))
        now = await merging.now_called(work, member)
        return cls((now, *await merging.once_called(work, now)), tuple(accounts))


@dataclass(frozen=True, slots=True)
class Listing:
    """How the entries of a row are looked up.

    `query` selects `begun` and `ends`, when an entry began and when it ends by itself, and the
    facts that `words`, a sentence, leaves open.
    """

    row: Kept
    words: str
    query: Callable[[Whom], sa.Select[Any]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that is kept; `facts` are as they are stored. Aware UTC, `None` where unknown."""

    facts: Mapping[str, str]
    begun: datetime | None
    ends: datetime | None


@dataclass(frozen=True, slots=True)
class Entries:
    """Newest first, of one kind; `more` are there beside them."""

    row: Kept
    words: str
    listed: tuple[Entry, ...]
    more: int


async def entries_of(
    listings: Sequence[Listing], whom: Whom, work: Transaction
) -> tuple[Entries, ...]:
    """All that is kept of somebody, by kind; kinds of which nothing is kept are left out."""
    everything = []
    for listing in listings:
        query = listing.query(whom).add_columns(sa.func.count().over().label("total"))
        newest = query.order_by(sa.literal_column("begun").desc().nulls_last()).limit(MOST_LISTED)
        rows = (await work.connection.execute(newest)).mappings().all()
        if rows:
            more = rows[0]["total"] - len(rows)
            entries = tuple(_entry(row) for row in rows)
            everything.append(Entries(listing.row, listing.words, entries, more))
    return tuple(everything)


async def of_the_ledger(member: MemberId, work: Transaction) -> list[dict[str, Any]]:
    """What a service keeps of the asker as every process does, JSON-ready."""
    everything = await entries_of(OF_THE_LEDGER, await Whom.of(work, member), work)
    return [
        {
            "what": each.row.what,
            "which": each.words.format_map(entry.facts),
            "since": entry.begun.isoformat() if entry.begun else "",
            "until": entry.ends.isoformat() if entry.ends else "",
        }
        for each in everything
        for entry in each.listed
    ]


def names_any(document: sa.ColumnElement[Any], names: Sequence[str]) -> sa.ColumnElement[bool]:
    """Whether one of these is a value at any depth of a JSON column, by its index."""
    paths = (f"$.** ? (@ == {_quoted(name)})" for name in names)
    return sa.or_(sa.false(), *(document.op("@?")(sa.cast(path, JSONPATH)) for path in paths))


def unknown() -> sa.ColumnElement[Any]:
    """A moment that is not stored."""
    return sa.cast(sa.null(), sa.DateTime(timezone=True))


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _entry(row: Mapping[Any, Any]) -> Entry:
    facts = {n: str(v) for n, v in row.items() if n not in ("begun", "ends", "total")}
    return Entry(facts, row["begun"], row["ends"])


def _dead_letters(whom: Whom) -> sa.Select[Any]:
    theirs = sa.or_(_letters.c.member.in_(whom.members), names_any(_letters.c.letter, whom.names))
    ends = _letters.c.died_at + LETTERS.long
    return sa.select(_letters.c.died_at.label("begun"), ends.label("ends")).where(theirs)


def _links_of(whom: Whom) -> sa.Select[Any]:
    either = sa.or_(_links.c.gone.in_(whom.members), _links.c.member.in_(whom.members))
    return sa.select(_links.c.since.label("begun"), _links.c.until.label("ends")).where(either)


def _merged_ids(whom: Whom) -> sa.Select[Any]:
    either = sa.or_(_merged.c.gone.in_(whom.members), _merged.c.member.in_(whom.members))
    return sa.select(unknown().label("begun"), unknown().label("ends")).where(either)


def _changed(whom: Whom) -> sa.Select[Any]:
    changes = tables.changes
    theirs = changes.c.gone.in_(whom.members)
    query = sa.select(unknown().label("begun"), unknown().label("ends"), changes.c.table)
    return query.where(theirs)


def _replies(whom: Whom) -> sa.Select[Any]:
    inbox = tables.inbox
    request = sa.func.split_part(sa.func.split_part(inbox.c.key, "/", 1), ".", 2)
    query = sa.select(
        inbox.c.done_at.label("begun"),
        (inbox.c.done_at + REPLIES.long).label("ends"),
        sa.func.replace(request, "-", " ").label("request"),
    )
    return query.where(inbox.c.reply.is_not(None), inbox.c.member.in_(whom.members))


def _timers(whom: Whom) -> sa.Select[Any]:
    timers = tables.timers
    kind = sa.func.replace(timers.c.kind, "-", " ").label("kind")
    query = sa.select(unknown().label("begun"), timers.c.due_at.label("ends"), kind)
    return query.where(names_any(timers.c.body, whom.names))


OF_THE_LEDGER = (
    Listing(REPLIES, "the answer to: {request}", _replies),
    Listing(TIMERS, "{kind}", _timers),
    Listing(LETTERS, "a message about you that failed", _dead_letters),
    Listing(ONE_PERSON, "when two of your accounts were linked or parted", _links_of),
    Listing(ONE_PERSON, "that an id which you had before is yours", _merged_ids),
    Listing(ONE_PERSON, "what linking changed in the table {table}", _changed),
)
"""What every process may keep of somebody, beside what is its own."""
