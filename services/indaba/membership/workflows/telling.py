"""What is told when somebody's place in a community changes."""

from collections.abc import Iterable
from datetime import timedelta

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.membership import RolesChanged
from indaba.contracts.passport import Role
from indaba.contracts.removal import CaseKind, CaseTold, Departure, Told
from indaba.ledger import Work
from indaba.membership.model.motions import Case
from indaba.membership.store import Cases, Store

WORTH_TELLING_FOR = timedelta(days=7)


async def tell_roles(
    work: Work, store: Store, community: CommunityId, member: MemberId, roles: tuple[Role, ...]
) -> None:
    """Say that a member's roles in a community are now these."""
    version = await store.next_version(member)
    work.emit(
        RolesChanged(
            aggregate=member, version=version, community=community, member=member, roles=roles
        )
    )


async def tell(
    work: Work, case: Case, what: Told, members: Iterable[MemberId | None], *, openly: bool = False
) -> None:
    """Let members be told of a case privately, and with `openly` its rooms, without a name."""
    named = tuple(sorted({member for member in members if member is not None}))
    if not named and not openly:
        return
    work.emit(
        CaseTold(
            aggregate=case.id,
            version=await Cases(work).next_version(case.id),
            community=case.community,
            what=what,
            members=named,
            openly=openly,
            until=work.now + WORTH_TELLING_FOR,
        )
    )


async def opened(  # noqa: PLR0913 - all that a case is
    work: Work,
    community: CommunityId,
    kind: CaseKind,
    about: MemberId | None,
    *,
    by: MemberId | None = None,
    reason: str = "",
    how: Departure | None = None,
    lasts: timedelta | None = None,
) -> Case:
    """Keep a new case, opened now. Of removals only a kick leaves the way back open."""
    case = Case(
        id=work.world.new_id(),
        community=community,
        kind=kind,
        about=about,
        opened_at=work.now,
        by=by,
        reason=reason,
        blocks=kind is CaseKind.REMOVE and how is not Departure.KICKED,
        how=how,
        until=work.now + lasts if lasts else None,
    )
    await Cases(work).open(case)
    return case
