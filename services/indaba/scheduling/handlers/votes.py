"""Votes: opening, casting, closing and showing them."""

from datetime import timedelta
from uuid import UUID

from indaba.contracts.scheduling import MeetingStatus, Presence
from indaba.contracts.votes import (
    CastVote,
    CloseVote,
    OpenVote,
    ShowVote,
    VoteOpened,
    VoteShown,
)
from indaba.ledger import Work
from indaba.ledger.merging import now_called
from indaba.scheduling.handlers.keeping import check_chair, meeting_on, meeting_on_or_last
from indaba.scheduling.model import Meeting, NotLive, NoVoteOpen, Vote, VoteOpenAlready
from indaba.scheduling.store import Meetings, Votes
from indaba.scheduling.workflows import votes as timers
from indaba.scheduling.workflows.holding import count_present


async def open_vote(request: OpenVote, work: Work) -> VoteShown:
    """Open a vote in the meeting that is on. Raises `NotLive` or `VoteOpenAlready`."""
    member = await now_called(work, work.passport.a_member())
    meeting = await meeting_on(work, request.code)
    if meeting.status is not MeetingStatus.LIVE:
        raise NotLive
    check_chair(work, meeting, member)
    before = await Votes(work).of(meeting.id)
    if any(vote.open for vote in before):
        raise VoteOpenAlready
    vote = Vote.put(
        id=work.world.new_id(),
        meeting=meeting.id,
        number=len(before) + 1,
        author=member,
        question=request.question,
        options=request.options,
        closes_at=work.now + timedelta(minutes=request.minutes),
    )
    await Votes(work).keep(vote)
    body = {"vote": str(vote.id)}
    await work.set_timer(vote.closes_at, timers.COUNT, str(vote.id), body, meeting.community)
    meeting = meeting.touched(work.now)
    await Meetings(work).keep(meeting)
    work.emit(VoteOpened.of(meeting.facts(), vote=vote.facts()))
    return VoteShown(meeting=meeting.facts(), vote=vote.facts())


async def cast_vote(request: CastVote, work: Work) -> VoteShown:
    """Store a member's choice. Whoever votes counts as present."""
    member = await now_called(work, work.passport.a_member())
    meeting, vote = await _open(work, request.vote)
    cast = vote.cast(member, request.option)
    if cast is not vote:
        await Votes(work).keep(cast)
        if meeting.status is MeetingStatus.LIVE:
            meeting = await count_present(meeting, member, Presence.WROTE, work)
    mine = cast.ballots.get(member, 0)
    return VoteShown(meeting=meeting.facts(), vote=cast.facts(), mine=mine)


async def close_vote(request: CloseVote, work: Work) -> VoteShown:
    """Close a vote and count it."""
    member = await now_called(work, work.passport.a_member())
    meeting, vote = await _open(work, request.vote)
    check_chair(work, meeting, member)
    meeting, counted = await timers.count(meeting, vote, work)
    return VoteShown(meeting=meeting.facts(), vote=counted.facts())


async def show_vote(request: ShowVote, work: Work) -> VoteShown:
    """Show a vote and the asker's own choice. Raises `NoVoteOpen`."""
    if request.vote is not None:
        meeting, vote = await _by_id(work, request.vote)
    else:
        meeting = await meeting_on_or_last(work, None)
        votes = await Votes(work).of(meeting.id)
        if not votes:
            raise NoVoteOpen
        vote = votes[-1]
    member = work.passport.member
    mine = vote.ballots.get(member, 0) if member else 0
    return VoteShown(meeting=meeting.facts(), vote=vote.facts(), mine=mine)


async def _open(work: Work, vote: UUID | None) -> tuple[Meeting, Vote]:
    """The vote with an id; without one, the open vote of the meeting that is on."""
    if vote is not None:
        return await _by_id(work, vote)
    meeting = await meeting_on(work, None)
    for candidate in await Votes(work).of(meeting.id):
        if candidate.open:
            return meeting, candidate
    raise NoVoteOpen


async def _by_id(work: Work, vote: UUID) -> tuple[Meeting, Vote]:
    of = await Votes(work).meeting_of(vote)
    meeting = await Meetings(work).by_id(work.passport.in_community(), of) if of else None
    for candidate in await Votes(work).of(meeting.id) if meeting else ():
        if meeting is not None and candidate.id == vote:
            return meeting, candidate
    raise NoVoteOpen
