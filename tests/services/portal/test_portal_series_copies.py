import random
from datetime import timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import icalendar
import pytest

from indaba.contracts.ids import MeetingId, MemberId, SeriesId
from indaba.contracts.linking import MembersMerged
from indaba.contracts.record import Document, HighlightsShared, MinutesApproved
from indaba.contracts.scheduling import (
    CancelMeeting,
    ListMeetings,
    MeetingCancelled,
    MeetingFacts,
    MeetingScheduled,
    MeetingStatus,
    MoveMeeting,
    RsvpAnswer,
    RsvpChanged,
)
from indaba.contracts.series import (
    Pattern,
    RepeatOtherwise,
    Scope,
    SeriesCalledOff,
    SeriesChanged,
    SeriesFacts,
    SeriesStarted,
    StartSeries,
)
from indaba.contracts.wire import Envelope, Event
from indaba.ledger.session import Session
from indaba.portal.store import Store
from workshop import do, rows, until

ZONE = "Africa/Johannesburg"
ROUNDS = 12
TABLES = ("meetings", "series", "documents", "answers")


def series_of(opened: Any, **changed: Any) -> SeriesFacts:
    first = meeting_in(opened, 3).starts
    facts: dict[str, Any] = {
        "id": SeriesId(uuid4()),
        "community": opened.community,
        "version": 1,
        "author": MemberId(uuid4()),
        "title": "Reading circle",
        "minutes": 90,
        "pattern": Pattern(first=first, zone=ZONE, rule="FREQ=WEEKLY"),
        "words": "every week",
    }
    return SeriesFacts(**{**facts, **changed})


def meeting_in(opened: Any, days: int, **changed: Any) -> MeetingFacts:
    starts = (opened.world.now() + timedelta(days=days)).astimezone(ZoneInfo(ZONE))
    starts = starts.replace(hour=14, minute=0, second=0, microsecond=0, tzinfo=None)
    found: MeetingFacts = opened.called(starts=starts, **changed).meeting
    return found


def date_in(opened: Any, series: SeriesFacts, weeks: int, **changed: Any) -> MeetingFacts:
    date_of = series.pattern.first + timedelta(weeks=weeks)
    facts = {"starts": date_of, "date_of": date_of, "series": series.id, "minutes": series.minutes}
    found: MeetingFacts = opened.called(
        **{**facts, "id": MeetingId(uuid4()), "title": series.title, **changed}
    ).meeting
    return found


def _document(version: int, text: str) -> Document:
    return Document(author=MemberId(uuid4()), version=version, title="T", text=text)


def _told(opened: Any) -> list[Event]:
    series = series_of(opened)
    date = date_in(opened, series, 0)
    gone, member = MemberId(uuid4()), MemberId(uuid4())

    def then(**changed: Any) -> dict[str, Any]:
        nonlocal date
        date = date.model_copy(update={"version": date.version + 1, **changed})
        return {"aggregate": date.id, "version": date.version, "meeting": date}

    def later(version: int, **changed: Any) -> dict[str, Any]:
        now = series.model_copy(update={"version": version, **changed})
        return {"aggregate": series.id, "version": version, "series": now}

    pattern = series.pattern.model_copy(update={"skipped": (series.pattern.first,)})
    told: list[Event] = [SeriesStarted(**later(1)), MeetingScheduled.of(date)]
    told.append(RsvpChanged(**then(), member=gone, answer=RsvpAnswer.YES))
    told.append(RsvpChanged(**then(), member=member, answer=RsvpAnswer.NO))
    told.append(RsvpChanged(**then(), member=gone, answer=RsvpAnswer.MAYBE))
    told.append(RsvpChanged(**then(), member=MemberId(uuid4()), answer=None))
    told.append(MembersMerged(aggregate=member, version=2, member=member, gone=gone))
    told.append(MinutesApproved(**then(), document=_document(1, "First words")))
    told.append(MinutesApproved(**then(), document=_document(2, "Better words")))
    told.append(HighlightsShared(**then(), document=_document(1, "For all")))
    told.append(HighlightsShared(**then(), document=_document(2, "")))
    told.append(SeriesChanged(**later(2, pattern=pattern, sequence=1)))
    told.append(MeetingCancelled.of(then(status=MeetingStatus.CANCELLED)["meeting"]))
    told.append(SeriesCalledOff(**later(3, ended=True), cancelled=1, author=MemberId(uuid4())))
    return told


async def _state(opened: Any) -> list[Any]:
    found: list[Any] = []
    for table in TABLES:
        found += await rows(opened.ledger, f"SELECT * FROM {table} ORDER BY 1, 2")
    return found


async def test_series_documents_and_answers_are_the_same_in_whatever_order_they_come(
    reading: Any,
) -> None:
    envelopes: list[Envelope] = []
    events = _told(reading)
    twice = [event for event in events if isinstance(event, SeriesChanged | MinutesApproved)]
    for event in (*events, *twice):
        reading.world.ahead += timedelta(seconds=7)
        envelopes.append(reading.wrapped(event))
    for envelope in envelopes:
        await reading.ledger.hear([envelope])
    expected = await _state(reading)
    for seed in range(ROUNDS):
        chance = random.Random(seed)
        again = [*envelopes, *chance.choices(envelopes, k=8)]
        chance.shuffle(again)
        names = ", ".join(TABLES)
        await do(reading.ledger, f"TRUNCATE {names}, ledger.inbox, ledger.merged")
        while again:
            batch = [again.pop() for _ in range(min(len(again), chance.randint(1, 12)))]
            if chance.random() < 0.5:
                await do(reading.ledger, "TRUNCATE ledger.inbox")
            assert await reading.ledger._events.hear(batch) == {e.id for e in batch}
        assert await _state(reading) == expected, seed
    answers = await rows(reading.ledger, "SELECT answer FROM answers ORDER BY version")
    assert answers == [("no",), ("maybe",), (None,)]
    assert await rows(reading.ledger, "SELECT ended, version FROM series") == [(True, 3)]
    texts = await rows(reading.ledger, "SELECT kind, text FROM documents ORDER BY kind")
    assert texts == [("highlights", ""), ("minutes", "Better words")]


async def test_of_what_a_member_answered_under_two_ids_the_last_answer_holds(reading: Any) -> None:
    events = _told(reading)
    [merged] = [event for event in events if isinstance(event, MembersMerged)]
    random.Random(1).shuffle(events)
    await reading.hears(*events)

    async with reading.ledger.database.connect() as connection:
        store = Store(Session(connection, reading.world.now()))
        answered = await store.answered(merged.member, reading.community)

    assert [one.answer for one in answered] == [RsvpAnswer.MAYBE]


async def test_nobody_is_named_by_series_and_documents(reading: Any) -> None:
    series = series_of(reading)
    date = date_in(reading, series, 0)
    document = _document(1, "Words")
    await reading.hears(
        SeriesStarted(aggregate=series.id, version=1, series=series),
        MinutesApproved(aggregate=date.id, version=1, meeting=date, document=document),
    )
    kept = str(await _state(reading))
    assert str(series.id) in kept
    assert str(series.author) not in kept
    assert str(document.author) not in kept


@pytest.mark.parametrize(("days", "state"), [(32, "shown"), (40, "left out")])
async def test_a_date_called_off_is_shown_for_thirty_days_and_then_left_out(
    reading: Any, days: int, state: str
) -> None:
    series = series_of(reading)
    off = date_in(reading, series, 0, status=MeetingStatus.CANCELLED, version=2)
    others = [date_in(reading, series, weeks, code=f"M{weeks + 1}K2") for weeks in range(1, 9)]
    await reading.hears(
        SeriesStarted(aggregate=series.id, version=1, series=series),
        MeetingCancelled.of(off),
        *(MeetingScheduled.of(other) for other in others),
    )
    reading.world.ahead = timedelta(days=days)
    async with reading.ledger.database.begin() as connection:
        await Store(Session(connection, reading.world.now())).forget_old()
    text = (await reading.feed()).text.replace("\r\n ", "")
    first = f"TZID={ZONE}:{series.pattern.first:%Y%m%dT%H%M%S}"
    assert (f"RECURRENCE-ID;{first}" in text) is (state == "shown")
    assert ("STATUS:CANCELLED" in text) is (state == "shown")
    assert (f"EXDATE;{first}" in text) is (state == "left out")


async def test_a_series_leaves_the_calendar_with_its_last_date(reading: Any) -> None:
    series = series_of(reading, ended=True)
    date = date_in(reading, series, 0, status=MeetingStatus.CLOSED)
    await reading.hears(
        SeriesStarted(aggregate=series.id, version=1, series=series), MeetingScheduled.of(date)
    )
    assert "BEGIN:VEVENT" in (await reading.feed()).text
    reading.world.ahead = timedelta(days=95)
    assert "BEGIN:VEVENT" not in (await reading.feed()).text


def _seen(text: str) -> set[Any]:
    """Instants at which the calendar has something that takes place, within seven weeks."""
    from dateutil.rrule import rruleset, rrulestr  # type: ignore[import-untyped]

    events: list[Any] = icalendar.Calendar.from_ical(text).walk("VEVENT")
    known = {(e["UID"], e["RECURRENCE-ID"].dt) for e in events if "RECURRENCE-ID" in e}
    seen = set()
    for event in events:
        starts = [event["DTSTART"].dt]
        if "RRULE" in event:
            dates = rruleset()
            dates.rrule(rrulestr(event["RRULE"].to_ical().decode(), dtstart=starts[0]))
            for name, add in (("RDATE", dates.rdate), ("EXDATE", dates.exdate)):
                lists = event.get(name, [])
                for each in lists if isinstance(lists, list) else [lists]:
                    for day in each.dts:
                        add(day.dt)
            end = starts[0] + timedelta(weeks=60)
            every = dates.between(starts[0], end, inc=True)
            starts = [at for at in every if (event["UID"], at) not in known]
        if event["STATUS"] != "CANCELLED":
            seen |= set(starts)
    return seen


async def test_after_all_that_facilitators_do_the_calendar_has_what_scheduling_holds(
    lively: Any,
) -> None:
    town, facilitator = lively.town, lively.facilitator
    now = town.clock.now().astimezone(ZoneInfo(ZONE))
    first = (now + timedelta(days=2)).replace(hour=14, minute=0, second=0, microsecond=0)
    first = first.replace(tzinfo=None)
    pattern = Pattern(first=first, zone=ZONE, rule="FREQ=WEEKLY")
    begun = await town.ask(StartSeries(title="Circle", pattern=pattern, where="Hall"), facilitator)

    async def agrees() -> bool:
        listed = await town.ask(ListMeetings(limit=50), facilitator)
        held = {m.starts_at for m in listed.meetings if m.status is MeetingStatus.SCHEDULED}
        text = (await lively.get("/calendar.ics")).text
        last = max(held)
        return {at for at in _seen(text) if at <= last} == held

    await until(agrees)
    one, two, three = (m.code for m in begun.meetings)
    moved = begun.meetings[1].starts + timedelta(days=1, hours=2)
    await town.ask(MoveMeeting(code=two, starts=moved, zone=ZONE), facilitator)
    await until(agrees)
    await town.ask(CancelMeeting(code=one, reason="Load shedding"), facilitator)
    await until(agrees)
    assert "STATUS:CANCELLED" in (await lively.get("/calendar.ics")).text
    other = Pattern(
        first=begun.meetings[2].starts + timedelta(days=1, hours=-3), zone=ZONE, rule="FREQ=WEEKLY"
    )
    change = RepeatOtherwise(code=three, pattern=other, scope=Scope.LATER)
    await town.ask(change, facilitator)
    await until(agrees)
    text = (await lively.get("/calendar.ics")).text.replace("\r\n ", "")
    assert text.count("RRULE:") == 2
    assert f"UID:{begun.series.id}@indaba" in text
    assert "LOCATION:Hall" in text
