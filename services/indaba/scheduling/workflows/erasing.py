"""What an erased member had said of what is not over: it is not counted, as they may join again."""

from dataclasses import replace
from functools import partial
from types import MappingProxyType

from indaba.contracts.ids import MemberId
from indaba.contracts.scheduling import RsvpChanged
from indaba.ledger import Work
from indaba.scheduling.model import Meeting
from indaba.scheduling.store import Traces
from indaba.scheduling.workflows.keeping import keep


async def withdraw_what_is_open(member: MemberId, work: Work) -> None:
    """Take a member out of open votes, feedback that is taken still, and meetings not over.

    Otherwise somebody who is erased and joins again in turns counts each time: they would fill a
    meeting, decide a vote, or leave one other answer to be worked out. `member` is already the new
    id that stands for them, so that events name nobody.
    """
    traces = Traces(work)
    await traces.withdraw_what_is_open(member)
    for before in await traces.not_over(member):
        event_of = partial(RsvpChanged.of, member=member, answer=None)
        await keep(work, before, _without(before, member), event_of)


def _without(meeting: Meeting, member: MemberId) -> Meeting:
    """Who had come is one of those who came and are no members: no quorum rests on them."""
    answers = {m: answer for m, answer in meeting.rsvps.items() if m != member}
    came = {m: how for m, how in meeting.present.items() if m != member}
    return replace(
        meeting,
        rsvps=MappingProxyType(answers),
        present=MappingProxyType(came),
        walk_ins=meeting.walk_ins + (member in meeting.present),
        version=meeting.version + 1,
    )
