"""Minutes and highlights: showing, approving, editing, sharing and publishing."""

from dataclasses import replace

from indaba.contracts.ids import MeetingCode
from indaba.contracts.openness import Openness, fingerprint
from indaba.contracts.record import (
    ApproveMinutes,
    EditHighlights,
    HighlightsShown,
    MinutesShown,
    MinutesStatus,
    PublishHighlights,
    ShareHighlights,
    ShowHighlights,
    ShowMinutes,
)
from indaba.contracts.refusal import ChangedSince, hint
from indaba.contracts.scheduling import MeetingStatus
from indaba.ledger import Work
from indaba.ledger.merging import now_called
from indaba.scheduling.handlers.keeping import meeting_on_or_last
from indaba.scheduling.model import (
    HighlightsEmpty,
    Meeting,
    StillOn,
    by_topic,
    edited,
    short_text,
    title_of,
)
from indaba.scheduling.store import Actions, Meetings, Records, StoredDocument
from indaba.scheduling.store.record import HIGHLIGHTS, MINUTES
from indaba.scheduling.workflows.record import (
    highlights_now,
    minutes_now,
    quorum_now,
    tell_highlights,
    tell_minutes,
)


async def show_minutes(request: ShowMinutes, work: Work) -> MinutesShown:
    """Show the minutes by topic."""
    return await _minutes(await meeting_on_or_last(work, request.code), work)


async def approve_minutes(request: ApproveMinutes, work: Work) -> MinutesShown:
    """Approve the minutes. Without changes since the last approval, the version stays."""
    member = await now_called(work, work.passport.a_facilitator())
    meeting = await _over(request.code, work)
    records = Records(work)
    before = await records.document(meeting.id, MINUTES) or StoredDocument(author=member)
    text = await minutes_now(meeting, work)
    if before.version and before.text == text and not before.changed:
        return await _minutes(meeting, work)
    document = StoredDocument(author=member, version=before.version + 1, text=text)
    await records.keep_document(meeting.id, MINUTES, document)
    meeting = meeting.touched(work.now)
    await Meetings(work).keep(meeting)
    await tell_minutes(meeting, document, work)
    return await _minutes(meeting, work)


async def _over(code: MeetingCode | None, work: Work) -> Meeting:
    meeting = await meeting_on_or_last(work, code)
    if meeting.status is not MeetingStatus.CLOSED:
        raise StillOn(meeting.code)
    return meeting


async def _minutes(meeting: Meeting, work: Work) -> MinutesShown:
    records = Records(work)
    notes = await records.of(meeting.id)
    document = await records.document(meeting.id, MINUTES)
    version = document.version if document else 0
    codes = [note.action for note in notes if note.action and not note.removed]
    actions = [await Actions(work).by_code(meeting.community, code) for code in codes]
    return MinutesShown(
        meeting=meeting.facts(),
        status=_status(meeting, version),
        version=version,
        topics=by_topic(notes),
        actions=tuple(action.facts() for action in actions if action),
        quorum=await quorum_now(meeting, work),
        changed=bool(document and document.changed),
    )


def _status(meeting: Meeting, version: int) -> MinutesStatus:
    if meeting.status is MeetingStatus.LIVE:
        return MinutesStatus.OPEN
    return MinutesStatus.APPROVED if version else MinutesStatus.DRAFT


async def show_highlights(request: ShowHighlights, work: Work) -> HighlightsShown:
    """Show the highlights, as edited or shared, else a draft."""
    meeting = await meeting_on_or_last(work, request.code)
    return _highlights(meeting, await highlights_now(meeting, work))


async def edit_highlights(request: EditHighlights, work: Work) -> HighlightsShown:
    """Store the highlights in a facilitator's own words."""
    member = await now_called(work, work.passport.a_facilitator())
    meeting = await meeting_on_or_last(work, request.code)
    records = Records(work)
    before = await records.document(meeting.id, HIGHLIGHTS) or StoredDocument(author=member)
    text = edited(request.text)
    document = replace(
        before,
        author=member,
        text=text,
        short=short_text(title_of(meeting), text) if text else "",
        edited=bool(text),
        changed=True,
    )
    await records.keep_document(meeting.id, HIGHLIGHTS, document)
    return _highlights(meeting, await highlights_now(meeting, work))


async def share_highlights(request: ShareHighlights, work: Work) -> HighlightsShown:
    """Share the highlights; as they were shared, they stay that version."""
    member = await now_called(work, work.passport.a_facilitator())
    meeting = await _over(request.code, work)
    draft = await highlights_now(meeting, work)
    _check_says_something(meeting, draft)
    if draft.version and not draft.changed:
        return _highlights(meeting, draft)
    return await _told(meeting, replace(draft, author=member, opened=Openness.MEMBERS), work)


async def publish_highlights(request: PublishHighlights, work: Work) -> HighlightsShown:
    """Let the world read the highlights as they were previewed, or no more.

    Raises `ChangedSince`.
    """
    member = await now_called(work, work.passport.a_facilitator())
    meeting = await _over(request.code, work)
    draft = await highlights_now(meeting, work)
    wanted = Openness.WORLD if request.open else Openness.MEMBERS
    if request.open:
        _check_says_something(meeting, draft)
        if request.seen != fingerprint(draft.text, draft.short):
            raise ChangedSince(hint("minutes publish", code=meeting.code))
    if draft.opened is wanted and not (request.open and (draft.changed or not draft.version)):
        return _highlights(meeting, draft)
    return await _told(meeting, replace(draft, author=member, opened=wanted), work)


def _check_says_something(meeting: Meeting, draft: StoredDocument) -> None:
    if not any(line and not line.startswith("#") for line in draft.text.splitlines()):
        raise HighlightsEmpty(meeting.code)


async def _told(meeting: Meeting, draft: StoredDocument, work: Work) -> HighlightsShown:
    """The draft as the next version."""
    document = replace(draft, version=draft.version + 1, changed=False)
    await Records(work).keep_document(meeting.id, HIGHLIGHTS, document)
    meeting = meeting.touched(work.now)
    await Meetings(work).keep(meeting)
    await tell_highlights(meeting, document, work)
    return _highlights(meeting, document)


def _highlights(meeting: Meeting, document: StoredDocument) -> HighlightsShown:
    return HighlightsShown(
        meeting=meeting.facts(),
        text=document.text,
        short=document.short,
        shared=document.version,
        opened=document.opened,
        changed=document.changed,
    )
