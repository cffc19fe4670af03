"""Why somebody may not do what members may. Only they are told."""

from dataclasses import dataclass

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.passport import Belonging
from indaba.contracts.removal import CaseKind
from indaba.ledger import Work
from indaba.membership.store import Acting, Cases, Store


@dataclass(frozen=True, slots=True)
class Footing:
    """Somebody's standing in a community, and `because` of what, if a reason was given."""

    belonging: Belonging = Belonging.GUEST
    because: str = ""


async def footing_of(
    work: Work,
    community: CommunityId | None,
    member: MemberId | None,
    acting: Acting,
    account: str,
) -> Footing:
    """The standing of a member, or of an account by its digest, in a community or in any.

    Without a community, a block in any community counts.
    """
    if acting.rests_until is not None and community is not None and member is not None:
        open_ones = await Cases(work).open_in(community, [CaseKind.SUSPENSION], member)
        return Footing(Belonging.SUSPENDED, next((case.reason for case in open_ones), ""))
    if acting.belongs:
        return Footing()
    blocked = await Cases(work).blocked([account]) if account else {}
    keeping_out = blocked.get(community) if community else next(iter(blocked.values()), None)
    if keeping_out is not None:
        case = await Cases(work).get(keeping_out)
        waits = case is not None and bool(case.appeal) and case.closed_at is None
        because = case.reason if case is not None and case.about == member else ""
        return Footing(Belonging.APPEALED if waits else Belonging.REMOVED, because)
    if community and member and await Store(work).has_left(community, member):
        return Footing(Belonging.FORMER)
    return Footing()
