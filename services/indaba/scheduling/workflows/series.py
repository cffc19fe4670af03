"""Turns the dates of a series into meetings a while ahead, and gives them cards in turn."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial

from indaba.contracts.ids import MeetingId, SeriesId
from indaba.contracts.scheduling import (
    MeetingAnnounced,
    MeetingCancelled,
    MeetingChanged,
    MeetingMoved,
    MeetingScheduled,
    MeetingStatus,
)
from indaba.contracts.series import SeriesChanged
from indaba.ledger import Work
from indaba.scheduling.model import (
    MADE_AHEAD,
    Date,
    Meeting,
    Series,
    check_time_to_come,
    wall,
    wanted,
    zone_named,
)
from indaba.scheduling.model.repeating import DateThere, NoSuchDate, Repeats, restore, skip
from indaba.scheduling.store import AllSeries, Meetings
from indaba.scheduling.workflows import planning as timers
from indaba.scheduling.workflows.codes import fresh_code
from indaba.scheduling.workflows.keeping import keep


def today(series: Series, work: Work) -> datetime:
    """The present as wall time where a series is held."""
    return wall(work.now, zone_named(series.repeats.zone))


async def look_again(series: Series, work: Work) -> Series:
    """Store a series with the dates it leaves out, as they are known now."""
    all_series = AllSeries(work)
    calendar = await all_series.calendar(series.community)
    seen = series.seen(today(series, work), calendar)
    await all_series.keep(seen)
    return seen


async def make_dates(series: Series, work: Work) -> list[Meeting]:
    """Make the next dates into meetings; returns all that are on or to come, soonest first."""
    if series.ended:
        return []
    calendar = await AllSeries(work).calendar(series.community)
    store = Meetings(work)
    there = await store.dates_of(series.id)
    held = [m for m in there.values() if is_to_come(m, work)]
    # Some of the next dates may be cancelled. They stay so, and later ones are made instead.
    most = MADE_AHEAD + len(there)
    for date in series.repeats.dates(today(series, work), None, most, calendar):
        if len(held) >= MADE_AHEAD:
            break
        if date.original not in there:
            held.append(await _make(series, date, work))
    return sorted(held, key=lambda meeting: meeting.starts_at)


def is_to_come(meeting: Meeting, work: Work) -> bool:
    """Whether a date is scheduled or on."""
    on = meeting.status in (MeetingStatus.SCHEDULED, MeetingStatus.LIVE)
    return on and meeting.closes_itself_at > work.now


async def make_one(series: Series, starts: datetime, work: Work) -> Meeting:
    """Make one date into a meeting with a card. Raises `TimePassed` and the like."""
    check_time_to_come(starts, series.repeats.zone, work.now)
    made = await _make(series, Date(starts, starts, added=True), work)
    [announced] = await announce_first([made], work)
    return announced


async def _make(series: Series, date: Date, work: Work) -> Meeting:
    meeting = Meeting(
        id=MeetingId(work.world.new_id()),
        community=series.community,
        code=await fresh_code(work, series.community),
        author=series.author,
        starts=date.starts,
        zone=series.repeats.zone,
        **series.details(),
        answers_close=series.answers_close,
        roles=wanted({}, series.roles),
        series=series.id,
        repeats=series.words,
        date_of=date.original,
        announced=False,
    )
    await Meetings(work).add(meeting)
    await timers.plan(meeting, work)
    work.emit(MeetingScheduled.of(meeting.facts()))
    return meeting


async def skip_date(meeting: Meeting, work: Work) -> None:
    """Leave a cancelled date out of the pattern, and continue the series."""
    await _repattern(meeting, skip, work)


async def restore_date(meeting: Meeting, work: Work) -> None:
    """Put a date that takes place after all back into the pattern."""
    await _repattern(meeting, restore, work)


async def _repattern(
    meeting: Meeting, change: Callable[[Repeats, datetime], Repeats], work: Work
) -> None:
    all_series = AllSeries(work)
    series = await all_series.of(meeting.series) if meeting.series else None
    if series is None or meeting.date_of is None:
        return
    with suppress(NoSuchDate, DateThere):
        series = series.with_repeats(change(series.repeats, meeting.date_of))
    await all_series.keep(series)
    await go_on(series.id, work, changed=True)


async def go_on(series_id: SeriesId, work: Work, *, changed: bool = False) -> None:
    """Continue after a date is over or cancelled: make later dates, and give the next its card."""
    series = await AllSeries(work).of(series_id)
    if series is None:
        return
    seen = await look_again(series, work)
    if changed or seen is not series:
        work.emit(SeriesChanged.of(seen.facts()))
    await announce_first(await make_dates(seen, work), work)


async def announce_first(coming: list[Meeting], work: Work) -> list[Meeting]:
    """Give the first date to come its card, unless one has it already."""
    if not coming or coming[0].announced:
        return coming
    announced = coming[0].announce()
    await Meetings(work).keep(announced)
    work.emit(MeetingAnnounced.of(announced.facts()))
    return [announced, *coming[1:]]


async def follow_pattern(before: list[Meeting], series: Series, work: Work) -> list[Meeting]:
    """Move dates already made to those of the new pattern, in order; cancel what is left over.

    Dates that both patterns have, and those moved by hand, stay where they are.
    """
    calendar = await AllSeries(work).calendar(series.community)
    dates = list(
        series.repeats.dates(today(series, work), None, len(before) + MADE_AHEAD, calendar)
    )
    by_original = {date.original: date for date in dates}
    staying, loose = [], []
    for meeting in before:
        by_hand = meeting.date_of is not None and meeting.starts != meeting.date_of
        if by_hand or meeting.date_of in by_original:
            by_original.pop(meeting.date_of or meeting.starts, None)
            staying.append(await _adopt(meeting, series, work))
        else:
            loose.append(meeting)
    free = [date for date in dates if date.original in by_original]
    for number, meeting in enumerate(loose):
        if number < len(free):
            staying.append(await _put(meeting, free[number], series, work))
        else:
            await call_off(meeting, "", work)
    return staying


async def _adopt(meeting: Meeting, series: Series, work: Work) -> Meeting:
    """Let a date that stays belong to the series that continues."""
    if (meeting.series, meeting.repeats) == (series.id, series.words):
        return meeting
    adopted = replace(meeting.touched(work.now), series=series.id, repeats=series.words)
    await Meetings(work).keep(adopted)
    work.emit(MeetingChanged.of(adopted.facts()))
    return adopted


async def _put(meeting: Meeting, date: Date, series: Series, work: Work) -> Meeting:
    """Move a meeting, with its answers, to another date of the pattern."""
    moved = meeting.move(date.starts, series.repeats.zone, work.now)
    put = replace(moved, series=series.id, repeats=series.words, date_of=date.original)
    await timers.plan(put, work)
    await keep(work, meeting, put, MeetingMoved.of)
    return put


async def call_off(meeting: Meeting, reason: str, work: Work, *, quietly: bool = True) -> None:
    """Cancel a date; `quietly` without telling, when many are cancelled and told of together."""
    cancelled = meeting.cancel(reason)
    await timers.drop(cancelled, work)
    await keep(work, meeting, cancelled, partial(MeetingCancelled.of, quietly=quietly))
