"""What requests, events and timers share about a meeting's record."""

from indaba.contracts.openness import Openness
from indaba.contracts.record import (
    DecisionMade,
    Document,
    HighlightsShared,
    MinutesApproved,
    NoteKept,
    NoteKind,
    QuorumState,
)
from indaba.ledger import Work
from indaba.scheduling.model import (
    Meeting,
    Note,
    highlights_text,
    minutes_text,
    quorum_of,
    short_text,
    title_of,
)
from indaba.scheduling.store import ChoicesMade, Meetings, Records, StoredDocument
from indaba.scheduling.store.record import HIGHLIGHTS, MINUTES


def tell_note(meeting: Meeting, note: Note, work: Work, *, made: bool) -> None:
    """Emit a line's event, and for a new decision also that it was made."""
    work.emit(NoteKept.of(meeting.facts(), note=note.facts()))
    if made and note.kind is NoteKind.DECISION:
        work.emit(DecisionMade.of(meeting.facts(), note=note.facts()))


async def quorum_now(meeting: Meeting, work: Work) -> QuorumState:
    """Whether enough members are present, by the community's rule."""
    chosen = ChoicesMade(work)
    choices = await chosen.of(meeting.community)
    present = list(meeting.present)
    return quorum_of(present, await chosen.categories(present), choices.quorum, choices.required)


async def tell_minutes(meeting: Meeting, stored: StoredDocument, work: Work) -> None:
    """Emit minutes that were approved."""
    document = Document(
        author=stored.author,
        version=stored.version,
        title=title_of(meeting),
        text=stored.text,
        opened=Openness.MEMBERS,
    )
    work.emit(MinutesApproved.of(meeting.facts(), document=document))


async def tell_highlights(meeting: Meeting, stored: StoredDocument, work: Work) -> None:
    """Emit highlights that were shared."""
    document = Document(
        author=stored.author,
        version=stored.version,
        title=title_of(meeting),
        text=stored.text,
        short=stored.short,
        opened=stored.opened,
    )
    work.emit(HighlightsShared.of(meeting.facts(), document=document))


async def minutes_now(meeting: Meeting, work: Work) -> str:
    """The text of the minutes, from the lines as they are now."""
    notes = await Records(work).of(meeting.id)
    return minutes_text(meeting, notes, await quorum_now(meeting, work))


async def highlights_now(meeting: Meeting, work: Work) -> StoredDocument:
    """The highlights as edited, else a draft from the lines as they are now."""
    document = await Records(work).document(meeting.id, HIGHLIGHTS)
    if document is not None and (document.edited or document.version):
        return document
    text = highlights_text(meeting, await Records(work).of(meeting.id))
    short = short_text(title_of(meeting), text)
    return StoredDocument(author=meeting.author, text=text, short=short)


async def write_again(meeting: Meeting, work: Work, *, theirs: bool) -> None:
    """Publish documents again without the words of somebody who was erased.

    `theirs` says that this person wrote the highlights, which are then left out entirely. What
    nobody has previewed is for members: highlights that were published are so no more.
    """
    records = Records(work)
    touched = meeting.touched(work.now)
    await Meetings(work).keep(touched)
    minutes = await records.document(meeting.id, MINUTES)
    if minutes is not None and minutes.version:
        again = StoredDocument(
            minutes.author, minutes.version + 1, await minutes_now(meeting, work)
        )
        await records.keep_document(meeting.id, MINUTES, again)
        await tell_minutes(touched, again, work)
    shared = await records.document(meeting.id, HIGHLIGHTS)
    if shared is not None and (theirs or not shared.edited):
        await _share_again(touched, shared, work, theirs=theirs)


async def _share_again(
    meeting: Meeting, shared: StoredDocument, work: Work, *, theirs: bool
) -> None:
    records = Records(work)
    text = "" if theirs else highlights_text(meeting, await records.of(meeting.id))
    short = short_text(title_of(meeting), text) if text else ""
    again = StoredDocument(shared.author, shared.version + bool(shared.version), text, short)
    await records.keep_document(meeting.id, HIGHLIGHTS, again)
    if again.version:
        await tell_highlights(meeting, again, work)
