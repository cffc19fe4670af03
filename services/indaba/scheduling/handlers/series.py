"""Series: reading, starting, showing, changing and ending them; school terms."""

from dataclasses import replace
from typing import Any

from indaba.contracts.ids import MeetingCode, SeriesId
from indaba.contracts.scheduling import MeetingChanged, MeetingShown, MeetingStatus
from indaba.contracts.series import (
    AddDate,
    ChangeSeries,
    EndSeries,
    ImportTerms,
    RepeatOtherwise,
    Scope,
    SeriesCalledOff,
    SeriesChanged,
    SeriesEnded,
    SeriesShown,
    SeriesStarted,
    ShowSeries,
    StartSeries,
    TermsKept,
)
from indaba.ledger import Work
from indaba.scheduling.handlers.keeping import meeting_called, shown
from indaba.scheduling.model import (
    Meeting,
    NoDatesLeft,
    NotASeries,
    Series,
    meant_in,
    read_terms,
    repeats_of,
    to_the_minute,
)
from indaba.scheduling.model.repeating import DateWasThere, Repeats, add, this_and_later
from indaba.scheduling.store import AllSeries, Meetings
from indaba.scheduling.workflows import planning
from indaba.scheduling.workflows import series as timers
from indaba.scheduling.workflows.agenda import take_up
from indaba.scheduling.workflows.keeping import keep


async def start_series(request: StartSeries, work: Work) -> SeriesShown:
    """Start a series. Its first date gets its card at once. Raises `NoDatesLeft`."""
    author, community = work.passport.a_facilitator(), work.passport.in_community()
    series = Series.called(
        id=SeriesId(work.world.new_id()),
        community=community,
        author=author,
        repeats=repeats_of(request.pattern),
        **request.details(),
    )
    calendar = await AllSeries(work).calendar(community)
    series = replace(series.seen(timers.today(series, work), calendar), version=1)
    await AllSeries(work).keep(series)
    coming = await timers.make_dates(series, work)
    if not coming:
        raise NoDatesLeft
    work.emit(SeriesStarted.of(series.facts()))
    coming = await timers.announce_first(coming, work)
    await take_up(coming[0], work)
    return _shown(series, coming)


async def show_series(request: ShowSeries, work: Work) -> SeriesShown:
    """Show the series that a meeting belongs to, and its dates to come."""
    _, series = await _series_of(work, request.code)
    return _shown(series, await _to_come(series, work))


async def repeat_otherwise(request: RepeatOtherwise, work: Work) -> SeriesShown:
    """Give a series another pattern, from one date on or for all dates to come.

    Raises `NoDatesLeft`.
    """
    meeting, series = await _series_of(work, request.code)
    wanted = repeats_of(request.pattern).checked().from_its_first()
    there = await _to_come(series, work)
    if request.scope is Scope.LATER and meeting.date_of is not None:
        later = await _split(series, meeting, wanted, work)
        there = [m for m in there if m.starts_at >= meeting.starts_at]
    else:
        later = series.with_repeats(wanted)
    later = await timers.look_again(later, work)
    staying = await timers.follow_pattern(there, later, work)
    made = await timers.make_dates(later, work)
    if not made and not staying:
        raise NoDatesLeft
    tell = SeriesChanged if later.id == series.id else SeriesStarted
    work.emit(tell.of(later.facts()))
    return _shown(later, await timers.announce_first(made, work))


async def _split(series: Series, meeting: Meeting, wanted: Repeats, work: Work) -> Series:
    """End the old series before the date, and return a new one that continues from there."""
    if meeting.date_of is None:
        raise NotASeries(meeting.code)
    before, _ = this_and_later(series.repeats, meeting.date_of)
    if before is None:
        return series.with_repeats(wanted)
    earlier = await timers.look_again(series.with_repeats(before), work)
    work.emit(SeriesChanged.of(earlier.facts()))
    later = replace(series, id=SeriesId(work.world.new_id()), repeats=wanted, version=1, sequence=0)
    await AllSeries(work).keep(later)
    return later


async def change_series(request: ChangeSeries, work: Work) -> SeriesShown:
    """Change what the dates have in common, from one date on or for all to come."""
    meeting, series = await _series_of(work, request.code)
    given = request.model_dump(exclude={"code", "scope"}, exclude_none=True)
    changed = series.change(**given)
    if changed is not series:
        changed = await timers.look_again(changed, work)
        facts = changed.facts()
        work.emit(SeriesChanged.of(facts))
    coming = await _to_come(changed, work)
    later = request.scope is Scope.LATER
    return _shown(
        changed,
        [
            m if later and m.starts_at < meeting.starts_at else await _change(m, given, work)
            for m in coming
        ],
    )


async def _change(before: Meeting, given: dict[str, Any], work: Work) -> Meeting:
    meeting = before.change(work.now, **given)
    if meeting.minutes != before.minutes:
        await planning.plan(meeting, work)
    await keep(work, before, meeting, MeetingChanged.of)
    return meeting


async def add_date(request: AddDate, work: Work) -> MeetingShown:
    """Add a date to a series, by the series' own clocks. Raises `DateWasThere`."""
    _, series = await _series_of(work, request.code)
    starts = meant_in(series.repeats.zone, request.starts, request.zone, work.now)
    starts = to_the_minute(starts)
    changed = series.with_repeats(add(series.repeats, starts))
    if before := (await Meetings(work).dates_of(series.id)).get(starts):
        off = before.status is MeetingStatus.CANCELLED
        raise DateWasThere(starts, before.code, called_off=off)
    changed = await timers.look_again(changed, work)
    meeting = await timers.make_one(changed, starts, work)
    await Meetings(work).was_added(meeting.id)
    work.emit(SeriesChanged.of(changed.facts()))
    return shown(meeting, work)


async def end_series(request: EndSeries, work: Work) -> SeriesEnded:
    """End a series: from one date on, or with all dates to come."""
    author = work.passport.a_facilitator()
    meeting, series = await _series_of(work, request.code)
    going = await _to_come(series, work)
    if request.scope is Scope.THIS:
        going = [meeting]
    if request.scope is Scope.LATER and meeting.date_of is not None:
        going = [m for m in going if m.starts_at >= meeting.starts_at]
        before, _ = this_and_later(series.repeats, meeting.date_of)
        ended = series.with_repeats(before) if before else series.end()
    else:
        ended = series.end()
    ended = await timers.look_again(ended, work)
    scheduled = [m for m in going if m.status is MeetingStatus.SCHEDULED]
    for date in scheduled:
        await timers.call_off(date, request.reason, work)
    work.emit(
        SeriesCalledOff.of(
            ended.facts(),
            cancelled=len(scheduled),
            reason=request.reason,
            author=author,
            next=scheduled[0].facts() if scheduled else None,
        )
    )
    return SeriesEnded(series=ended.facts(), cancelled=len(scheduled))


async def import_terms(request: ImportTerms, work: Work) -> TermsKept:
    """Store school terms, all or none. Dates that now fall into holidays are cancelled."""
    read = read_terms(request.csv.encode())
    if read.faults:
        return TermsKept(kept=0, faults=read.faults)
    community = work.passport.in_community()
    count = await AllSeries(work).keep_terms(community, read.terms)
    for series in await AllSeries(work).avoiding_school_holidays(community):
        await _mind_terms(series, work)
    return TermsKept(kept=count)


async def _mind_terms(series: Series, work: Work) -> None:
    seen = await timers.look_again(series, work)
    for meeting in await _to_come(seen, work):
        if meeting.date_of in seen.not_held and meeting.starts == meeting.date_of:
            await timers.call_off(meeting, "School holidays", work, quietly=not meeting.announced)
    await timers.go_on(seen.id, work, changed=seen is not series)


async def _series_of(work: Work, code: MeetingCode) -> tuple[Meeting, Series]:
    meeting = await meeting_called(work, code)
    series = await AllSeries(work).of(meeting.series) if meeting.series else None
    if series is None:
        raise NotASeries(meeting.code)
    return meeting, series


async def _to_come(series: Series, work: Work) -> list[Meeting]:
    """The dates of a series that are scheduled or on, soonest first."""
    there = (await Meetings(work).dates_of(series.id)).values()
    coming = [m for m in there if timers.is_to_come(m, work)]
    return sorted(coming, key=lambda meeting: meeting.starts_at)


def _shown(series: Series, coming: list[Meeting]) -> SeriesShown:
    return SeriesShown(series=series.facts(), meetings=tuple(m.facts() for m in coming))
