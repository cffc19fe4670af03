"""A series over the years: clock changes, single dates changed, split in two, days avoided."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indaba.contracts.series import Term
from indaba.recurrence import BadRule, Rule
from indaba.scheduling.model.repeating import (
    ANY_PROVINCE,
    Avoid,
    Calendar,
    DateThere,
    NoSuchDate,
    Repeats,
    UnknownHolidays,
    add,
    country_of,
    move,
    restore,
    skip,
    this_and_later,
    with_rule,
    with_time,
)
from indaba.scheduling.model.wall_time import instant
from selection import examples

HOME = "Africa/Johannesburg"
FIRST = datetime(2027, 1, 7, 14)
WEEK = timedelta(weeks=1)


def series(
    rule: str = "FREQ=WEEKLY;COUNT=6",
    first: datetime = FIRST,
    zone: str = HOME,
    avoid: Avoid | None = None,
) -> Repeats:
    return Repeats(first, zone, Rule.parse(rule), avoiding=avoid or Avoid()).checked()


def starts(repeats: Repeats, after: datetime = FIRST, most: int = 50) -> list[datetime]:
    return [each.starts for each in repeats.dates(after, None, most)]


@pytest.mark.parametrize(
    ("zone", "hours_in_utc"),
    [
        ("Europe/London", {13, 14}),
        ("America/New_York", {18, 19}),
        ("Australia/Adelaide", {3, 4}),
        (HOME, {12}),
    ],
)
def test_two_in_the_afternoon_stays_so_across_each_clock_change(
    zone: str, hours_in_utc: set[int]
) -> None:
    dates = series("FREQ=WEEKLY", zone=zone).dates(FIRST, FIRST + 52 * WEEK, 100)
    assert len(dates) == 52
    assert {each.starts.time() for each in dates} == {time(14)}
    assert {instant(each.starts, ZoneInfo(zone)).hour for each in dates} == hours_in_utc


@pytest.mark.parametrize(
    ("zone", "day", "meant", "held"),
    [
        ("Europe/Berlin", date(2027, 3, 28), "02:30", "03:30"),
        ("America/New_York", date(2027, 3, 14), "02:30", "03:30"),
        ("Australia/Lord_Howe", date(2027, 10, 3), "02:15", "02:45"),
    ],
)
def test_a_time_that_the_clocks_skip_is_held_later_by_the_jump(
    zone: str, day: date, meant: str, held: str
) -> None:
    first = datetime.combine(day - timedelta(days=1), time.fromisoformat(meant))
    before, jumped, later = series("FREQ=DAILY", first, zone).dates(first, None, 3)
    assert [before.jumped, jumped.jumped, later.jumped] == [False, True, False]
    assert f"{jumped.starts:%H:%M}" == held
    assert later.starts.time() == first.time()
    place = ZoneInfo(zone)
    assert instant(jumped.original, place) == instant(jumped.starts, place)


def test_a_date_that_the_clocks_move_into_a_window_is_in_it() -> None:
    nightly = series("FREQ=DAILY", datetime(2027, 3, 1, 2, 30), "Europe/Berlin")
    after, before = datetime(2027, 3, 28, 3), datetime(2027, 3, 28, 4)
    assert [each.jumped for each in nightly.dates(after, before, 9)] == [True]
    assert nightly.dates(after - timedelta(hours=1), after, 9) == ()


def test_of_a_time_that_comes_twice_the_first_is_held() -> None:
    first = datetime(2027, 10, 30, 2, 30)
    _, twice = series("FREQ=DAILY", first, "Europe/Berlin").dates(first, None, 2)
    held = instant(twice.starts, ZoneInfo("Europe/Berlin"))
    assert held == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert not twice.jumped


def test_a_window_counts_its_beginning_in_and_its_end_out() -> None:
    dates = series().dates(FIRST + WEEK, FIRST + 3 * WEEK, 50)
    assert [each.starts for each in dates] == [FIRST + WEEK, FIRST + 2 * WEEK]


def test_no_more_dates_are_given_than_asked_for() -> None:
    assert len(series("FREQ=DAILY").dates(FIRST, None, 3)) == 3
    assert len(series("FREQ=DAILY").dates(FIRST, None, 10**9)) == 1000
    assert series("FREQ=DAILY").dates(FIRST, None, 0) == ()


def test_a_skipped_date_is_not_held_and_still_counts() -> None:
    shorter = skip(skip(series(), FIRST + WEEK), FIRST + WEEK)
    assert starts(shorter) == [FIRST + n * WEEK for n in (0, 2, 3, 4, 5)]
    assert restore(shorter, FIRST + WEEK) == series()
    assert add(shorter, FIRST + WEEK) == series()


def test_a_moved_date_keeps_its_place_in_the_rule() -> None:
    monday = FIRST + timedelta(days=4)
    moved = move(series(), FIRST, monday)
    held = moved.dates(FIRST - WEEK, None, 2)
    assert (held[0].original, held[0].starts, held[0].moved) == (FIRST, monday, True)
    assert move(moved, FIRST, monday) == moved
    assert move(moved, FIRST, FIRST) == series()
    assert starts(skip(moved, FIRST)) == [FIRST + n * WEEK for n in range(1, 6)]


def test_a_date_moved_into_a_window_from_outside_is_in_it() -> None:
    moved = move(series("FREQ=WEEKLY"), FIRST, FIRST + 10 * WEEK + timedelta(days=1))
    window = moved.dates(FIRST + 10 * WEEK, FIRST + 11 * WEEK, 9)
    assert [each.original for each in window] == [FIRST + 10 * WEEK, FIRST]


def test_an_added_date_can_be_moved_and_skipped() -> None:
    extra = FIRST + timedelta(days=1)
    added = add(series(), extra)
    assert starts(added)[:2] == [FIRST, extra]
    assert added.dates(extra, None, 1)[0].added
    assert starts(move(added, extra, extra + timedelta(days=1)))[1] == extra + timedelta(days=1)
    assert skip(added, extra) == series()


def test_two_dates_never_begin_together() -> None:
    with pytest.raises(DateThere):
        add(series(), FIRST)
    with pytest.raises(DateThere):
        move(series(), FIRST, FIRST + WEEK)
    with pytest.raises(DateThere):
        restore(add(move(series(), FIRST, FIRST + timedelta(1)), FIRST), FIRST)


def test_what_is_no_date_of_the_series_cannot_be_changed() -> None:
    other = FIRST + timedelta(days=1)
    for change in (skip, restore, this_and_later):
        with pytest.raises(NoSuchDate):
            change(series(), other)
    with pytest.raises(NoSuchDate):
        move(series(), FIRST + 6 * WEEK, other)


def test_this_and_later_ones_can_be_given_another_time() -> None:
    before, later = this_and_later(series(), FIRST + 2 * WEEK)
    assert before is not None
    changed = with_time(later, time(16, 30))
    assert starts(before) == [FIRST, FIRST + WEEK]
    assert [f"{at:%d %H:%M}" for at in starts(changed)] == [
        "21 16:30",
        "28 16:30",
        "04 16:30",
        "11 16:30",
    ]


def test_nothing_is_left_before_the_first_date() -> None:
    before, later = this_and_later(series(), FIRST)
    assert before is None
    assert starts(later) == starts(series())


RULES = st.sampled_from(
    [
        "FREQ=DAILY;INTERVAL=3",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH",
        "FREQ=WEEKLY;COUNT=30",
        "FREQ=MONTHLY;BYDAY=1TU,-1FR",
        "FREQ=MONTHLY;INTERVAL=2",
        "FREQ=MONTHLY;BYMONTHDAY=31;COUNT=12",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;UNTIL=20290101",
        "FREQ=YEARLY;BYMONTH=2,8;COUNT=20",
    ]
)


@settings(max_examples=examples(150), deadline=None)
@given(RULES, st.dates(date(2024, 1, 1), date(2028, 1, 1)), st.integers(0, 19), st.data())
def test_a_series_in_two_parts_has_the_dates_it_had(
    rule: str, day: date, place: int, data: st.DataObject
) -> None:
    first = datetime.combine(day, time(14))
    whole = series(rule, first).from_its_first()
    dates = starts(whole, first, 20)
    at = dates[min(place, len(dates) - 1)]
    for other in data.draw(st.lists(st.sampled_from(dates), max_size=4, unique=True)):
        whole = data.draw(
            st.sampled_from(
                [skip(whole, other), move(whole, other, other + timedelta(hours=3)), whole]
            )
        )
    before, later = this_and_later(whole, at)
    parts = [part.dates(first, dates[-1], 100) for part in (before, later) if part]
    assert [each for part in parts for each in part] == list(whole.dates(first, dates[-1], 100))


@settings(max_examples=examples(100), deadline=None)
@given(RULES, st.times(), st.integers(0, 3000))
def test_another_time_of_day_keeps_all_days(rule: str, at: time, days: int) -> None:
    clock = at.replace(microsecond=0)
    whole = series(rule).from_its_first()
    changed = with_time(whole, clock)
    after = FIRST.replace(hour=0) + timedelta(days=days)
    expected = [datetime.combine(d.date(), clock) for d in starts(whole, after, 10)]
    assert starts(changed, after, 10) == expected


@pytest.mark.parametrize(
    "until", ["20270121T140000", "20270121T235959", "20270122T080000", "20270128T080000"]
)
def test_a_series_until_a_moment_keeps_its_last_day_at_a_later_time(until: str) -> None:
    ending = series(f"FREQ=WEEKLY;UNTIL={until}")
    assert len(starts(ending)) == 3
    assert starts(with_time(ending, time(18)), FIRST.replace(hour=0))[-1].day == 21


def test_another_rule_keeps_the_changes_of_dates_that_it_has_too() -> None:
    other = FIRST + timedelta(days=1)
    changed = add(move(skip(series(), FIRST + WEEK), FIRST + 2 * WEEK, FIRST + timedelta(3)), other)
    every_other = with_rule(changed, Rule.parse("FREQ=WEEKLY;INTERVAL=2;COUNT=3"))
    assert every_other.skipped == frozenset()
    assert dict(every_other.moved) == {FIRST + 2 * WEEK: FIRST + timedelta(3)}
    assert every_other.added == {other}
    assert with_rule(changed, Rule.parse("FREQ=DAILY")).added == frozenset()
    friday = with_rule(series(), Rule.parse("FREQ=WEEKLY;BYDAY=FR"))
    assert friday.first == other


@pytest.mark.parametrize(
    ("rule", "zone", "holidays"),
    [
        ("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30", HOME, ""),
        ("FREQ=WEEKLY;UNTIL=20200101", HOME, ""),
        ("FREQ=WEEKLY", HOME, "XX"),
        ("FREQ=WEEKLY", HOME, "ZA-QQ"),
    ],
)
def test_a_series_without_dates_or_with_unknown_holidays_is_refused(
    rule: str, zone: str, holidays: str
) -> None:
    with pytest.raises((BadRule, UnknownHolidays)):
        series(rule, zone=zone, avoid=Avoid(holidays))


def test_no_date_is_held_on_a_public_holiday_and_the_preview_names_it() -> None:
    sundays = series("FREQ=WEEKLY;BYDAY=SU,MO", datetime(2026, 8, 2, 14), avoid=Avoid("ZA"))
    coming = sundays.coming(datetime(2026, 8, 1), datetime(2026, 8, 17), 9)
    assert [each.starts.day for each in coming.dates] == [2, 3, 16]
    assert [(out.original.day, "Women's Day" in out.why) for out in coming.left_out] == [
        (9, True),
        (10, True),
    ]


def test_a_series_only_on_holidays_comes_to_an_end() -> None:
    christmas = series("FREQ=YEARLY", datetime(2026, 12, 25, 14), avoid=Avoid("ZA"))
    coming = christmas.coming(FIRST, None, 5)
    assert coming.dates == ()
    assert 40 < len(coming.left_out) < 60


def test_dates_chosen_by_hand_are_held_on_holidays_too() -> None:
    holiday = datetime(2027, 3, 22, 14)
    mondays = series("FREQ=WEEKLY;BYDAY=MO", datetime(2027, 3, 1, 14), avoid=Avoid("ZA"))
    assert holiday not in starts(mondays)
    tuesdays = series("FREQ=WEEKLY;BYDAY=TU", datetime(2027, 3, 2, 14), avoid=Avoid("ZA"))
    assert holiday in starts(add(tuesdays, holiday))


def term(number: int, first: str, last: str, status: str = "gazetted", year: int = 2027) -> Term:
    return Term(
        province="Gauteng",
        year=year,
        number=number,
        first=date.fromisoformat(first),
        last=date.fromisoformat(last),
        status=status,
    )


TERMS = (
    term(1, "2027-01-13", "2027-03-19"),
    term(2, "2027-04-06", "2027-06-25"),
    term(3, "2027-07-20", "2027-10-01"),
    term(4, "2027-10-11", "2027-12-08"),
)


@pytest.mark.parametrize("province", ["Gauteng", " gauteng ", ANY_PROVINCE])
def test_no_date_is_held_between_terms(province: str) -> None:
    weekly = series("FREQ=WEEKLY", avoid=Avoid(province=province))
    coming = weekly.coming(datetime(2027, 1, 1), datetime(2028, 1, 1), 99, Calendar(TERMS))
    left_out = {out.original.date() for out in coming.left_out}
    assert {date(2027, 1, 7), date(2027, 3, 25), date(2027, 7, 1), date(2027, 12, 9)} < left_out
    assert not coming.unknown_terms
    assert {out.why for out in coming.left_out} == {"school holidays"}
    assert len(coming.dates) + len(coming.left_out) == 52


@pytest.mark.parametrize(
    ("terms", "province"),
    [((), "Gauteng"), (TERMS, "Limpopo"), (TERMS[:1], "Gauteng")],
)
def test_without_known_terms_dates_are_held_and_flagged(
    terms: tuple[Term, ...], province: str
) -> None:
    weekly = series("FREQ=WEEKLY", avoid=Avoid(province=province))
    coming = weekly.coming(datetime(2027, 6, 26), datetime(2027, 7, 15), 9, Calendar(terms))
    assert coming.unknown_terms
    assert len(coming.dates) == 2


@pytest.mark.parametrize(
    ("numbers", "following", "day", "why", "unknown"),
    [
        ((1, 2, 3), None, "2027-10-20", "", True),
        ((1, 2, 3), None, "2027-12-20", "", True),
        ((1, 2, 3), "2028-01-12", "2027-10-20", "", True),
        ((1, 2, 3), "2028-01-12", "2028-01-05", "school holidays", False),
        ((1, 2, 3), "2027-12-20", "2027-10-20", "school holidays", False),
        ((1, 2, 4), None, "2027-09-01", "", True),
        ((1, 2, 4), None, "2027-04-01", "school holidays", False),
        ((2, 3, 4), None, "2027-02-01", "", True),
        ((1, 2, 3, 4), None, "2027-12-20", "school holidays", False),
        ((1, 2, 3, 4), "2028-01-12", "2027-12-20", "school holidays", False),
    ],
)
def test_a_term_that_nobody_imported_is_no_holiday(
    numbers: tuple[int, ...], following: str | None, day: str, why: str, unknown: bool
) -> None:
    known = [each for each in TERMS if each.number in numbers]
    if following:
        first = date.fromisoformat(following)
        known.append(term(1, following, f"{first + timedelta(days=60)}", year=2028))
    avoided = Calendar(tuple(known)).avoided(date.fromisoformat(day), Avoid(province="Gauteng"))
    assert (avoided.why, avoided.unknown) == (why, unknown)


def test_amended_terms_count_before_gazetted_and_proposed_ones() -> None:
    thursday = date(2027, 3, 25)
    longer = term(1, "2027-01-13", "2027-03-26", "amended")
    proposed = term(1, "2027-01-13", "2027-04-01", "proposed")
    avoid = Avoid(province="Gauteng")
    assert Calendar(TERMS).avoided(thursday, avoid).why
    assert not Calendar((longer, *TERMS)).avoided(thursday, avoid).why
    assert Calendar((*TERMS, proposed)).avoided(thursday, avoid).why
    again = term(1, "2027-01-13", "2027-03-26")
    assert not Calendar((*TERMS, again)).avoided(thursday, avoid).why


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        (HOME, "ZA"),
        ("Europe/London", "GB"),
        ("America/New_York", "US"),
        ("Australia/Adelaide", "AU"),
        ("Asia/Kolkata", "IN"),
        ("UTC", ""),
        ("Etc/GMT+5", ""),
    ],
)
def test_the_country_of_a_zone(zone: str, country: str) -> None:
    assert country_of(zone) == country
