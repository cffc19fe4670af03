"""What scheduling does about events of others."""

from dataclasses import replace

from indaba.contracts.erasure import SchedulingErased
from indaba.contracts.linking import MembersMerged
from indaba.contracts.membership import MemberErased, MemberLeft
from indaba.contracts.scheduling import MeetingBlanked, RsvpChanged
from indaba.ledger import Work
from indaba.ledger.erasure import erase
from indaba.ledger.merging import merge
from indaba.scheduling.store import Meetings


async def withdraw_answers(event: MemberLeft, work: Work) -> None:
    """Who left is neither counted nor reminded any more; what they came to stays counted."""
    store = Meetings(work)
    for before in await store.withdraw(event.member, event.community):
        meeting = before.answer(event.member, None, work.now)
        await store.keep(meeting)
        work.tell(RsvpChanged.of(meeting.facts(), member=event.member, answer=None))


async def merge_members(event: MembersMerged, work: Work) -> None:
    """Two were one: the last word on each meeting holds, and nobody is counted twice."""
    store = Meetings(work)
    await merge(work, event.gone, event.member)
    if await store.is_muted(event.gone):
        await store.unmute(event.gone)
        await store.mute(event.member)
    await store.give_meetings(event.gone, event.member)
    for before in await store.answered_or_attended(event.gone):
        meeting = before.merged(event.gone, event.member, await store.spoke_last(before))
        await store.keep(meeting)
        answer = meeting.rsvps.get(event.member)
        work.tell(RsvpChanged.of(meeting.facts(), member=event.member, answer=answer))


async def erase_member(event: MemberErased, work: Work) -> None:
    """Counts stay, the member goes, and so do the words they wrote."""
    store = Meetings(work)
    fresh = await erase(work, event.member)
    for written in await store.forget(event.member, fresh):
        meeting = replace(written, title="", reason="", version=written.version + 1)
        await store.keep(meeting)
        work.tell(MeetingBlanked.of(meeting.facts()))
    work.tell(
        SchedulingErased(
            aggregate=event.erasure, version=1, erasure=event.erasure, service="scheduling"
        )
    )
