"""Any repetition is answered, and what we say is read back as the same."""

# ruff: noqa: SIM905 - words read better as one text
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from indaba.recurrence import Frequency, NthDay, Rule
from indaba.scheduling.model.reader import read_repeat
from indaba.scheduling.model.repeating import ANY_PROVINCE, Avoid, Repeats, in_words
from selection import examples

HOME = "Africa/Johannesburg"
WORDS = st.sampled_from(
    "every each second third other 2 3 0 week weeks month day year mon thu monday thursdays first "
    "last and of the on 14:00 8 2pm noon until from june 30 2027 15th for 6 times weeks daily "
    "weekly monthly fortnightly biweekly except december not in school holidays public weekday "
    "term time only starting next tomorrow 8 august yearly , FREQ=WEEKLY working to 25:00 x".split()
)


@settings(max_examples=examples(800), deadline=None)
@given(
    st.one_of(st.text(max_size=320), st.lists(WORDS, max_size=12).map(" ".join)),
    st.datetimes(datetime(2024, 1, 1), datetime(2033, 1, 1)),
    st.sampled_from([HOME, "Europe/London", "Australia/Adelaide", "UTC"]),
)
def test_any_text_is_answered_and_a_series_begins_after_it_is_asked_for(
    text: str, now: datetime, zone: str
) -> None:
    answer = read_repeat(text, now.replace(tzinfo=ZoneInfo(zone)), zone, "en-ZA")
    if answer is None:
        return
    assert answer.sure == (not answer.doubt)
    assert len(answer.doubt) < 900
    assert len(answer.readings) <= 6
    assert answer.sure <= (len(answer.readings) == 1)
    for reading in answer.readings:
        first = reading.repeats.first
        assert now - timedelta(hours=2) < first <= now + timedelta(days=732)
        skipped = reading.repeats.skipped
        assert (
            skipped
            or reading.repeats.dates(first, None, 2)[0].original == first
            or (reading.repeats.avoiding != Avoid())
        )


WEEKDAYS = st.sets(st.integers(0, 6), min_size=1)
NTH = st.sampled_from([1, 2, 3, 4, 5, -1, -2])
SAID_MONTHS = st.just(()) | st.sets(st.integers(1, 12), min_size=1, max_size=11).map(
    lambda months: tuple(sorted(months))
)


def _each(days: set[int]) -> tuple[NthDay, ...]:
    return tuple(NthDay(0, day) for day in sorted(days))


DAILY = st.builds(Rule, st.just(Frequency.DAILY), st.integers(1, 366), by_month=SAID_MONTHS)
WEEKLY = st.builds(
    Rule,
    st.just(Frequency.WEEKLY),
    st.integers(1, 104),
    by_month=SAID_MONTHS,
    by_day=WEEKDAYS.map(_each),
)
MONTHLY_DAYS = st.builds(
    Rule,
    st.just(Frequency.MONTHLY),
    st.integers(1, 24),
    by_month=SAID_MONTHS,
    by_month_day=st.sets(st.integers(1, 28) | st.just(-1), min_size=1, max_size=5).map(
        lambda days: tuple(sorted(days))
    ),
)
NTH_DAYS = st.sets(st.builds(NthDay, NTH, st.integers(0, 6)), min_size=1, max_size=4).map(
    lambda days: tuple(sorted(days))
)
MONTHLY_NTH = st.builds(
    Rule, st.just(Frequency.MONTHLY), st.integers(1, 24), by_month=SAID_MONTHS, by_day=NTH_DAYS
)
YEARLY = st.builds(
    Rule,
    st.just(Frequency.YEARLY),
    st.integers(1, 10),
    by_month=st.integers(1, 12).map(lambda month: (month,)),
    by_month_day=st.integers(1, 28).map(lambda day: (day,)),
)
YEARLY_NTH = st.builds(
    Rule,
    st.just(Frequency.YEARLY),
    st.integers(1, 10),
    by_month=SAID_MONTHS.filter(bool),
    by_day=st.builds(NthDay, st.sampled_from([1, 2, 3, 4, -1]), st.integers(0, 6)).map(
        lambda day: (day,)
    ),
)
UNSAYABLE = st.sampled_from(
    [
        "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
        "FREQ=YEARLY;BYYEARDAY=100,200",
        "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
    ]
).map(Rule.parse)
AVOIDS = st.builds(
    Avoid,
    st.sampled_from(["", "ZA", "DE-BY", "US", "GB", "GB-SCT", "AU-NSW", "US-GA"]),
    st.sampled_from(["", ANY_PROVINCE, "Gauteng", "Western Cape", "KwaZulu-Natal"]),
)


@st.composite
def said_series(draw: st.DrawFn) -> Repeats:
    """A series as the reader makes it, beginning with its first date; it may have an end."""
    rule = draw(st.one_of(DAILY, WEEKLY, MONTHLY_DAYS, MONTHLY_NTH, YEARLY, YEARLY_NTH, UNSAYABLE))
    day = draw(st.dates(date(2025, 1, 1), date(2030, 1, 1)))
    at = time(draw(st.integers(0, 23)), draw(st.integers(0, 59)))
    begun = Repeats(datetime.combine(day, at), HOME, replace(rule, interval=1))
    first = begun.from_its_first().first
    if draw(st.booleans()):
        rule = replace(rule, count=draw(st.integers(1, 500)))
    elif draw(st.booleans()):
        last = first.date() + timedelta(days=draw(st.integers(0, 2000)))
        rule = replace(rule, until=datetime.combine(last, time(23, 59, 59)))
    return Repeats(first, HOME, rule, avoiding=draw(AVOIDS))


@settings(max_examples=examples(600), deadline=None)
@given(said_series(), st.integers(0, 600), st.sampled_from(["en-ZA", "en-US", "af-ZA"]))
def test_a_series_as_we_say_it_is_read_back_as_the_same(
    series: Repeats, earlier: int, locale: str
) -> None:
    now = (series.first - timedelta(days=earlier, minutes=1)).replace(tzinfo=ZoneInfo(HOME))
    answer = read_repeat(in_words(series, start=True), now, HOME, locale)
    assert answer is not None
    assert [reading.repeats for reading in answer.readings] == [series], answer.doubt
    assert in_words(answer.readings[0].repeats) == in_words(series)


@settings(max_examples=examples(200), deadline=None)
@given(said_series())
def test_the_words_alone_give_the_same_series_to_whoever_says_them_before_it_begins(
    series: Repeats,
) -> None:
    now = (series.first - timedelta(days=1)).replace(tzinfo=ZoneInfo(HOME), hour=23, minute=59)
    answer = read_repeat(in_words(series), now, HOME, "en-ZA")
    assert answer is not None
    assert [reading.repeats for reading in answer.readings] == [series], answer.doubt
    assert answer.sure
