"""Linking two accounts to one member, and parting them again (decision 0033)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import UUID

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.linking import (
    AccountLinked,
    AccountName,
    AccountUnlinked,
    LinkFacts,
    LinkNews,
    LinkSide,
    MembersMerged,
    MembersParted,
    RoleThere,
)
from indaba.contracts.membership import CONSENT_VERSION, MemberJoined, MemberLeft
from indaba.contracts.passport import Role
from indaba.contracts.removal import CaseKind
from indaba.ledger import Work
from indaba.ledger.merging import Parted, merge, part
from indaba.membership.model.linking import (
    UNDONE_WITHIN,
    LeavesNobody,
    Link,
    LinkState,
    came,
    role_after,
    role_again,
)
from indaba.membership.store import Cases, Linking, Links, SignIns, Store
from indaba.membership.workflows.leaving import depart
from indaba.membership.workflows.removing import Removing
from indaba.membership.workflows.succession import seek
from indaba.membership.workflows.telling import end_link, over_at, tell_link, tell_roles
from indaba.process.passports import PassportOffice


class Uniting:
    """Steps of linking and parting, in one transaction."""

    def __init__(self, work: Work, office: PassportOffice) -> None:
        self._work = work
        self._office = office
        self._store = Store(work)
        self._links = Links(work)

    async def facts(self, link: Link, other: MemberId | None) -> LinkFacts:
        """What a link would change. Locks the communities. Raises `LeavesNobody`."""
        members = [link.owner, other] if other else [link.owner]
        ids = {c for member in members for c in await self._roles(member)}
        known = {c: await self._store.community(c) for c in sorted(ids)}
        mine, theirs = await self._roles(link.owner), await self._roles(other) if other else {}
        maker = await self._links.accounts_of(link.owner)
        joiner = await self._links.accounts_of(other) if other else (link.joiner,)
        removing = Removing(self._work, self._office)
        digests = [removing.digest(a.platform, a.account) for a in (*maker, *joiner)]
        blocked = await Cases(self._work).blocked(digests)
        roles = []
        for community in (c for c in known.values() if c and c.id in mine | theirs):
            maker_role, joiner_role = mine.get(community.id), theirs.get(community.id)
            after = role_after(maker_role, joiner_role)
            left = None if community.id in blocked else after
            leaves = left is not Role.FACILITATOR and bool(community.facilitators)
            if leaves and community.facilitators <= set(members):
                raise LeavesNobody(community.name)
            place = RoleThere(
                community=community.name, theirs=maker_role, yours=joiner_role, after=left
            )
            roles.append(place)
        proposed = link.id if link.state is not LinkState.OVER else None
        return LinkFacts(
            link=proposed, maker=maker, joiner=joiner, roles=tuple(roles), until=link.until
        )

    async def unite(self, link: Link, other: MemberId | None) -> None:
        """Make the account the owner's, and merge its former member, `other`, with the owner."""
        await self.facts(link, other)
        mine, theirs = await self._roles(link.owner), await self._roles(other) if other else {}
        brought = await self._links.accounts_of(other) if other else (link.joiner,)
        if other is None:
            joiner = link.joiner
            await Linking(self._work).add_account(joiner.platform, joiner.account, link.owner)
            await Removing(self._work, self._office).carry_over(link.owner)
        else:
            await self._merge(other, link.owner)
        now = await self._roles(link.owner)
        linked = replace(
            link,
            state=LinkState.LINKED,
            gone=other,
            was_in={community: now[community] for community in theirs if community in now},
            until=self._work.now + UNDONE_WITHIN,
            linked_at=self._work.now,
            brought=brought,
        )
        await self._links.change(linked)
        joined = frozenset(theirs.keys() - mine.keys())
        await self._tell_belonging(link.owner, theirs, joined=joined)
        version = await self._store.next_version(link.owner)
        self._work.emit(AccountLinked(aggregate=link.owner, version=version, member=link.owner))
        await self._tell_all(linked, LinkNews.LINKED, [link.owner])

    async def _merge(self, gone: MemberId, member: MemberId) -> None:
        await self._note_decided(gone)
        version = await self._store.next_version(gone)
        renames = partial(become_one, office=self._office)
        undo_until = self._work.now + UNDONE_WITHIN
        await merge(self._work, gone, member, renames, version=version, until=undo_until)
        self._work.emit(
            MembersMerged(
                aggregate=gone, version=version, member=member, gone=gone, undo_until=undo_until
            )
        )

    async def part(self, link: Link, gone: MemberId) -> None:
        """Make the account the separate member it was. See `Parted`."""
        owner, was_in = link.owner, link.was_in or {}
        for community in sorted(was_in.keys() | (await self._roles(owner)).keys()):
            await self._store.community(community)
        before = await self._roles(owner)
        await self._note_decided(owner)
        noted = await self._links.get(link.id)
        steady = [c for c, role in ((noted and noted.was_in) or {}).items() if role is not None]
        renames = partial(become_one, office=self._office)
        parted = await part(self._work, gone, renames)
        if parted is None:
            return
        version = await self._store.next_version(gone)
        self._work.emit(MembersParted(aggregate=gone, version=version, member=owner, gone=gone))
        await self._apply_decisions(gone, was_in, before, steady)
        await self._suspend_too(gone, owner, link)
        for member in (gone, owner):
            await Removing(self._work, self._office).carry_over(member)
        await self._tell_belonging(gone, was_in, left=True)
        await self._tell_belonging(owner, was_in, left=True, joined=_regained(parted, owner))
        await self._end_access(owner, link)
        await self._over(noted or link, LinkNews.PARTED, [gone, owner])

    async def remove(self, link: Link | None, name: AccountName, owner: MemberId) -> None:
        """Make the account a guest."""
        await self._links.remove_account(name)
        await self._end_access(owner, link)

    async def ask(self, link: Link, what: LinkNews) -> None:
        """Store a link, tell both sides, and plan when the question expires."""
        await self._links.keep(link)
        await over_at(self._work, link, link.until)
        await tell_link(self._work, link, what, LinkSide.PARTNERS, link.community)

    async def _over(self, link: Link, what: LinkNews, members: Iterable[MemberId]) -> None:
        await end_link(self._work, link)
        await self._tell_all(link, what, members)

    async def _tell_all(self, link: Link, what: LinkNews, members: Iterable[MemberId]) -> None:
        await tell_link(self._work, link, what, LinkSide.PARTNERS, link.community)
        theirs = [await self._roles(member) for member in members]
        for community in sorted({c for roles in theirs for c in roles}):
            await tell_link(self._work, link, what, LinkSide.FACILITATORS, community)

    async def _roles(self, member: MemberId) -> dict[CommunityId, Role]:
        return {c: role for c, role, _ in await self._store.communities_of(member)}

    async def _apply_decisions(
        self,
        gone: MemberId,
        was_in: Iterable[CommunityId],
        before: Mapping[CommunityId, Role],
        steady: Collection[CommunityId],
    ) -> None:
        """Apply what was decided about the one member to the parted one.

        `before` are the roles that the one member had.
        """
        theirs = await self._roles(gone)
        for community in sorted(was_in):
            role = theirs.get(community)
            again = role_again(role, before.get(community), steady=community in steady)
            if again is None and role is not None:
                await depart(self._work, community, gone)
            elif again is not None and again is not role:
                await self._store.set_role(community, gone, again)

    async def _note_decided(self, member: MemberId) -> None:
        """Mark communities in which anything was moved or decided about a member in their links.

        This must happen before the member is merged or parted: later it cannot be found under the
        id that they have then.
        """
        linked = await self._links.of(member, LinkState.LINKED)
        chains = came(linked)
        for link in linked:
            since, *_ = chains.get(link.joiner, (None,))
            steady = await self._steady(member, since)
            was_in = {c: r if c in steady else None for c, r in (link.was_in or {}).items()}
            await self._links.change(replace(link, was_in=was_in))

    async def _steady(self, member: MemberId, since: datetime | None) -> frozenset[CommunityId]:
        """Communities in which somebody has been the same since then, and nothing was moved."""
        if since is None:
            return frozenset()
        concerned = await Cases(self._work).concerned_since(member, since)
        return await self._store.unchanged_since(member, since) - concerned

    async def _suspend_too(self, gone: MemberId, owner: MemberId, link: Link) -> None:
        """Suspend the parted member too, if the one member was suspended while linked."""
        for community in sorted(await self._roles(gone)):
            for case in await Cases(self._work).open_in(community, [CaseKind.SUSPENSION], owner):
                if link.linked_at is not None and case.opened_at >= link.linked_at:
                    await Removing(self._work, self._office).suspend_too(case, gone)

    async def _tell_belonging(
        self,
        member: MemberId,
        were: Iterable[CommunityId],
        *,
        left: bool = False,
        joined: frozenset[CommunityId] = frozenset(),
    ) -> None:
        """Emit a member's roles in the communities they are in now or `were` in."""
        now = await self._roles(member)
        for community in sorted({*were, *now}):
            role = now.get(community)
            if role is not None and community in joined:
                await self._tell_joined(member, community)
            if role is not None:
                await tell_roles(self._work, self._store, community, member, (role,))
            elif left:
                version = await self._store.next_version(member)
                gone = {"aggregate": member, "version": version, "community": community}
                self._work.emit(MemberLeft(**gone, member=member))  # type: ignore[arg-type]
                await tell_roles(self._work, self._store, community, member, ())
                await seek(self._work, community)

    async def _tell_joined(self, member: MemberId, community: CommunityId) -> None:
        self._work.emit(
            MemberJoined(
                aggregate=member,
                version=await self._store.next_version(member),
                community=community,
                member=member,
                consent_version=CONSENT_VERSION,
            )
        )

    async def _end_access(self, owner: MemberId, link: Link | None) -> None:
        """End everything that was opened while the account was the owner's."""
        await SignIns(self._work).end(owner)
        await Linking(self._work).forget(owner)
        version = await self._store.next_version(owner)
        since = link.linked_at if link else None
        self._work.emit(
            AccountUnlinked(aggregate=owner, version=version, member=owner, since=since)
        )


async def become_one(
    gone: MemberId, member: MemberId, work: Work, *, office: PassportOffice
) -> None:
    """Put `member` wherever `gone` is stored. The first profile counts, and no role is raised."""
    store, linking = Store(work), Linking(work)
    await linking.lock(gone, member)
    mine = {community for community, _, _ in await store.communities_of(member)}
    theirs = await store.communities_of(gone)
    profile = (await store.profile(member)).filled_from(await store.profile(gone))
    await linking.merge(gone, member)
    await Cases(work).call_anew(gone, member)
    await store.keep_profile(member, profile)
    for community, role, _ in theirs:
        if community not in mine and role_after(None, role) is not role:
            await store.set_role(community, member, role_after(None, role))
    await Removing(work, office).carry_over(member)


def _regained(parted: Parted, member: MemberId) -> frozenset[CommunityId]:
    """Communities that a member had lost through the merge, and is in again."""
    rows = [c.after for c in parted.changes if c.table == "public.memberships" and not c.before]
    theirs = [row["community"] for row in rows if row and row["member"] == str(member)]
    return frozenset(CommunityId(UUID(community)) for community in theirs)
