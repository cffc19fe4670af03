"""Removing, demoting and suspending members: how it comes about, and carrying it out."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import Settled, Way
from indaba.contracts.passport import Role
from indaba.contracts.removal import CaseAnswer, CaseKind, MemberRemoved, Told
from indaba.ledger import Work
from indaba.membership.model import Community
from indaba.membership.model.motions import (
    MOTION_LASTS,
    MOTIONS,
    SUSPENSION_LASTS,
    Bench,
    Case,
    MotionOpen,
    is_carried,
    takes_back,
    way_to,
)
from indaba.membership.store import Cases, Store
from indaba.membership.workflows.leaving import close_theirs, depart
from indaba.membership.workflows.telling import opened, tell, tell_roles
from indaba.process.passports import PassportOffice

SUSPENDED = (CaseKind.SUSPENSION,)
DUE, ENDS = "membership.motion-due", "membership.suspension-ends"


class Removing:
    """Steps in one transaction. The caller has locked the community."""

    def __init__(self, work: Work, office: PassportOffice) -> None:
        self._work = work
        self._office = office
        self._cases = Cases(work)
        self._store = Store(work)

    async def begin(self, case: Case) -> Settled:
        """Carry out a case, or open the motion it needs. Raises `MotionOpen` if there is one."""
        if len(await self._cases.open_in(case.community, [case.kind], case.about)) > 1:
            raise MotionOpen
        bench = await self._cases.bench(case.community)
        way = way_to(bench, case)
        if way is Way.DONE or await self._is_taken_back(bench, case):
            await self.carry_out(case)
            return Settled()
        until = await self._open_motion(case, way, MOTION_LASTS)
        await tell(self._work, case, Told.ACCUSED, [case.about], openly=True)
        return Settled(way=way, until=until)

    async def _is_taken_back(self, bench: Bench, case: Case) -> bool:
        """Whether a new facilitator's role is taken back, which needs no motion.

        Refused to somebody against whom others have a motion, as they could remove those who
        object. A motion by the new facilitator does not count: it could protect their own role.
        """
        if case.kind is not CaseKind.DEMOTE or case.about is None or case.by is None:
            return False
        given = await self._cases.role_given(case.community, case.about)
        against = await self._cases.open_in(case.community, MOTIONS, case.by)
        by_others = any(motion.by != case.about for motion in against)
        return not by_others and takes_back(bench, case, given, self._work.now)

    async def _open_motion(self, case: Case, way: Way, lasts: timedelta) -> datetime:
        """Let others decide a case, by seconding or by voting, and return until when."""
        until = self._work.now + lasts
        await self._cases.change(case.id, way=way, until=until)
        body = {"case": str(case.id)}
        await self._work.set_timer(until, DUE, str(case.id), body, case.community)
        if way is Way.MEMBERS:
            await tell(self._work, case, Told.VOTE, (), openly=True)
        else:
            bench = await self._cases.bench(case.community)
            await tell(self._work, case, Told.MOTION, bench.others(case), openly=True)
        return until

    async def due(self, case: Case) -> None:
        """Decide a motion whose time is over: silence agrees, votes are counted."""
        bench = await self._cases.bench(case.community)
        if case.about not in bench.roles:
            await self._cases.close(case.id, carried=False)
        elif case.way is Way.MEMBERS:
            # A vote counts even if the member who cast it has left since.
            votes = await self._cases.votes(case.id)
            given, able = list(votes.values()), bench.voters(case) | votes.keys()
            yes, no = given.count(CaseAnswer.FOR), given.count(CaseAnswer.AGAINST)
            await self._decide(case, carried=is_carried(yes, no, len(able)))
        elif not bench.seconds(case):
            await self._open_motion(case, Way.MEMBERS, MOTION_LASTS)
        elif await self._cases.is_doubtful(case):
            await self._decide(case, carried=False)
        else:
            await self._decide(case, carried=True)

    async def _decide(self, case: Case, *, carried: bool) -> None:
        if carried:
            await self.carry_out(case)
        else:
            await self.drop(case)

    async def drop(self, case: Case) -> None:
        """Close a motion that was not carried, and tell both sides."""
        await self._cases.close(case.id, carried=False)
        await tell(self._work, case, Told.FELL, [case.about, case.by])

    async def carry_out(self, case: Case) -> None:
        """Take the role, or end the membership."""
        about = case.about
        if about is None:
            return
        if case.kind is CaseKind.DEMOTE:
            await self._cases.close(case.id, carried=True)
            await self._store.set_role(case.community, about, Role.MEMBER)
            await close_theirs(self._work, case.community, about)
            await tell_roles(self._work, self._store, case.community, about, (Role.MEMBER,))
            await tell(self._work, case, Told.ROLE, [about])
            return
        await self.expel(case, about)

    async def expel(self, case: Case, member: MemberId) -> None:
        """End a membership by removal, and block the member's accounts if the case says so.

        The case stays open while the block stands.
        """
        if case.blocks:
            await self._cases.change(case.id, kind=CaseKind.REMOVAL, carried=True, until=None)
            digests = [self.digest(p, a) for p, a in await self._cases.accounts_of(member)]
            await self._cases.block(case.community, digests, case.id)
        else:
            await self._cases.close(case.id, carried=True)
        await depart(self._work, case.community, member)
        version = await self._store.next_version(member)
        self._work.emit(
            MemberRemoved(
                aggregate=member,
                version=version,
                community=case.community,
                member=member,
                case=case.id,
            )
        )
        await tell(self._work, case, Told.REMOVED, [member])

    async def carry_over(self, member: MemberId) -> None:
        """Extend blocks and suspensions to every account that now belongs to a member."""
        digests = [self.digest(p, a) for p, a in await self._cases.accounts_of(member)]
        for community, case in sorted((await self._cases.blocked(digests)).items()):
            if await self._store.community(community) is None:
                continue
            await self._cases.block(community, digests, case)
            if await self._store.role_in(community, member) is not None:
                await depart(self._work, community, member)
        for community, _, _ in await self._store.communities_of(member):
            for suspension in await self._cases.open_in(community, SUSPENDED, member):
                await self.suspend_as(suspension, member)

    async def suspend(
        self, community: Community, member: MemberId, by: MemberId | None, reason: str
    ) -> Settled:
        """Suspend a member, for a facilitator or (if none is given) for an operator."""
        until = self._work.now + SUSPENSION_LASTS
        case = await self._open_suspension(community.id, member, by, reason, until)
        role = await self._store.role_in(community.id, member)
        roles = (role,) if role else ()
        await tell_roles(self._work, self._store, community.id, member, roles)
        await tell(self._work, case, Told.SUSPENDED, [member], openly=True)
        await tell(self._work, case, Told.SUSPENDED, community.facilitators - {by, member})
        return Settled(until=until)

    async def suspend_as(self, case: Case, member: MemberId) -> None:
        """Extend a suspension to all accounts of a member, whoever owns them later."""
        digests = [self.digest(p, a) for p, a in await self._cases.accounts_of(member)]
        await self._cases.block(case.community, digests, case.id)

    async def suspend_too(self, case: Case, member: MemberId) -> None:
        """Suspend another member as in this case, until it would have ended."""
        if case.until is None or await self._cases.open_in(case.community, SUSPENDED, member):
            return
        await self._open_suspension(case.community, member, case.by, case.reason, case.until)

    async def _open_suspension(
        self,
        community: CommunityId,
        member: MemberId,
        by: MemberId | None,
        reason: str,
        until: datetime,
    ) -> Case:
        """Open a case that suspends a member, with all their accounts, until it ends."""
        kind, lasts = CaseKind.SUSPENSION, until - self._work.now
        case = await opened(self._work, community, kind, member, by=by, reason=reason, lasts=lasts)
        await self.suspend_as(case, member)
        await self._work.set_timer(until, ENDS, str(case.id), {"case": str(case.id)}, community)
        return case

    def digest(self, platform: str, account: str) -> str:
        """See `blocked_as`."""
        return blocked_as(self._office, platform, account)


def blocked_as(office: PassportOffice, platform: str, account: str) -> str:
    """What is stored in place of a blocked account. Needs the office's key."""
    return office.pseudonym(f"{platform}/{account}")


async def cases_of(work: Work, member: MemberId) -> list[dict[str, str | None]]:
    """What is stored about a member's cases, JSON-ready, oldest first."""
    return [
        {
            "community": await _name_of(work, case.community),
            "what": CALLED[case.kind],
            "reason": case.reason,
            "appeal": case.appeal,
            "opened": case.opened_at.isoformat(),
            "closed": case.closed_at.isoformat() if case.closed_at else None,
        }
        for case in await Cases(work).concerning(member)
    ]


CALLED = {
    CaseKind.REMOVAL: "you were removed",
    CaseKind.REMOVE: "a motion to remove you",
    CaseKind.DEMOTE: "a motion that you facilitate no more",
    CaseKind.SUSPENSION: "you were suspended for three days",
    CaseKind.PROMOTION: "you were to become a facilitator",
    CaseKind.TAKE_OVER: "you were asked to take over as a facilitator",
}
"""Each kind of case, worded for the member it is about."""


async def _name_of(work: Work, community: CommunityId) -> str:
    """A community's name, or its id if it has none."""
    card = await Store(work).card_of(community)
    return card.name if card else str(community)


async def motion_due(body: dict[str, Any], work: Work, office: PassportOffice) -> None:
    """Decide a motion whose time is over."""
    case = await locked(work, UUID(body["case"]))
    if case is not None and case.kind in MOTIONS and case.closed_at is None:
        await Removing(work, office).due(case)


async def suspension_ends(body: dict[str, Any], work: Work) -> None:
    """End a suspension."""
    case = await locked(work, UUID(body["case"]))
    if case is None:
        return
    await Cases(work).unblock(case.id)
    if case.closed_at is not None or case.about is None:
        return
    await Cases(work).close(case.id, carried=True)
    store = Store(work)
    role = await store.role_in(case.community, case.about)
    if role is not None:
        await tell_roles(work, store, case.community, case.about, (role,))


async def locked(work: Work, case: UUID) -> Case | None:
    """A case, read after locking its community; `None` if it is unknown."""
    before = await Cases(work).get(case)
    if before is None or await Store(work).community(before.community) is None:
        return None
    return await Cases(work).get(case)
