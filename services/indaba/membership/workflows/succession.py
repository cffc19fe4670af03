"""Who facilitates when nobody does: members who agreed to be asked, one after another."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.passport import Role
from indaba.contracts.removal import CaseKind, Told
from indaba.ledger import Work
from indaba.membership.model.motions import ASKED_FOR, Case
from indaba.membership.store import Cases, Engaged, Store
from indaba.membership.workflows.telling import opened, tell, tell_roles

LOOK, ASKED = "membership.look-for-facilitators", "membership.asked-to-take-over"
LOOK_EVERY = timedelta(days=1)
GONE_AFTER = timedelta(days=21)
"""Others are asked when no facilitator was seen for so long. Nobody is asked twice in it."""


async def watch(work: Work, community: CommunityId, *, apart: bool = False) -> None:
    """Check a community's facilitators daily from now on. Idempotent.

    With `apart`, communities get different times of day, as thousands are checked.
    """
    body = {"community": str(community)}
    due = work.now + LOOK_EVERY
    due += timedelta(seconds=community.int % LOOK_EVERY.total_seconds() if apart else 0)
    await work.set_timer(due, LOOK, str(community), body, community)


async def look(body: dict[str, Any], work: Work) -> None:
    """Check whether there are facilitators, and plan the next check."""
    community = CommunityId(UUID(body["community"]))
    if await Store(work).community(community) is None:
        return
    await Engaged(work).begin_counting(community)
    await seek(work, community)
    await watch(work, community)


async def seek(work: Work, community: CommunityId) -> None:
    """Ask the next member to take over, if no facilitator is left or none has been seen lately.

    Only one is asked at a time. If nobody is left to ask, the rooms are told, once in three weeks.
    """
    engaged, cases = Engaged(work), Cases(work)
    if await engaged.is_facilitated(community, (work.now - GONE_AFTER).date()):
        return
    if await cases.open_in(community, [CaseKind.TAKE_OVER]):
        return
    asked = await cases.asked_since(community, work.now - GONE_AFTER)
    willing = await engaged.stand_ins(community)
    following = next((member for member in willing if member not in asked), None)
    if following is not None:
        await _ask(work, community, following)
    elif None not in asked:
        nobody = await opened(work, community, CaseKind.TAKE_OVER, None)
        await cases.close(nobody.id, carried=False)
        await tell(work, nobody, Told.NOBODY, (), openly=True)


async def _ask(work: Work, community: CommunityId, member: MemberId) -> None:
    case = await opened(work, community, CaseKind.TAKE_OVER, member, lasts=ASKED_FOR)
    body = {"case": str(case.id)}
    await work.set_timer(work.now + ASKED_FOR, ASKED, str(case.id), body, community)
    await tell(work, case, Told.TAKE_OVER, [member], openly=True)


async def give_up(body: dict[str, Any], work: Work) -> None:
    """Ask the next member, as the one asked did not answer."""
    case = await Cases(work).get(UUID(body["case"]))
    if case is None or await Store(work).community(case.community) is None:
        return
    await decline(work, case)


async def decline(work: Work, case: Case) -> None:
    """Close a case without success, and ask the next member."""
    cases = Cases(work)
    now = await cases.get(case.id)
    if now is None or now.closed_at is not None:
        return
    await cases.close(case.id, carried=False)
    await seek(work, case.community)


async def accept(work: Work, case: Case, member: MemberId) -> None:
    """Make the member a facilitator, as they have accepted."""
    store = Store(work)
    await Cases(work).close(case.id, carried=True)
    await store.set_role(case.community, member, Role.FACILITATOR)
    await Engaged(work).was_seen(case.community, member)
    await tell_roles(work, store, case.community, member, (Role.FACILITATOR,))
    await tell(work, case, Told.TAKEN_OVER, (), openly=True)
