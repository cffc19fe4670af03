"""Where others named somebody's accounts in what a service keeps: the place, not the words."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from indaba.contracts.ids import CommunityId, MemberId
from indaba.ledger.session import Transaction

MOST_PLACES = 100
"""Of each kind, newest first."""


@dataclass(frozen=True, slots=True)
class Written:
    """Texts of one table: `place` names a thing by its `code`, as people know it.

    `source` holds the columns. `is_out` says whether a thing was taken out: kept, and read by
    nobody; it has no default, so that none is told as if it could be looked up. `has_page`: the
    thing has a page of its own on the portal. `within` is for a table that does not name the
    community: its column, and the one that it points to.
    """

    place: str
    source: sa.FromClause
    code: sa.Column[Any]
    at: sa.Column[Any]
    community: sa.Column[Any]
    author: sa.Column[Any]
    texts: Sequence[sa.Column[Any]]
    is_out: sa.ColumnElement[bool]
    has_page: bool = True
    within: tuple[sa.Column[Any], sa.Column[Any]] | None = None


async def places(
    written: Sequence[Written],
    there: CommunityId,
    member: MemberId,
    names: Collection[str],
    work: Transaction,
) -> list[dict[str, str]]:
    """Where others in a community wrote one of these names, on which day, and its code.

    What was taken out is still kept: it is told as such, without a page.
    """
    listed: dict[tuple[str, str, str], None] = {}
    for each in written:
        texts = (sa.cast(text, sa.Text) for text in each.texts)
        named = sa.or_(*(text.icontains(n, autoescape=True) for text in texts for n in names))
        query = (
            sa.select(each.code, each.at, each.is_out)
            .select_from(each.source)
            .where(each.community == there, each.author != member, named, *_within(each, there))
            .order_by(each.at.desc().nulls_last())
            .limit(MOST_PLACES)
        )
        for code, at, is_out in await work.connection.execute(query):
            day = at.date().isoformat() if at else ""
            where = each.place.format(code or "").strip()
            page = code if each.has_page and not is_out else ""
            listed[f"{where} (taken out)" if is_out else where, day, page] = None
    return [{"where": where, "on": on, "code": code or ""} for where, on, code in listed]


def _within(written: Written, there: CommunityId) -> tuple[sa.ColumnElement[bool], ...]:
    """The ids first, so that a long table is read by its index."""
    if written.within is None:
        return ()
    own, other = written.within
    ids = sa.select(other).where(written.community == there).scalar_subquery()
    return (own == sa.any_(sa.func.array(ids, type_=ARRAY(sa.Uuid))),)
