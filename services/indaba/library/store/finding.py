"""Full-text search, in English and in plain words, with misspellings corrected."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from indaba.contracts.ids import CommunityId
from indaba.contracts.library import FindResources, ResourceStatus
from indaba.contracts.openness import Openness
from indaba.ledger.session import Transaction
from indaba.library.model import Resource, nearest, words
from indaba.library.store.tables import ENGLISH, SIMPLE, joined, resource_of, resources

WEIGHTS = (0.1, 0.2, 0.4, 1.0)
"""Weights of D, C, B and A: other texts, unused, details, title."""

TITLE, DETAILS = "'A'::\"char\"", "'B'::\"char\""
MOST_LETTERS_APART = 2
ALL = frozenset(Openness)
OPEN_DETAILS = ("summary", "link", "document", "sectors", "skills", "related")


@dataclass(frozen=True, slots=True)
class Found:
    """A page of results, the number of all results, and words as typed with their corrections."""

    resources: tuple[Resource, ...]
    total: int
    read_as: tuple[tuple[str, str], ...] = ()


class Finding:
    """A search of a community's library, limited to what is `opened` in these ways.

    Others than members find no messages, and find nothing by fields that are for members.
    """

    def __init__(
        self,
        work: Transaction,
        community: CommunityId,
        opened: frozenset[Openness],
        *,
        by_members: bool,
    ) -> None:
        self._sql = work.connection
        self._found_by: sa.ColumnElement[Any] = resources.c.found_by
        self._words: sa.ColumnElement[Any] = resources.c.words
        if not by_members:
            self._found_by = _open_words(ENGLISH, SIMPLE)
            self._words = sa.func.tsvector_to_array(_open_words(SIMPLE))
        self._published = (
            resources.c.community == community,
            resources.c.status == ResourceStatus.PUBLISHED,
            *(() if opened == ALL else (resources.c.opened.in_(sorted(opened)),)),
            *(() if by_members else (resources.c.quote.is_(None),)),
        )

    async def find(self, wanted: FindResources) -> Found:
        """Resources with any of the words, best first; without words, newest first."""
        asked = tuple(dict.fromkeys(words(wanted.words)))
        if wanted.words.strip() and not asked:
            return Found((), 0)
        read_as = await self._misspelled(asked)
        meant = [dict(read_as).get(word, word) for word in asked]
        where, order = list(self._published), [resources.c.saved_at.desc(), resources.c.id]
        if wanted.kind is not None:
            where.append(resources.c.kind == wanted.kind)
        if meant:
            query = await self._query(meant)
            where += self._conditions(query)
            weights = sa.cast(list(WEIGHTS), ARRAY(sa.REAL))
            order.insert(0, sa.func.ts_rank(weights, self._found_by, query).desc())
        total = (await self._sql.execute(sa.select(sa.func.count()).where(*where))).scalar_one()
        page = sa.select(resources).where(*where).order_by(*order)
        page = page.limit(wanted.limit).offset(wanted.offset)
        rows = (await self._sql.execute(page)).mappings()
        return Found(tuple(resource_of(row) for row in rows), total, read_as)

    async def _misspelled(self, asked: Sequence[str]) -> tuple[tuple[str, str], ...]:
        """Words that occur nowhere in this library, each with the known word nearest to it."""
        unknown = [word for word in asked if not await self._is_known(word)]
        if not unknown:
            return ()
        written = sa.func.unnest(self._words).table_valued("word").render_derived()
        alike = sa.or_(*(_may_be_meant(written.c.word, word) for word in unknown))
        query = sa.select(written.c.word).select_from(resources.join(written, sa.true()))
        query = query.where(*self._published, alike).distinct()
        known = list((await self._sql.execute(query)).scalars())
        pairs = ((word, nearest(word, known)) for word in unknown)
        return tuple((word, near) for word, near in pairs if near)

    async def _is_known(self, word: str) -> bool:
        used = self._conditions(_query_for(word))
        query = sa.select(sa.literal(1)).where(*self._published, *used).limit(1)
        return (await self._sql.execute(query)).first() is not None

    def _conditions(self, query: sa.ColumnElement[Any]) -> list[sa.ColumnElement[bool]]:
        """Conditions for matching a query. The stored index comes first, as it is cheap."""
        ways: list[sa.ColumnElement[Any]] = [resources.c.found_by]
        if self._found_by is not resources.c.found_by:
            ways.append(self._found_by)
        return [way.op("@@")(query) for way in ways]

    async def _query(self, meant: Sequence[str]) -> sa.ColumnElement[Any]:
        """A query for any of the words. Stop words ("the") count only if there are no others."""
        telling = [word for word in meant if await self._is_significant(word)]
        query = _query_for((telling or meant)[0])
        for word in (telling or meant)[1:]:
            query = query.op("||")(_query_for(word))
        return query

    async def _is_significant(self, word: str) -> bool:
        nodes = sa.func.numnode(sa.func.plainto_tsquery(ENGLISH, word))
        return bool((await self._sql.execute(sa.select(nodes))).scalar_one())


def _may_be_meant(known: sa.ColumnElement[str], word: str) -> sa.ColumnElement[bool]:
    """Whether a known word is about as long, and begins or ends alike: no slip is at both ends.

    So only few of a large library's words are looked at more closely.
    """
    length = sa.func.length(known).between(
        len(word) - MOST_LETTERS_APART, len(word) + MOST_LETTERS_APART
    )
    begins = sa.func.left(known, 1) == word[:1]
    return sa.and_(length, sa.or_(begins, sa.func.right(known, 1) == word[-1:]))


def _query_for(word: str) -> sa.ColumnElement[Any]:
    """A word, as English and as it stands."""
    english = sa.func.plainto_tsquery(ENGLISH, word)
    return english.op("||")(sa.func.plainto_tsquery(SIMPLE, word))


def _open_words(*ways: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The texts of a resource that visitors can read, as search vectors; the title weighs most."""
    details = sa.func.concat_ws(
        " ", *(sa.cast(resources.c[name], sa.Text) for name in OPEN_DETAILS)
    )
    vectors = [
        sa.func.setweight(sa.func.to_tsvector(way, _bare(text)), sa.literal_column(weight))
        for text, weight in ((resources.c.title, TITLE), (details, DETAILS))
        for way in ways
    ]
    return joined(vectors)


def _bare(text: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    """A text without case, accents and punctuation, to match what `words` does."""
    apart = sa.func.normalize(sa.func.lower(text), sa.literal_column("NFKD"))
    plainly = sa.func.regexp_replace(apart, "[\u0300-\u036f]", "", "g")
    return sa.func.regexp_replace(plainly, "[[:punct:]]+", " ", "g")
