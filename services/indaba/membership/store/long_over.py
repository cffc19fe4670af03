"""SQL about people who left long ago, and cases closed long ago."""

from collections.abc import Collection, Sequence
from uuid import UUID

import sqlalchemy as sa

from indaba.contracts.ids import MemberId
from indaba.ledger import Work
from indaba.membership.store.cases import ballots, cases
from indaba.membership.store.consents import consents
from indaba.membership.store.people import members, memberships, receipts


class LongOver:
    """What is past its time, in one transaction."""

    def __init__(self, work: Work) -> None:
        self._sql = work.connection

    async def drop_receipts(self, over: Sequence[UUID]) -> list[MemberId]:
        """Delete receipts. Returns the members who have none left and belong nowhere."""
        these = receipts.delete().where(receipts.c.id.in_(over)).returning(receipts.c.member)
        concerned = set((await self._sql.execute(these)).scalars())
        gone = concerned - await self._staying(concerned)
        await self._sql.execute(consents.delete().where(consents.c.member.in_(gone)))
        query = sa.select(members.c.id).where(members.c.id.in_(gone)).order_by(members.c.id)
        return [MemberId(member) for member in (await self._sql.execute(query)).scalars()]

    async def _staying(self, concerned: Collection[UUID]) -> set[UUID]:
        """Which of them still have a receipt or belong somewhere, by two indexed queries."""
        staying: set[UUID] = set()
        for member in (receipts.c.member, memberships.c.member):
            query = sa.select(member).where(member.in_(concerned)).distinct()
            staying |= set((await self._sql.execute(query)).scalars())
        return staying

    async def unlink_cases(self, over: Sequence[UUID]) -> None:
        """Remove from cases the member they are about, why, and who voted how; a block stays."""
        nobody = {"about": None, "by": None, "reason": "", "appeal": ""}
        await self._sql.execute(cases.update().where(cases.c.id.in_(over)).values(nobody))
        await self._sql.execute(ballots.delete().where(ballots.c.case.in_(over)))
