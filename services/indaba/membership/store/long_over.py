"""What is stored about people who left long ago, and about cases closed long ago."""

from collections.abc import Collection, Sequence
from uuid import UUID

import sqlalchemy as sa

from indaba.contracts.ids import MemberId
from indaba.ledger import Work
from indaba.membership.store.cases import ballots, cases
from indaba.membership.store.consents import consents
from indaba.membership.store.people import members, memberships, receipts


class LongOver:
    """Within one transaction."""

    def __init__(self, work: Work) -> None:
        self._sql = work.connection

    async def drop_receipts(self, over: Sequence[UUID]) -> list[MemberId]:
        """Receipts go; gives the members who have none left, and belong nowhere."""
        these = receipts.delete().where(receipts.c.id.in_(over)).returning(receipts.c.member)
        concerned = set((await self._sql.execute(these)).scalars())
        await self._drop_answers(concerned)
        known = members.c.id.in_(concerned)
        proved = sa.exists().where(receipts.c.member == members.c.id)
        belongs = sa.exists().where(memberships.c.member == members.c.id)
        query = sa.select(members.c.id).where(known, ~proved, ~belongs).order_by(members.c.id)
        return [MemberId(member) for member in (await self._sql.execute(query)).scalars()]

    async def _drop_answers(self, concerned: Collection[UUID]) -> None:
        proved = sa.exists().where(receipts.c.member == consents.c.member)
        belongs = sa.exists().where(memberships.c.member == consents.c.member)
        these = consents.c.member.in_(concerned), ~proved, ~belongs
        await self._sql.execute(consents.delete().where(*these))

    async def unlink_cases(self, over: Sequence[UUID]) -> None:
        """Nobody knows any more about whom a case was, why, or who voted how; a block stays."""
        nobody = {"about": None, "by": None, "reason": "", "appeal": ""}
        await self._sql.execute(cases.update().where(cases.c.id.in_(over)).values(nobody))
        await self._sql.execute(ballots.delete().where(ballots.c.case.in_(over)))
