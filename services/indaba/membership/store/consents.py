"""SQL about what members agreed to, and about which wordings they were asked."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import CONSENT_VERSION
from indaba.contracts.purposes import Consent, ConsentAnswer, Purpose
from indaba.ledger import Work
from indaba.membership.store.people import members, memberships, receipts, table

consents = table(
    "consents",
    id=sa.Uuid,
    member=sa.Uuid,
    wording=sa.Text,
    purpose=sa.Text,
    agreed=sa.Boolean,
    at=sa.DateTime(timezone=True),
)


class Consents:
    """Answers, which never change; the newest counts. A row without an answer: they were asked."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._sql = work.connection

    async def of(self, member: MemberId) -> Consent:
        """All of a member's answers. A valid receipt counts as a yes to its whole wording."""
        return (await self.of_all([member])).get(member, Consent())

    async def of_all(self, wanted: Sequence[MemberId]) -> dict[MemberId, Consent]:
        """Likewise for several members, without those who never answered."""
        c, r = consents.c, receipts.c
        each = sa.select(c.member, c.wording, c.purpose, c.agreed, c.at)
        given = sa.select(
            r.member, r.wording, sa.null().label("purpose"), sa.true().label("agreed"), r.given_at
        )
        query = each.where(c.member.in_(wanted)).union_all(
            given.where(r.member.in_(wanted), r.withdrawn_at.is_(None))
        )
        answers: dict[MemberId, list[ConsentAnswer]] = {}
        asked: dict[MemberId, list[Any]] = {}
        for member, wording, purpose, agreed, at in await self._sql.execute(query):
            if agreed is None:
                asked.setdefault(MemberId(member), []).append((wording, at))
                continue
            about = Purpose(purpose) if purpose else None
            answer = ConsentAnswer(wording, agreed, at, about)
            answers.setdefault(MemberId(member), []).append(answer)
        concerned = answers.keys() | asked.keys()
        return {m: Consent(answers.get(m, ()), asked.get(m, ())) for m in concerned}

    async def keep(self, member: MemberId, purposes: Sequence[Purpose], *, agreed: bool) -> None:
        """Store a member's answer to purposes, as they are worded now.

        Only the last yes and the last no to a wording are stored for each purpose.
        """
        c, names = consents.c, [purpose.value for purpose in purposes]
        former = (c.member == member, c.wording == CONSENT_VERSION, c.agreed.is_(agreed))
        await self._sql.execute(consents.delete().where(*former, c.purpose.in_(names)))
        rows = [self._row(member) | {"purpose": name, "agreed": agreed} for name in names]
        await self._sql.execute(consents.insert(), rows)

    async def keep_asked(self, member: MemberId) -> None:
        """Store that a member is asked about the wording in force."""
        asked = self._row(member) | {"purpose": None, "agreed": None}
        await self._sql.execute(consents.insert().values(asked))

    def _row(self, member: MemberId) -> dict[str, Any]:
        now, name = self._work.now, self._work.world.new_id()
        return {"id": name, "member": member, "wording": CONSENT_VERSION, "at": now}

    async def page(self, after: MemberId, limit: int) -> list[MemberId]:
        """A page of members, in order of id."""
        query = sa.select(members.c.id).where(members.c.id > after)
        rows = await self._sql.execute(query.order_by(members.c.id).limit(limit))
        return [MemberId(member) for member in rows.scalars()]

    async def homes_of(self, wanted: Sequence[MemberId]) -> dict[MemberId, CommunityId]:
        """One community for each member who belongs to any."""
        query = sa.select(memberships.c.member, memberships.c.community)
        rows = await self._sql.execute(query.where(memberships.c.member.in_(wanted)))
        return {MemberId(member): CommunityId(community) for member, community in rows}

    async def about_how_many(self) -> int:
        """The number of members as estimated by PostgreSQL, without counting them."""
        query = sa.text("SELECT reltuples::bigint FROM pg_class WHERE oid = 'members'::regclass")
        return max(0, int((await self._sql.execute(query)).scalar_one()))

    async def facts_of(self, member: MemberId) -> list[dict[str, Any]]:
        """A member's answers, oldest first, JSON-ready."""
        query = sa.select(consents).where(consents.c.member == member).order_by(consents.c.at)
        return [
            {
                "wording": row["wording"],
                "purpose": row["purpose"] or "asked about it",
                "agreed": row["agreed"],
                "at": row["at"].isoformat(),
            }
            for row in (await self._sql.execute(query)).mappings()
        ]

    async def give_all(self, gone: MemberId, member: MemberId) -> None:
        """Give one member's answers to another."""
        theirs = consents.update().where(consents.c.member == gone)
        await self._sql.execute(theirs.values(member=member))
