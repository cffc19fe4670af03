"""Understands what people type about when."""

from typing import Any

from indaba.contracts.lines import MeetingRead, MeetingReading, ReadMeeting
from indaba.contracts.series import Coming, LeftOut, ReadRepeat, RepeatRead, RepeatReading
from indaba.contracts.times import (
    LengthOf,
    LengthRead,
    Reading,
    ReadLength,
    ReadWeekly,
    ReadWhen,
    WeeklyRead,
    WhenRead,
)
from indaba.ledger import Work
from indaba.scheduling import model
from indaba.scheduling.handlers.keeping import meeting_called
from indaba.scheduling.model import (
    instant,
    pattern_of,
    read_before,
    read_length,
    read_meeting,
    read_repeat,
    read_until,
    read_weekly,
    read_when,
    wall,
    zone_named,
)
from indaba.scheduling.model.reader.asked import asked_at
from indaba.scheduling.model.repeating import Repeats
from indaba.scheduling.store import AllSeries

SHOWN = 5


async def understand_when(request: ReadWhen, work: Work) -> WhenRead:
    """Read a free-text time in the asker's zone."""
    zone, locale = work.passport.zone, work.passport.locale
    before = None
    if request.moves:
        work.passport.a_member()
        # Days and hours are the asker's own, who may be abroad.
        before = wall((await meeting_called(work, request.moves)).starts_at, zone_named(zone))
    return read_when(request.text, work.now, zone, locale, before=before)


async def understand_length(request: ReadLength, work: Work) -> LengthRead:
    """Read how long something is; by the clocks of the asker, where a moment is named."""
    asked = asked_at(work.now, work.passport.zone, work.passport.locale)
    if request.of is LengthOf.FROM_NOW:
        return read_until(request.text, asked, asked.today)
    if request.of is LengthOf.ITSELF or request.meeting is None:
        return read_length(request.text, asked)
    work.passport.a_member()
    start = wall((await meeting_called(work, request.meeting)).starts_at, asked.place)
    if request.of is LengthOf.BEFORE_START:
        return read_before(request.text, asked, start)
    return read_until(request.text, asked, start)


async def understand_weekly(request: ReadWeekly, work: Work) -> WeeklyRead:
    """Read a day of the week."""
    asked = asked_at(work.now, work.passport.zone, work.passport.locale)
    return read_weekly(request.text, asked)


async def understand_repeat(request: ReadRepeat, work: Work) -> RepeatRead:
    """Read a free-text pattern in the asker's zone, and give its next dates."""
    passport = work.passport
    chosen = await AllSeries(work).holidays_chosen(passport.community)
    reading = read_repeat(request.text, work.now, passport.zone, passport.locale, holidays=chosen)
    if reading is None:
        return RepeatRead(repeats=False)
    readings = [await _repeating(r.repeats, r.words, work) for r in reading.readings]
    return RepeatRead(
        repeats=True, sure=reading.sure, readings=tuple(readings), doubt=reading.doubt
    )


async def understand_meeting(request: ReadMeeting, work: Work) -> MeetingRead:
    """Read a whole line in the asker's zone."""
    zone, locale = work.passport.zone, work.passport.locale
    chosen = await AllSeries(work).holidays_chosen(work.passport.community)
    title = request.title
    read = read_meeting(request.line, work.now, zone, locale, title=title, holidays=chosen)
    readings = [await _reading(each, work) for each in read.readings]
    return MeetingRead(sure=read.sure, readings=tuple(readings), doubt=read.doubt, title=read.title)


async def _reading(read: model.MeetingReading, work: Work) -> MeetingReading:
    same: dict[str, Any] = {"title": read.title, "minutes": read.minutes}
    if isinstance(read.meant, Reading):
        return MeetingReading(**same, **dict(read.meant))
    repeats = read.meant.repeats
    zone = zone_named(repeats.zone)
    return MeetingReading(
        **same,
        starts=repeats.first,
        zone=repeats.zone,
        starts_at=instant(repeats.first, zone),
        repeat=await _repeating(repeats, read.meant.words, work),
    )


async def _repeating(repeats: Repeats, words: str, work: Work) -> RepeatReading:
    zone = zone_named(repeats.zone)
    calendar = await AllSeries(work).calendar(work.passport.in_community())
    look = repeats.coming(wall(work.now, zone), None, SHOWN, calendar)
    return RepeatReading(
        pattern=pattern_of(repeats),
        words=words,
        coming=tuple(
            Coming(starts=d.starts, starts_at=instant(d.starts, zone)) for d in look.dates
        ),
        left_out=tuple(LeftOut(day=d.original.date(), why=d.why) for d in look.left_out),
        terms_unknown=look.unknown_terms,
    )
