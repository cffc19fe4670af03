"""Finding by words: full text in two ways of reading, and misspelled words taken for known ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from indaba.contracts.ids import CommunityId
from indaba.contracts.library import FindResources, ResourceStatus
from indaba.ledger.session import Transaction
from indaba.library.model import Resource, nearest, words
from indaba.library.store.tables import ENGLISH, SIMPLE, resource_of, resources

WEIGHTS = (0.1, 0.2, 0.4, 1.0)
"""Of D, C, B and A: the rest, nothing, what is said of it, its title."""


@dataclass(frozen=True, slots=True)
class Found:
    """Resources, how many there are in all, and which words were taken for which."""

    resources: tuple[Resource, ...]
    total: int
    read_as: tuple[tuple[str, str], ...] = ()


class Finding:
    """Looks through what a community has published; without `messages`, past those."""

    def __init__(self, work: Transaction, community: CommunityId, *, messages: bool) -> None:
        self._sql = work.connection
        self._published = (
            resources.c.community == community,
            resources.c.status == ResourceStatus.PUBLISHED,
            *(() if messages else (resources.c.quote.is_(None),)),
        )

    async def find(self, wanted: FindResources) -> Found:
        """Any of the words, best first; without words the newest first."""
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
            where.append(resources.c.found_by.op("@@")(query))
            weights = sa.cast(list(WEIGHTS), ARRAY(sa.REAL))
            order.insert(0, sa.func.ts_rank(weights, resources.c.found_by, query).desc())
        total = (await self._sql.execute(sa.select(sa.func.count()).where(*where))).scalar_one()
        page = sa.select(resources).where(*where).order_by(*order)
        page = page.limit(wanted.limit).offset(wanted.offset)
        rows = (await self._sql.execute(page)).mappings()
        return Found(tuple(resource_of(row) for row in rows), total, read_as)

    async def _misspelled(self, asked: Sequence[str]) -> tuple[tuple[str, str], ...]:
        """Each word that nobody here ever used, with the known word nearest to it."""
        unknown = [word for word in asked if not await self._is_known(word)]
        if not unknown:
            return ()
        query = sa.select(sa.func.unnest(resources.c.words)).where(*self._published).distinct()
        known = list((await self._sql.execute(query)).scalars())
        pairs = ((word, nearest(word, known)) for word in unknown)
        return tuple((word, near) for word, near in pairs if near)

    async def _is_known(self, word: str) -> bool:
        used = resources.c.found_by.op("@@")(_reading(word))
        query = sa.select(sa.literal(1)).where(*self._published, used).limit(1)
        return (await self._sql.execute(query)).first() is not None

    async def _query(self, meant: Sequence[str]) -> sa.ColumnElement[Any]:
        """Any of the words; such as "the" and "of" count only if there are no others."""
        telling = [word for word in meant if await self._tells(word)]
        query = _reading((telling or meant)[0])
        for word in (telling or meant)[1:]:
            query = query.op("||")(_reading(word))
        return query

    async def _tells(self, word: str) -> bool:
        nodes = sa.func.numnode(sa.func.plainto_tsquery(ENGLISH, word))
        return bool((await self._sql.execute(sa.select(nodes))).scalar_one())


def _reading(word: str) -> sa.ColumnElement[Any]:
    """One word as English and as it stands."""
    english = sa.func.plainto_tsquery(ENGLISH, word)
    return english.op("||")(sa.func.plainto_tsquery(SIMPLE, word))
