"""Derives stored instants anew from wall time and zone, when zone data has changed.

This concerns only meetings to come: past ones stay at the time when they were held.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from indaba.contracts.ids import CommunityId, MeetingId, MemberId
from indaba.contracts.scheduling import MeetingMoved, MeetingStatus, RsvpAnswer
from indaba.ledger import Work
from indaba.ledger.failures import is_passing
from indaba.process import logs
from indaba.scheduling.model import Meeting, UnknownZone, instant, next_digest, zone_named
from indaba.scheduling.store import ChoicesMade, KeptInstant, Meetings
from indaba.scheduling.store.calendars import Calendars
from indaba.scheduling.workflows import planning
from indaba.scheduling.workflows.actions import ASK_OWNERS
from indaba.scheduling.workflows.digest import DIGEST

BATCH = 200
LONGEST_CHANGE = timedelta(hours=12)
"""No clock was ever changed by more at once, except where a country changed its date."""


async def derive_meetings(work: Work, after: str) -> str:
    """Derive meetings whose instant has changed anew: store them, set their timers, emit a move."""
    since = MeetingId(UUID(after)) if after else None
    page = await Meetings(work).kept_instants(since, BATCH)
    for before in page:
        try:
            if instant(before.starts, zone_named(before.zone)) != before.starts_at:
                async with work.connection.begin_nested():
                    await _derive(before, work)
        except Exception as error:
            if is_passing(error):
                raise
            # A meeting that cannot be derived, such as one whose zone is gone, stays as it was.
            log = logs.get(process="scheduling", correlation_id=str(work.correlation))
            log.warning("meeting.not-derived", meeting=str(before.id), error=type(error).__name__)
    return str(page[-1].id) if len(page) == BATCH else ""


async def _derive(before: KeptInstant, work: Work) -> None:
    store = Meetings(work)
    meeting = await store.alone(before.id)
    if meeting is None:
        return
    if meeting.status is not MeetingStatus.SCHEDULED:
        await store.keep(meeting)
        if meeting.status is MeetingStatus.LIVE:
            await planning.plan(meeting, work)
        return
    shifted = (meeting.starts_at - before.starts_at) // timedelta(minutes=1)
    anew = replace(meeting, version=meeting.version + 1, sequence=meeting.sequence + 1)
    await store.keep(anew)
    is_to_come = await work.is_set(ASK_OWNERS, str(anew.id))
    await planning.plan(anew, work)
    if not is_to_come:  # owners have been asked already, and a new hour is no reason to ask again
        await work.cancel_timer(ASK_OWNERS, str(anew.id))
    work.emit(MeetingMoved.of(anew.facts(), shifted=shifted, members=_coming(anew)))


def _coming(meeting: Meeting) -> tuple[MemberId, ...]:
    answers = meeting.rsvps.items()
    return tuple(sorted(member for member, rsvp in answers if rsvp.answer is RsvpAnswer.YES))


async def derive_digests(work: Work, after: str) -> str:
    """Derive when weekly digests are due. One that is due already stays due."""
    timers = await work.timers_of(DIGEST, after, BATCH)
    for timer in timers:
        choices = await ChoicesMade(work).of(CommunityId(UUID(timer.key)))
        with suppress(UnknownZone):
            due = next_digest(choices, timer.due_at - LONGEST_CHANGE)
            if due is not None and due != timer.due_at:
                body = {**timer.body, "due": due.isoformat()}
                await work.set_timer(due, DIGEST, timer.key, body, timer.lane)
    return timers[-1].key if len(timers) == BATCH else ""


async def look_at_quiet_hours(kind: str, work: Work, after: str) -> str:
    """Let what waits for the end of quiet hours check again whether these are over."""
    timers = await work.timers_of(kind, after, BATCH)
    for timer in timers:
        await work.set_timer(work.now, kind, timer.key, timer.body, timer.lane)
    return timers[-1].key if len(timers) == BATCH else ""


async def read_calendars_whole(work: Work, after: str) -> str:  # noqa: ARG001 - one statement for all
    """Let followed calendars be read in full next time, though they may not have changed.

    A date given in another zone or in UTC may have another wall time here now.
    """
    await Calendars(work).read_whole()
    return ""
