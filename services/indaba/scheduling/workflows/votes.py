"""Counting votes: by the clock, by hand, or when their meeting ends."""

from indaba.contracts.record import NoteKind
from indaba.contracts.votes import VoteCounted
from indaba.ledger import Work
from indaba.scheduling.model import Meeting, Note, Vote
from indaba.scheduling.store import Agendas, Meetings, Records, Votes
from indaba.scheduling.workflows.record import quorum_now, tell_note

COUNT = "count-vote"


async def count_all(meeting: Meeting, work: Work) -> Meeting:
    """Count the votes that are open as a meeting ends."""
    for vote in await Votes(work).of(meeting.id):
        if vote.open:
            meeting, _ = await count(meeting, vote, work)
    return meeting


async def count(meeting: Meeting, vote: Vote, work: Work) -> tuple[Meeting, Vote]:
    """Count a vote, store and announce its result, and add it to the record."""
    counted = vote.count(await quorum_now(meeting, work))
    if counted is vote:
        return meeting, vote
    await work.cancel_timer(COUNT, str(vote.id))
    await Votes(work).keep(counted)
    records = Records(work)
    notes = await records.of(meeting.id)
    topic = (await Agendas(work).of(meeting.id)).now
    note = Note(
        meeting=meeting.id,
        community=meeting.community,
        number=max((n.number for n in notes), default=0) + 1,
        kind=NoteKind.INFO,
        text=counted.line()[:1000],
        author=vote.author,
        at=work.now,
        topic=topic.title if topic else "",
    )
    await records.keep(note)
    meeting = meeting.touched(work.now)
    await Meetings(work).keep(meeting)
    tell_note(meeting, note, work, made=True)
    work.emit(VoteCounted.of(meeting.facts(), vote=counted.facts()))
    return meeting, counted
