"""Turns the dates of a followed calendar into meetings, and keeps those up to date.

Every date has a key, so that applying the same dates again changes nothing. What facilitators
changed here stays until the date changes in its calendar.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from indaba.contracts.ids import MeetingId
from indaba.contracts.keeping import OUTSIDE
from indaba.contracts.refusal import Refusal
from indaba.contracts.scheduling import (
    MeetingAnnounced,
    MeetingCancelled,
    MeetingChanged,
    MeetingMoved,
    MeetingRestored,
    MeetingScheduled,
    MeetingStatus,
)
from indaba.ledger import Work
from indaba.scheduling.model import Meeting, zone_named
from indaba.scheduling.model.outside import CalendarDates, Followed, OutsideDate
from indaba.scheduling.model.wall_time import instant
from indaba.scheduling.store import Meetings
from indaba.scheduling.store.calendars import Calendars, KeptDate
from indaba.scheduling.workflows import planning
from indaba.scheduling.workflows.agenda import carry_over, take_up
from indaba.scheduling.workflows.codes import fresh_code
from indaba.scheduling.workflows.keeping import keep

TAKEN_OUT = "Taken out of the calendar it came from"
NOT_FOLLOWED = "The calendar it came from is not followed any more"
SOON = timedelta(days=14)
"""How long before its start a date gets its card. A year of cards would flood a room."""

A_FEW = 3
"""If more than these are cancelled at once, one event of the calendar reports them together."""

_FACTS = ("title", "minutes", "where")


@dataclass(slots=True)
class Changes:
    """How many meetings one reading scheduled, changed and cancelled.

    `doubted` says that many are missing for the first time, and were left as they are.
    """

    called: int = 0
    changed: int = 0
    cancelled: int = 0
    doubted: bool = False

    def __bool__(self) -> bool:
        return bool(self.called or self.changed or self.cancelled)


async def apply(calendar: Followed, dates: CalendarDates, work: Work) -> Changes:
    """Bring the meetings of a calendar up to date. Idempotent.

    Where most of its meetings to come are missing at once, they are called off only if they are
    missing again an hour later: an empty file is a fault of its site more often than the truth.
    """
    changes, store = Changes(), Calendars(work)
    known_dates = await store.dates(calendar.id)
    for date in sorted(dates.dates, key=_begins):
        with suppress(Refusal):  # a date that no meeting can have must not hold up the others
            await _apply_one(calendar, date, known_dates.get(date.key), changes, work)
    there = {date.key for date in dates.dates}
    gone = {
        key: date
        for key, date in known_dates.items()
        if key not in there and not date.gone and not key.startswith(dates.unread)
    }
    await _take_out(calendar, gone, changes, work)
    await store.forget_past(calendar.id, work.now - OUTSIDE.long)
    return changes


def _begins(date: OutsideDate) -> datetime:
    return instant(date.starts, zone_named(date.zone))


async def _apply_one(
    calendar: Followed, date: OutsideDate, known: KeptDate | None, changes: Changes, work: Work
) -> None:
    if known is not None and known.fingerprint == date.fingerprint and not known.gone:
        return
    before = await Meetings(work).alone(known.meeting) if known else None
    to_come = _begins(date) > work.now
    if known is None or before is None or _has_begun(before, work):
        if to_come:
            meeting = await _call(calendar, date, work)
            changes.called += 1
            await _keep(calendar, date, meeting.id, work)
        return
    if not to_come:
        await _take_out(calendar, {date.key: known}, changes, work)
        return
    changes.changed += await _follow(before, date, known, work)
    await _keep(calendar, date, before.id, work)


def _has_begun(meeting: Meeting, work: Work) -> bool:
    on_or_over = (MeetingStatus.LIVE, MeetingStatus.CLOSED)
    return meeting.status in on_or_over or meeting.starts_at <= work.now


async def _keep(calendar: Followed, date: OutsideDate, meeting: MeetingId, work: Work) -> None:
    await Calendars(work).keep_date(calendar.id, date.key, KeptDate(meeting, date.fingerprint))


async def _call(calendar: Followed, date: OutsideDate, work: Work) -> Meeting:
    meeting = Meeting.called(
        id=MeetingId(work.world.new_id()),
        community=calendar.community,
        code=await fresh_code(work, calendar.community),
        author=calendar.author,
        title=date.title,
        starts=date.starts,
        zone=date.zone,
        minutes=date.minutes,
        where=date.where,
        announced=_begins(date) < work.now + SOON,
        now=work.now,
    )
    await Meetings(work).add(meeting)
    await planning.plan(meeting, work)
    work.emit(MeetingScheduled.of(meeting.facts()))
    await take_up(meeting, work)
    return meeting


async def _follow(before: Meeting, date: OutsideDate, known: KeptDate, work: Work) -> bool:
    """Apply what changed in the calendar; whether that changed the meeting."""
    called_off = before.status is MeetingStatus.CANCELLED
    if called_off and not known.gone:
        return False  # a facilitator cancelled it, and that holds
    meeting = before.restore(work.now) if called_off else before
    facts = date.fingerprint
    other = {name for name, fact in facts.items() if known.fingerprint.get(name) != fact}
    moved = meeting
    if other & {"starts", "zone"}:
        moved = meeting.move(date.starts, date.zone, work.now)
    described = _described(moved, {name: facts[name] for name in _FACTS if name in other}, work)
    if described is before:
        return False
    event = MeetingChanged if moved is meeting else MeetingMoved
    await planning.plan(described, work)
    await keep(work, before, described, (MeetingRestored if called_off else event).of)
    return True


def _described(meeting: Meeting, facts: Mapping[str, Any], work: Work) -> Meeting:
    """The meeting with a changed title, length or place."""
    return meeting.change(work.now, **facts) if facts else meeting


async def _take_out(
    calendar: Followed, gone: Mapping[str, KeptDate], changes: Changes, work: Work
) -> None:
    """Cancel meetings whose dates were removed. They are restored if the dates come back."""
    off = [(key, date, await _to_come(date.meeting, work)) for key, date in gone.items()]
    many = len([meeting for _, _, meeting in off if meeting])
    quietly = many > A_FEW
    if quietly and not calendar.is_believed(work.now):
        changes.doubted = many > await Calendars(work).count(calendar.id) // 2
    if changes.doubted:
        return
    for key, date, meeting in off:
        if meeting is None:
            continue
        await _call_off(meeting, TAKEN_OUT, work, quietly=quietly)
        out = KeptDate(date.meeting, date.fingerprint, gone=True)
        await Calendars(work).keep_date(calendar.id, key, out)
        changes.cancelled += 1


async def _to_come(meeting: MeetingId, work: Work) -> Meeting | None:
    scheduled = await Meetings(work).alone(meeting)
    if (
        scheduled is None
        or scheduled.status is not MeetingStatus.SCHEDULED
        or _has_begun(scheduled, work)
    ):
        return None
    return scheduled


async def _call_off(meeting: Meeting, reason: str, work: Work, *, quietly: bool) -> None:
    cancelled = meeting.cancel(reason)
    await planning.drop(cancelled, work)
    await keep(work, meeting, cancelled, partial(MeetingCancelled.of, quietly=quietly))
    await carry_over(cancelled, work)


async def call_off_all(calendar: Followed, work: Work) -> int:
    """Cancel all meetings to come of a calendar; returns how many."""
    ids = await Calendars(work).to_come(calendar.id)
    for each in ids:
        meeting = await _to_come(each, work)
        if meeting is not None:
            await _call_off(meeting, NOT_FOLLOWED, work, quietly=len(ids) > A_FEW)
    return len(ids)


async def announce_soon(calendar: Followed, work: Work) -> None:
    """Give cards to dates that begin within two weeks."""
    store = Meetings(work)
    for each in await Calendars(work).unannounced(calendar.id, work.now + SOON):
        meeting = await store.alone(each)
        if meeting is not None and not meeting.announced:
            announced = meeting.announce()
            await store.keep(announced)
            work.emit(MeetingAnnounced.of(announced.facts()))
