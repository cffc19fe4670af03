"""Notes taken during a meeting, and the quorum for its decisions."""

from dataclasses import replace

from indaba.contracts.actions import ActionShown
from indaba.contracts.ids import MemberId
from indaba.contracts.record import (
    ChangeNote,
    NoteKind,
    NoteTaken,
    QuorumSet,
    RestoreNote,
    SetQuorum,
    TakeNote,
)
from indaba.contracts.scheduling import MeetingStatus, Presence
from indaba.ledger import Work
from indaba.ledger.merging import now_called
from indaba.scheduling.handlers import actions
from indaba.scheduling.handlers.keeping import facilitates, meeting_called, meeting_on
from indaba.scheduling.model import (
    Meeting,
    MeetingOver,
    NoSuchNote,
    Note,
    NotLive,
    NotYourNote,
    clean_note,
    read_due,
    read_promise,
)
from indaba.scheduling.store import Agendas, ChoicesMade, Meetings, Records
from indaba.scheduling.workflows.holding import count_present
from indaba.scheduling.workflows.record import quorum_now, tell_note


async def take_note(request: TakeNote, work: Work) -> NoteTaken:
    """Store a tagged line. A repeated one from the same message replaces its text."""
    author = await now_called(work, work.passport.a_member())
    if request.origin:
        before = await Records(work).written_at(work.passport.in_community(), request.origin)
        if before is not None:
            return await _rewritten(work, before, request.text, author)
    meeting = await meeting_on(work, request.code)
    _check_takes_notes(work, meeting)
    meeting = await _present(work, meeting, author)
    wrote = await now_called(work, request.author) if request.author else author
    note = await _new_note(request, wrote, meeting, work)
    action = None
    if note.kind is NoteKind.ACTION:
        note, action = await _promised(request, note, meeting, work)
    return await _keep_and_show(work, meeting, note, action, made=True)


def _check_takes_notes(work: Work, meeting: Meeting) -> None:
    """Raise if the asker may not add lines now.

    Before the start nobody may, and after the end only facilitators may.
    """
    if meeting.status is MeetingStatus.LIVE:
        return
    if meeting.status is MeetingStatus.CLOSED and facilitates(work):
        return
    if meeting.status is MeetingStatus.SCHEDULED:
        raise NotLive
    raise MeetingOver(meeting.code)


async def _present(work: Work, meeting: Meeting, member: MemberId) -> Meeting:
    """Count the writer of a line as present."""
    if meeting.status is not MeetingStatus.LIVE:
        return meeting
    return await count_present(meeting, member, Presence.WROTE, work)


async def _new_note(request: TakeNote, author: MemberId, meeting: Meeting, work: Work) -> Note:
    notes = await Records(work).of(meeting.id)
    topic = (await Agendas(work).of(meeting.id)).now
    decision = request.kind is NoteKind.DECISION
    return Note(
        meeting=meeting.id,
        community=meeting.community,
        number=max((note.number for note in notes), default=0) + 1,
        kind=request.kind,
        text=clean_note(request.text),
        author=author,
        at=work.now,
        topic=topic.title if topic else "",
        rule=request.rule if decision else None,
        quorum=await quorum_now(meeting, work) if decision else None,
        origin=request.origin,
        late=meeting.status is MeetingStatus.CLOSED and await _approved(meeting, work),
    )


async def _approved(meeting: Meeting, work: Work) -> bool:
    return await Records(work).mark_changed(meeting.id)


async def _promised(
    request: TakeNote, note: Note, meeting: Meeting, work: Work
) -> tuple[Note, ActionShown]:
    """The action that a line makes, and the line with the action's code."""
    passport = work.passport
    read = read_promise(note.text, work.now, passport.zone, passport.locale)
    due, doubt = read.due, read.doubt
    if request.due:
        due, doubt = read_due(request.due, work.now, passport.zone, passport.locale)
    action = await actions.promise(
        work, note.author, read.text, owner=request.owner, due=due, meeting=meeting
    )
    return replace(note, action=action.code), ActionShown(action=action.facts(), doubt=doubt)


async def change_note(request: ChangeNote, work: Work) -> NoteTaken:
    """Change the text of a line, or remove the line."""
    note = await _note(request, work)
    if request.gone and request.origin:
        return await _rewritten(work, note, "", note.author)
    member = await now_called(work, work.passport.a_member())
    return await _rewritten(work, note, request.text, member)


async def restore_note(request: RestoreNote, work: Work) -> NoteTaken:
    """Restore a line that was removed."""
    member = await now_called(work, work.passport.a_member())
    meeting = await meeting_called(work, request.code)
    note = await _numbered(work, meeting, request.number)
    await _check_may_change(work, note, meeting, member)
    late = await _approved(meeting, work)
    return await _keep_and_show(
        work, meeting, note.taken_out(late=late, out=False), None, before=note
    )


async def _note(request: ChangeNote, work: Work) -> Note:
    """The line meant, by number or by the message it came from; its meeting is locked."""
    if request.origin:
        note = await Records(work).written_at(work.passport.in_community(), request.origin)
        if note is None:
            raise NoSuchNote
        return note
    meeting = await meeting_called(work, request.code)
    return await _numbered(work, meeting, request.number or 0)


async def _numbered(work: Work, meeting: Meeting, number: int) -> Note:
    for note in await Records(work).of(meeting.id):
        if note.number == number:
            return note
    raise NoSuchNote


async def _rewritten(work: Work, note: Note, text: str, member: MemberId) -> NoteTaken:
    meeting = await Meetings(work).by_id(note.community, note.meeting)
    if meeting is None:
        raise NoSuchNote
    await _check_may_change(work, note, meeting, member)
    late = await _approved(meeting, work)
    changed = note.written(text, member, late=late) if text else note.taken_out(late=late)
    return await _keep_and_show(work, meeting, changed, None, before=note)


async def _check_may_change(work: Work, note: Note, meeting: Meeting, member: MemberId) -> None:
    if member not in (note.author, meeting.chair) and not facilitates(work):
        raise NotYourNote


async def _keep_and_show(
    work: Work,
    meeting: Meeting,
    note: Note,
    action: ActionShown | None,
    *,
    before: Note | None = None,
    made: bool = False,
) -> NoteTaken:
    if note is not before:
        await Records(work).keep(note)
        meeting = meeting.touched(work.now)
        await Meetings(work).keep(meeting)
        tell_note(meeting, note, work, made=made)
    facts, doubt = (action.action, action.doubt) if action else (None, "")
    return NoteTaken(meeting=meeting.facts(), note=note.facts(), action=facts, doubt=doubt)


async def set_quorum(request: SetQuorum, work: Work) -> QuorumSet:
    """Choose how many members must be present for a decision."""
    community, chosen = work.passport.in_community(), ChoicesMade(work)
    required = {category: n for category, n in request.required.items() if n > 0}
    choices = replace(await chosen.of(community), quorum=request.needed, required=required)
    await chosen.choose(community, choices)
    return QuorumSet(needed=request.needed, required=required)
