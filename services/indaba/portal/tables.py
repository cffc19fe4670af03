"""The portal's tables, and how events are stored in them."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from indaba.contracts.ids import CommunityId, MeetingId, SeriesId
from indaba.contracts.membership import Platform
from indaba.contracts.publishing import Publication
from indaba.contracts.scheduling import Counts, MeetingFacts, MeetingStatus
from indaba.contracts.series import SeriesFacts
from indaba.ledger.newest import Kept
from indaba.portal.model import Community, Meeting, Series

_meta = sa.MetaData()
_instant = sa.DateTime(timezone=True)

communities = sa.Table(
    "communities",
    _meta,
    sa.Column("id", sa.Uuid),
    *(sa.Column(name, sa.Text) for name in ("key", "name", "purpose", "language", "zone")),
    sa.Column("version", sa.Integer),
)
platforms = sa.Table(
    "community_platforms",
    _meta,
    sa.Column("community", sa.Uuid),
    sa.Column("platforms", ARRAY(sa.Text)),
    sa.Column("version", sa.Integer),
)
addresses = sa.Table(
    "addresses",
    _meta,
    sa.Column("community", sa.Uuid),
    sa.Column("key", sa.Text),
    sa.Column("version", sa.Integer),
)
publications = sa.Table(
    "publications",
    _meta,
    sa.Column("community", sa.Uuid),
    *(sa.Column(name, sa.Text) for name in ("page", "calendar", "earlier")),
    sa.Column("until", _instant),
    sa.Column("version", sa.Integer),
)
meetings = sa.Table(
    "meetings",
    _meta,
    sa.Column("id", sa.Uuid),
    sa.Column("community", sa.Uuid),
    *(sa.Column(name, sa.Text) for name in ("code", "title", "zone", "status", "reason")),
    *(sa.Column(name, sa.Text) for name in ("where", "repeats")),
    *(sa.Column(name, sa.DateTime) for name in ("starts", "moved_from", "date_of")),
    sa.Column("starts_at", _instant),
    *(sa.Column(name, sa.Integer) for name in ("minutes", "sequence", "capacity", "version")),
    *(sa.Column(name, sa.Integer) for name in ("yes", "maybe", "no", "checked_in")),
    *(sa.Column(name, sa.Integer) for name in ("guests", "waiting")),
    sa.Column("series", sa.Uuid),
    sa.Column("told_at", _instant, info=Kept.EARLIEST.marked),
    sa.Column("changed_at", _instant, info=Kept.LATEST.marked),
)
series = sa.Table(
    "series",
    _meta,
    sa.Column("id", sa.Uuid),
    sa.Column("community", sa.Uuid),
    *(sa.Column(name, sa.Text) for name in ("title", "where", "zone", "rule", "words")),
    *(sa.Column(name, sa.Integer) for name in ("version", "minutes", "sequence")),
    sa.Column("first", sa.DateTime),
    *(sa.Column(name, ARRAY(sa.DateTime)) for name in ("skipped", "added", "not_held")),
    sa.Column("ended", sa.Boolean),
    sa.Column("told_at", _instant, info=Kept.FIRST.marked),
)
documents = sa.Table(
    "documents",
    _meta,
    sa.Column("meeting", sa.Uuid),
    *(sa.Column(name, sa.Text) for name in ("kind", "title", "text", "short", "opened")),
    sa.Column("version", sa.Integer),
    sa.Column("told_at", _instant, info=Kept.FIRST.marked),
)
answers = sa.Table(
    "answers",
    _meta,
    *(sa.Column(name, sa.Uuid) for name in ("meeting", "member")),
    sa.Column("answer", sa.Text),
    sa.Column("version", sa.Integer),
    sa.Column("told_at", _instant),
)
calendar_keys = sa.Table(
    "calendar_keys",
    _meta,
    sa.Column("digest", sa.Text),
    *(sa.Column(name, sa.Uuid) for name in ("member", "community")),
    sa.Column("made_at", _instant),
)
sessions = sa.Table(
    "sessions",
    _meta,
    sa.Column("digest", sa.Text),
    *(sa.Column(name, sa.Uuid) for name in ("community", "member")),
    sa.Column("expires_at", _instant),
    sa.Column("browser", sa.Text),
)
ALL = (
    communities,
    addresses,
    publications,
    meetings,
    series,
    documents,
    answers,
    calendar_keys,
    sessions,
)


_FACTS = tuple(name for name in MeetingFacts.model_fields if name in meetings.c)
_COUNTS = tuple(name for name in Counts.model_fields if name in meetings.c)


def row_of(meeting: MeetingFacts) -> dict[str, Any]:
    """A meeting's row, with what the portal stores of it. Names nobody."""
    facts = {name: getattr(meeting, name) for name in _FACTS}
    return facts | {name: getattr(meeting.counts, name) for name in _COUNTS}


def series_row_of(facts: SeriesFacts) -> dict[str, Any]:
    """A series' row, with what the portal stores of it. Names nobody."""
    pattern = facts.pattern
    same = facts.model_dump(include={column.name for column in series.c} - {"not_held"})
    dates = {"skipped": pattern.skipped, "added": pattern.added, "not_held": facts.not_held}
    return {
        **same,
        "first": pattern.first,
        "zone": pattern.zone,
        "rule": pattern.rule,
        **{name: sorted(days) for name, days in dates.items()},
    }


KEY: sa.ColumnElement[str] = sa.func.coalesce(addresses.c.key, communities.c.key)


def known_communities() -> sa.Select[Any]:
    """All communities with their platforms and publication, `NULL` where unknown.

    `key` is the newest.
    """
    joined: sa.FromClause = communities
    for beside in (addresses, platforms, publications):
        joined = joined.outerjoin(beside, beside.c.community == communities.c.id)
    same = (communities.c[name] for name in ("id", "name", "purpose", "language", "zone"))
    parts = (publications.c[name] for name in _PUBLISHED)
    return sa.select(*same, KEY.label("key"), platforms.c.platforms, *parts).select_from(joined)


def opened_by(key: str) -> sa.Select[Any]:
    """The community that a key opens, if any. A renewed key opens nothing."""
    first = sa.select(communities.c.id).where(communities.c.key == key)
    renewed = sa.select(addresses.c.community).where(addresses.c.key == key)
    either = communities.c.id.in_(sa.union(first, renewed))
    return known_communities().where(either, KEY.in_([key]))


_PUBLISHED = ("page", "calendar", "earlier", "until")


def community_of(row: sa.RowMapping) -> Community:
    """A row as a community."""
    parts = {name: row[name] for name in _PUBLISHED if row[name] is not None}
    return Community(
        id=CommunityId(row["id"]),
        **{name: row[name] for name in ("key", "name", "purpose", "language", "zone")},
        platforms=frozenset(Platform(name) for name in row["platforms"] or Platform),
        publication=Publication.model_validate(parts),
    )


def meeting_of(row: sa.RowMapping) -> Meeting:
    """A row as a meeting."""
    same = ("code", "title", "starts", "zone", "minutes", "sequence", "moved_from", "reason")
    more = ("where", "repeats", "capacity", "series", "date_of")
    counted = ("yes", "maybe", "no", "checked_in", "guests", "waiting")
    return Meeting(
        id=MeetingId(row["id"]),
        status=MeetingStatus(row["status"]),
        counts=Counts(**{name: row[name] for name in counted}),
        stamp=row["changed_at"] or row["told_at"],
        **{name: row[name] for name in (*same, *more)},
    )


def series_of(row: sa.RowMapping) -> Series:
    """A row as a series."""
    same = ("title", "where", "zone", "rule", "words", "minutes", "first", "sequence", "ended")
    dates: dict[str, Any] = {name: tuple(row[name]) for name in ("skipped", "added", "not_held")}
    facts = {name: row[name] for name in same}
    return Series(id=SeriesId(row["id"]), stamp=row["told_at"], **facts, **dates)
