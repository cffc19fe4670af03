"""With other zone data, what was kept as an instant is derived anew from wall time and zone.

Only what is to come; what was held, was held when it was.
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
"""No clock was ever put further at once but where a country changed its date."""


async def derive_meetings(work: Work, after: str) -> str:
    """Meetings whose hour is another now: kept anew, their timers set anew, and told as moved."""
    since = MeetingId(UUID(after)) if after else None
    page = await Meetings(work).kept_instants(since, BATCH)
    for kept in page:
        try:
            if instant(kept.starts, zone_named(kept.zone)) != kept.starts_at:
                async with work.connection.begin_nested():
                    await _derive(kept, work)
        except Exception as error:
            if is_passing(error):
                raise
            # One that cannot be, as when its zone is not known any more, keeps what it had.
            log = logs.get(process="scheduling", correlation_id=str(work.correlation))
            log.warning("meeting.not-derived", meeting=str(kept.id), error=type(error).__name__)
    return str(page[-1].id) if len(page) == BATCH else ""


async def _derive(kept: KeptInstant, work: Work) -> None:
    store = Meetings(work)
    meeting = await store.alone(kept.id)
    if meeting is None:
        return
    if meeting.status is not MeetingStatus.SCHEDULED:
        await store.keep(meeting)
        if meeting.status is MeetingStatus.LIVE:
            await planning.plan(meeting, work)
        return
    shifted = (meeting.starts_at - kept.starts_at) // timedelta(minutes=1)
    anew = replace(meeting, version=meeting.version + 1, sequence=meeting.sequence + 1)
    await store.keep(anew)
    is_to_come = await work.is_set(ASK_OWNERS, str(anew.id))
    await planning.plan(anew, work)
    if not is_to_come:  # owners were asked; with another hour alone there is nothing new to ask
        await work.cancel_timer(ASK_OWNERS, str(anew.id))
    work.emit(MeetingMoved.of(anew.facts(), shifted=shifted, members=_coming(anew)))


def _coming(meeting: Meeting) -> tuple[MemberId, ...]:
    said = meeting.rsvps.items()
    return tuple(sorted(member for member, rsvp in said if rsvp.answer is RsvpAnswer.YES))


async def derive_digests(work: Work, after: str) -> str:
    """Weekly digests that are due at another instant now; one that was due stays due."""
    timers = await work.timers_of(DIGEST, after, BATCH)
    for timer in timers:
        choices = await ChoicesMade(work).of(CommunityId(UUID(timer.key)))
        with suppress(UnknownZone):
            due = next_digest(choices, timer.due_at - LONGEST_CHANGE)
            if due is not None and due != timer.due_at:
                body = {**timer.body, "due": due.isoformat()}
                await work.set_timer(due, DIGEST, timer.key, body, timer.lane)
    return timers[-1].key if len(timers) == BATCH else ""


async def look_at_quiet_hours(work: Work, after: str) -> str:
    """Reminders that wait for the end of quiet hours look now whether these are over."""
    timers = await work.timers_of(planning.REMIND_LATER, after, BATCH)
    for timer in timers:
        kind = planning.REMIND_LATER
        await work.set_timer(work.now, kind, timer.key, timer.body, timer.lane)
    return timers[-1].key if len(timers) == BATCH else ""


async def read_calendars_whole(work: Work, after: str) -> str:  # noqa: ARG001 - one statement for all
    """Followed calendars are read in whole next time, though they have not changed.

    A date told in another zone or in UTC has another wall time here now.
    """
    await Calendars(work).read_whole()
    return ""
