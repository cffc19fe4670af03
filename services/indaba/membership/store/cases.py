"""SQL about cases, ballots, and who may not join again."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import Platform, Way
from indaba.contracts.passport import Role
from indaba.contracts.removal import CaseAnswer, CaseKind, Departure
from indaba.ledger import Work
from indaba.membership.model.motions import MOTIONS, Bench, Case
from indaba.membership.store.people import accounts, memberships, table

_instant = sa.DateTime(timezone=True)
cases = table(
    "cases",
    id=sa.Uuid,
    community=sa.Uuid,
    kind=sa.Text,
    about=sa.Uuid,
    by=sa.Uuid,
    way=sa.Text,
    reason=sa.Text,
    appeal=sa.Text,
    blocks=sa.Boolean,
    how=sa.Text,
    banned_in=sa.Text,
    opened_at=_instant,
    until=_instant,
    closed_at=_instant,
    carried=sa.Boolean,
    version=sa.Integer,
)
ballots = table("ballots", case=sa.Uuid, member=sa.Uuid, answer=sa.Text)
_blocks = table("blocks", community=sa.Uuid, digest=sa.Text, case=sa.Uuid)
MOST_LISTED = 20


class Cases:
    """Cases within one transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._sql = work.connection

    async def open(self, case: Case) -> None:
        """Store a new case."""
        row = {name: getattr(case, name) for name in cases.c.keys()}  # noqa: SIM118 - columns
        await self._sql.execute(cases.insert().values(**row))

    async def change(self, case: UUID, **values: Any) -> None:
        """Set some columns to other values."""
        await self._sql.execute(cases.update().where(cases.c.id == case).values(**values))

    async def close(self, case: UUID, *, carried: bool) -> None:
        """Store the result of a case. Who voted how is deleted."""
        await self.change(case, closed_at=self._work.now, carried=carried)
        await self._sql.execute(ballots.delete().where(ballots.c.case == case))

    async def next_version(self, case: UUID) -> int:
        """Count one more message about a case; returns its version."""
        changed = (
            cases.update()
            .where(cases.c.id == case)
            .values(version=cases.c.version + 1)
            .returning(cases.c.version)
        )
        version: int = (await self._sql.execute(changed)).scalar_one()
        return version

    async def get(self, case: UUID) -> Case | None:
        """A case, open or closed."""
        listed = await self._listed(sa.select(cases).where(cases.c.id == case))
        return listed[0] if listed else None

    async def keeping_out(self, community: CommunityId, digest: str) -> Case | None:
        """The open case by which an account cannot join a community."""
        case = (await self.blocked([digest])).get(community)
        return await self.get(case) if case else None

    async def open_in(
        self, community: CommunityId, kinds: Iterable[CaseKind], about: MemberId | None = None
    ) -> Sequence[Case]:
        """Open cases of a community, oldest first."""
        query = sa.select(cases).where(
            cases.c.community == community, cases.c.kind.in_(kinds), cases.c.closed_at.is_(None)
        )
        query = query if about is None else query.where(cases.c.about == about)
        return await self._listed(query.order_by(cases.c.opened_at, cases.c.id))

    async def waiting_for(self, member: MemberId) -> Sequence[Case]:
        """Open cases in a member's communities, oldest first."""
        theirs = sa.select(memberships.c.community).where(memberships.c.member == member)
        query = sa.select(cases).where(cases.c.community.in_(theirs), cases.c.closed_at.is_(None))
        return await self._listed(query.order_by(cases.c.opened_at, cases.c.id))

    async def concerning(self, member: MemberId) -> Sequence[Case]:
        """Cases about a member, oldest first."""
        query = sa.select(cases).where(cases.c.about == member)
        return await self._listed(query.order_by(cases.c.opened_at, cases.c.id))

    async def role_given(self, community: CommunityId, member: MemberId) -> Case | None:
        """The case by which somebody was last made a facilitator."""
        query = sa.select(cases).where(
            cases.c.community == community,
            cases.c.about == member,
            cases.c.kind == CaseKind.PROMOTION,
        )
        newest = await self._listed(query.order_by(cases.c.opened_at.desc()).limit(1))
        return next(iter(newest), None)

    async def was_suspended(
        self, community: CommunityId, member: MemberId, since: datetime
    ) -> bool:
        """Whether a facilitator has suspended somebody since then."""
        query = sa.select(cases.c.id).where(
            cases.c.community == community,
            cases.c.about == member,
            cases.c.kind == CaseKind.SUSPENSION,
            cases.c.by.is_not(None),
            cases.c.opened_at > since,
        )
        return (await self._sql.execute(query.limit(1))).first() is not None

    async def is_doubtful(self, case: Case) -> bool:
        """Whether the case's mover was suspended since, by anybody but the person it is about."""
        query = sa.select(cases.c.id).where(
            cases.c.community == case.community,
            cases.c.about == case.by,
            cases.c.kind == CaseKind.SUSPENSION,
            cases.c.by.is_distinct_from(case.about),
            cases.c.opened_at > case.opened_at,
        )
        return (await self._sql.execute(query.limit(1))).first() is not None

    async def asked_since(
        self, community: CommunityId, since: datetime
    ) -> frozenset[MemberId | None]:
        """Members asked to take over since then; includes `None` if nobody was left to ask."""
        query = sa.select(cases.c.about).where(
            cases.c.community == community,
            cases.c.kind == CaseKind.TAKE_OVER,
            cases.c.opened_at > since,
        )
        return frozenset((await self._sql.execute(query)).scalars())

    async def bench(self, community: CommunityId) -> Bench:
        """A community's members, with their roles and since when."""
        columns = memberships.c
        query = sa.select(
            columns.member,
            columns.role,
            sa.func.coalesce(columns.role_since, columns.joined_at),
            columns.joined_at,
        ).where(columns.community == community)
        rows = (await self._sql.execute(query)).all()
        suspended = await self.open_in(community, [CaseKind.SUSPENSION])
        return Bench(
            roles={MemberId(member): Role(role) for member, role, _, _ in rows},
            since={MemberId(member): since for member, _, since, _ in rows},
            joined={MemberId(member): joined for member, _, _, joined in rows},
            suspended=frozenset(c.about for c in suspended if c.about is not None),
        )

    async def cast(self, case: UUID, member: MemberId, answer: CaseAnswer) -> None:
        """Store a member's vote in place of an earlier one."""
        row = insert(ballots).values(case=case, member=member, answer=answer)
        await self._sql.execute(
            row.on_conflict_do_update(index_elements=["case", "member"], set_={"answer": answer})
        )

    async def votes(self, case: UUID) -> dict[MemberId, CaseAnswer]:
        """The votes so far, by member."""
        query = sa.select(ballots.c.member, ballots.c.answer).where(ballots.c.case == case)
        rows = (await self._sql.execute(query)).all()
        return {MemberId(member): CaseAnswer(answer) for member, answer in rows}

    async def block(self, community: CommunityId, digests: Iterable[str], case: UUID) -> None:
        """Keep accounts, given by digest, from joining a community, or suspend them there."""
        for digest in digests:
            row = insert(_blocks).values(community=community, digest=digest, case=case)
            await self._sql.execute(row.on_conflict_do_nothing())

    async def unblock(self, case: UUID) -> None:
        """Let the people a case kept out join again."""
        await self._sql.execute(_blocks.delete().where(_blocks.c.case == case))

    async def blocked(self, digests: Iterable[str]) -> dict[CommunityId, UUID]:
        """The communities that accounts cannot join, with the case that keeps them out."""
        query = (
            sa.select(_blocks.c.community, _blocks.c.case)
            .outerjoin(cases, cases.c.id == _blocks.c.case)
            .where(
                _blocks.c.digest.in_(list(digests)),
                cases.c.kind.is_distinct_from(CaseKind.SUSPENSION),
            )
        )
        return {CommunityId(c): case for c, case in await self._sql.execute(query)}

    async def suspended_as(self, community: CommunityId, digests: Iterable[str]) -> Case | None:
        """The suspension in force for accounts, whoever owns them now; the one that ends last."""
        theirs = sa.select(_blocks.c.case).where(
            _blocks.c.community == community, _blocks.c.digest.in_(list(digests))
        )
        query = sa.select(cases).where(
            cases.c.id.in_(theirs),
            cases.c.kind == CaseKind.SUSPENSION,
            cases.c.until > self._work.now,
        )
        return next(iter(await self._listed(query.order_by(cases.c.until.desc()))), None)

    async def concerned_since(self, member: MemberId, since: datetime) -> frozenset[CommunityId]:
        """Communities with cases about a member, or opened by them, since then."""
        carried = sa.and_(
            cases.c.about == member,
            cases.c.carried,
            cases.c.kind.not_in([CaseKind.TAKE_OVER, CaseKind.SUSPENSION]),
            sa.func.coalesce(cases.c.closed_at, self._work.now) >= since,
        )
        moved = sa.and_(
            sa.or_(cases.c.about == member, cases.c.by == member),
            cases.c.kind.in_([*MOTIONS, CaseKind.REMOVAL]),
            cases.c.opened_at >= since,
        )
        query = sa.select(cases.c.community).where(sa.or_(carried, moved)).distinct()
        return frozenset(map(CommunityId, (await self._sql.execute(query)).scalars()))

    async def accounts_of(self, member: MemberId) -> list[tuple[Platform, str]]:
        """A member's accounts, with their platforms."""
        query = sa.select(accounts.c.platform, accounts.c.account).where(
            accounts.c.member == member
        )
        query = query.order_by(accounts.c.platform, accounts.c.account)
        return [(Platform(p), account) for p, account in await self._sql.execute(query)]

    async def reach(self, members: Iterable[MemberId], platform: Platform) -> dict[str, str]:
        """Account per member (as text) on a platform, in any community or none."""
        query = sa.select(accounts.c.member, accounts.c.account).where(
            accounts.c.member.in_(list(members)), accounts.c.platform == platform
        )
        return {str(member): account for member, account in await self._sql.execute(query)}

    async def call_anew(self, gone: MemberId, member: MemberId) -> None:
        """Give a merged member's cases to the other. Of two votes, the other member's counts."""
        for column in (cases.c.about, cases.c.by):
            await self._sql.execute(
                cases.update().where(column == gone).values({column.name: member})
            )
        voted = sa.select(ballots.c.case).where(ballots.c.member == member)
        theirs = ballots.c.member == gone
        await self._sql.execute(ballots.delete().where(theirs, ballots.c.case.in_(voted)))
        await self._sql.execute(ballots.update().where(theirs).values(member=member))

    async def forget(self, member: MemberId) -> None:
        """Remove from cases the member they are about, why, and who opened them; a block stays.

        Open cases about them are closed, as nothing is left to decide.
        """
        about, by = cases.c.about == member, cases.c.by == member
        ended = sa.func.coalesce(cases.c.closed_at, self._work.now)
        own = {"about": None, "reason": "", "appeal": "", "closed_at": ended}
        await self._sql.execute(cases.update().where(about).values(own))
        await self._sql.execute(cases.update().where(by).values(by=None, reason=""))
        await self._sql.execute(ballots.delete().where(ballots.c.member == member))

    async def _listed(self, query: sa.Select[Any]) -> list[Case]:
        rows = (await self._sql.execute(query)).mappings().all()
        return [_case(row) for row in rows]


def _case(row: sa.RowMapping) -> Case:
    how = Departure(row["how"]) if row["how"] else None
    return Case(**{**row, "kind": CaseKind(row["kind"]), "way": Way(row["way"]), "how": how})
