"""A meeting as a page shows it, in words and in the community's time first."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from indaba.contracts.scheduling import MeetingStatus
from indaba.conversation.times import how_long_until, say_for, say_when
from indaba.conversation.wording import Wording, plain
from indaba.portal.entries import title_of
from indaba.portal.model import Community, Meeting


@dataclass(frozen=True, slots=True)
class Shown:
    """A meeting on a page. `state` is what to know first; `can_answer`: it is still to come.

    `instant` is for machines (ISO 8601 with offset). Empty texts are not shown.
    """

    code: str
    state: str
    called_off: bool
    why: str
    title: str
    when: str
    elsewhere: str
    instant: str
    away: str
    length: str
    counts: str
    can_answer: bool
    repeats: str
    where: str
    has_highlights: bool = False


def shown(
    meeting: Meeting,
    community: Community,
    now: datetime,
    wording: Wording,
    *,
    for_members: bool = False,
    has_highlights: bool = False,
) -> Shown:
    """A meeting in words, its time in the community's zone.

    With `for_members`, it says why it was cancelled.
    """
    called_off = meeting.status is MeetingStatus.CANCELLED
    at_home = say_for(meeting.begins, community.zone, wording.locale)
    elsewhere = say_when(meeting.starts, meeting.zone, wording.locale)
    return Shown(
        code=meeting.code,
        state=_state(meeting, wording),
        called_off=called_off,
        why=plain(meeting.reason) if called_off and for_members else "",
        title=title_of(meeting, wording),
        when=at_home,
        elsewhere="" if meeting.zone == community.zone else elsewhere,
        instant=meeting.begins.astimezone(ZoneInfo(community.zone)).isoformat(timespec="minutes"),
        away="" if called_off else _away(meeting, now, wording),
        length=wording.length(meeting.minutes),
        counts=_counts(meeting, wording),
        can_answer=not called_off and not is_over(meeting, now),
        repeats=plain(meeting.repeats),
        where=plain(meeting.where),
        has_highlights=has_highlights,
    )


def is_over(meeting: Meeting, now: datetime) -> bool:
    """Whether it took place and has ended."""
    if meeting.status in (MeetingStatus.CLOSED, MeetingStatus.CANCELLED):
        return meeting.status is MeetingStatus.CLOSED
    return not meeting.is_on(now) and meeting.begins <= now


def _state(meeting: Meeting, wording: Wording) -> str:
    if meeting.status is MeetingStatus.CANCELLED:
        return wording.say("Called off: this meeting does not take place.")
    if meeting.moved_from is None:
        return ""
    before = say_when(meeting.moved_from, meeting.zone, wording.locale)
    return wording.say("This meeting was moved. It was: {when}", when=before)


def _away(meeting: Meeting, now: datetime, wording: Wording) -> str:
    if meeting.is_on(now):
        return wording.say("on now")
    if is_over(meeting, now):
        return wording.say("over")
    return how_long_until(meeting.begins, now, wording.locale)


def _counts(meeting: Meeting, wording: Wording) -> str:
    n = meeting.counts
    lines = (
        (n.yes, "{n} coming", "{n} coming"),
        (n.guests, "{n} guest with them", "{n} guests with them"),
        (n.waiting, "{n} waiting for a place", "{n} waiting for a place"),
        (n.maybe, "{n} maybe", "{n} maybe"),
        (n.no, "{n} not this time", "{n} not this time"),
        (n.checked_in, "{n} checked in", "{n} checked in"),
    )
    parts = [wording.count(number, one, many) for number, one, many in lines if number]
    parts += [_places(meeting, wording)] if meeting.capacity else []
    return ", ".join(parts) or wording.say("nobody has answered yet")


def _places(meeting: Meeting, wording: Wording) -> str:
    free = max(0, meeting.capacity - meeting.counts.yes - meeting.counts.guests)
    return wording.say("{free} of {all} places free", free=free, all=meeting.capacity)
