"""What scheduling does about events of others."""

from dataclasses import replace

from indaba.contracts.erasure import SchedulingErased
from indaba.contracts.membership import MemberErased, MemberLeft
from indaba.contracts.scheduling import MeetingBlanked, RsvpChanged
from indaba.ledger import Work
from indaba.ledger.erasure import erase
from indaba.scheduling.store import Store


async def withdraw_answers(event: MemberLeft, work: Work) -> None:
    """Who left is neither counted nor reminded any more; what they came to stays counted."""
    store = Store(work)
    for before in await store.withdraw(event.member, event.community):
        meeting = before.answer(event.member, None, work.now)
        await store.keep(meeting)
        work.tell(
            RsvpChanged(
                aggregate=meeting.id,
                version=meeting.version,
                meeting=meeting.facts(),
                member=event.member,
                answer=None,
            )
        )


async def erase_member(event: MemberErased, work: Work) -> None:
    """Counts stay, the member goes, and so do the words they wrote."""
    store = Store(work)
    fresh = await erase(work, event.member)
    for written in await store.forget(event.member, fresh):
        meeting = replace(written, title="", reason="", version=written.version + 1)
        await store.keep(meeting)
        work.tell(
            MeetingBlanked(aggregate=meeting.id, version=meeting.version, meeting=meeting.facts())
        )
    work.tell(
        SchedulingErased(
            aggregate=event.erasure, version=1, erasure=event.erasure, service="scheduling"
        )
    )
