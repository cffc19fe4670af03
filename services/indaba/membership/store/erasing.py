"""Erasures in progress, and the list of the erased, which names nobody."""

import hashlib
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from indaba.contracts.ids import MemberId
from indaba.contracts.membership import Platform
from indaba.ledger import Work
from indaba.membership.store.people import accounts, table

_instant = sa.DateTime(timezone=True)
erasures = table(
    "erasures",
    id=sa.Uuid,
    member=sa.Uuid,
    begun_at=_instant,
    expected=sa.JSON,
    accounts=sa.JSON(none_as_null=True),
)
_answers = table("erasure_answers", erasure=sa.Uuid, service=sa.Text)
_erased = table("erased", digest=sa.Text, at=_instant)
_tries = sa.table("wrong_tries", sa.column("platform"), sa.column("account"))


def digest_of(member: UUID) -> str:
    """A member's entry in the list of the erased. Ids are random, so it cannot be guessed from."""
    return hashlib.sha256(f"erased/{member}".encode()).hexdigest()


class Erasing:
    """Erasures in one transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._sql = work.connection

    async def begin(self, erasure: UUID, names: list[MemberId], expected: list[str]) -> None:
        """Store whom to erase until every service has answered. `names` begins with today's id."""
        theirs = sa.select(accounts.c.platform, accounts.c.account).where(
            accounts.c.member == names[0]
        )
        known = [list(pair) for pair in await self._sql.execute(theirs)]
        for platform, account in known:
            tried = sa.and_(_tries.c.platform == platform, _tries.c.account == account)
            await self._sql.execute(sa.delete(_tries).where(tried))
        await self._sql.execute(
            erasures.insert().values(
                id=erasure,
                member=names[0],
                begun_at=self._work.now,
                expected=expected,
                accounts=known,
            )
        )
        listed = [{"digest": digest_of(name), "at": self._work.now} for name in names]
        await self._sql.execute(insert(_erased).on_conflict_do_nothing(), listed)

    async def answer(self, erasure: UUID, service: str) -> MemberId | None:
        """Store a service's answer. Returns the member's old id if it was the last one."""
        answer = insert(_answers).values(erasure=erasure, service=service)
        await self._sql.execute(answer.on_conflict_do_nothing())
        query = sa.select(erasures).where(erasures.c.id == erasure).with_for_update()
        row = (await self._sql.execute(query)).mappings().first()
        if row is None or row["member"] is None:
            return None
        answered = sa.select(_answers.c.service).where(_answers.c.erasure == erasure)
        if set(row["expected"]) - set((await self._sql.execute(answered)).scalars()):
            return None
        over = erasures.update().where(erasures.c.id == erasure)
        await self._sql.execute(over.values(member=None, accounts=None))
        return MemberId(row["member"])

    async def expected_of(self, erasure: UUID) -> list[str]:
        """The services that an erasure waits for."""
        query = sa.select(erasures.c.expected).where(erasures.c.id == erasure)
        services: list[str] = (await self._sql.execute(query)).scalar_one()
        return services

    async def accounts(self, erasure: UUID, platform: Platform) -> tuple[str, ...]:
        """The accounts that an erasure concerns; empty once it is finished."""
        query = sa.select(erasures.c.accounts).where(erasures.c.id == erasure)
        known = (await self._sql.execute(query)).scalar() or []
        return tuple(account for where, account in known if where == platform)


async def erased(sql: AsyncConnection, since: datetime | None = None) -> list[str]:
    """The list of the erased, or of those erased since then, ordered by digest."""
    query = sa.select(_erased.c.digest).order_by(_erased.c.digest)
    query = query if since is None else query.where(_erased.c.at >= since)
    return list((await sql.execute(query)).scalars())


async def still_here(sql: AsyncConnection, listed: frozenset[str]) -> list[MemberId]:
    """Members on a list of the erased who are still stored, as after restoring a backup."""
    known = (await sql.execute(sa.text("SELECT id FROM members"))).scalars()
    return [MemberId(member) for member in known if digest_of(member) in listed]
