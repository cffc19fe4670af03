"""Whose public holidays are meant: those that were said, or else the community's, asked once."""

import tomllib
from datetime import date, datetime
from importlib import resources
from zoneinfo import ZoneInfo, available_timezones

import pytest
from babel.core import get_global

from indaba.scheduling.model.reader import RepeatRead, read_repeat
from indaba.scheduling.model.repeating import Avoid, country_of, is_known_place, public_holiday
from indaba.scheduling.model.repeating.wording import in_words

HOMES = ("Africa/Johannesburg", "Europe/London", "Europe/Berlin", "America/New_York")
MONDAY = datetime(2026, 11, 23, 10, 0)
EASTER_MONDAY, SCOTLANDS_OWN = date(2027, 3, 29), date(2027, 1, 4)
NAMED = tomllib.loads(
    resources.files("indaba.scheduling.model.repeating").joinpath("regions.toml").read_text()
)


def read(text: str, zone: str, chosen: str = "", locale: str = "en-ZA") -> RepeatRead:
    now = MONDAY.replace(tzinfo=ZoneInfo(zone))
    answer = read_repeat(f"every monday 14:00 {text}", now, zone, locale, holidays=chosen)
    assert answer is not None
    return answer


def meant(text: str, zone: str, chosen: str = "", locale: str = "en-ZA") -> str:
    answer = read(text, zone, chosen, locale)
    assert answer.sure, answer.doubt
    [reading] = answer.readings
    return reading.repeats.avoiding.public_holidays


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("not on bank holidays in Scotland", "GB-SCT"),
        ("except Scottish bank holidays", "GB-SCT"),
        ("not on bank holidays of Northern Ireland", "GB-NIR"),
        ("not on Bavarian holidays", "DE-BY"),
        ("not on public holidays in north rhine-westphalia", "DE-NW"),
        ("not on public holidays in New South Wales", "AU-NSW"),
        ("not on public holidays in Ireland", "IE"),
        ("not on South African public holidays", "ZA"),
        ("not on public holidays (GB)", "GB"),
        ("not on public holidays (de-by)", "DE-BY"),
    ],
)
def test_a_place_that_is_said_is_meant_wherever_it_is_said(text: str, place: str) -> None:
    for zone in HOMES:
        assert meant(text, zone) == place, zone


def test_in_german_too() -> None:
    said = "jeden Montag 14:00 nicht an Feiertagen in Bayern"
    now = MONDAY.replace(tzinfo=ZoneInfo("Europe/Berlin"))
    answer = read_repeat(said, now, "Europe/Berlin", "de-DE")
    assert answer is not None
    assert [each.repeats.avoiding.public_holidays for each in answer.readings] == ["DE-BY"]


def test_bank_holidays_in_london_are_asked_about_once() -> None:
    answer = read("not on bank holidays", "Europe/London")
    assert not answer.sure
    assert "differ by region" in answer.doubt
    offered = {one.repeats.avoiding.public_holidays: one.words for one in answer.readings}
    assert offered.keys() == {"GB-ENG", "GB-SCT", "GB-WLS", "GB-NIR"}
    assert offered["GB-ENG"].endswith("not on public holidays in England")
    for place in offered:
        assert meant("not on bank holidays", "Europe/London", place) == place
    assert not read("not on bank holidays", "Europe/London", "GB").sure, "of no region at all"


def test_no_meeting_falls_on_a_holiday_of_the_region_alone() -> None:
    for place, day in (("GB-ENG", EASTER_MONDAY), ("GB-SCT", SCOTLANDS_OWN)):
        [reading] = read("not on bank holidays", "Europe/London", place).readings
        look = reading.repeats.coming(MONDAY, datetime(2027, 5, 1), 50)
        assert day not in {each.starts.date() for each in look.dates}
        assert day in {each.original.date() for each in look.left_out}
    assert not public_holiday(EASTER_MONDAY, "GB-SCT")
    assert not public_holiday(SCOTLANDS_OWN, "GB-ENG")


@pytest.mark.parametrize(
    ("zone", "country", "said"),
    [("Europe/Berlin", "DE", "Germany"), ("America/New_York", "US", "United States")],
)
def test_where_there_are_many_regions_the_whole_country_is_offered(
    zone: str, country: str, said: str
) -> None:
    answer = read("not on public holidays", zone)
    assert not answer.sure
    assert said in answer.doubt
    assert [one.repeats.avoiding for one in answer.readings] == [Avoid(country)]
    assert meant("not on public holidays", zone, country) == country


@pytest.mark.parametrize(("zone", "country"), [(HOMES[0], "ZA"), ("Europe/Dublin", "IE")])
def test_where_all_regions_have_the_same_nothing_is_asked(zone: str, country: str) -> None:
    assert meant("not on public holidays", zone) == country


def test_what_was_chosen_for_another_country_says_nothing_here() -> None:
    assert meant("not on public holidays", HOMES[0], "GB-SCT") == "ZA"


def test_every_name_is_of_a_place_that_is_known() -> None:
    places = {*NAMED["names"].values(), *NAMED["adjectives"].values()}
    assert {place for place in places if not is_known_place(place)} == set()


@pytest.mark.thorough(keep=20)
@pytest.mark.parametrize("name", [*NAMED["names"], *NAMED["adjectives"]])
def test_every_name_is_read(name: str) -> None:
    place = {**NAMED["names"], **NAMED["adjectives"]}[name]
    of = name in NAMED["adjectives"]
    text = f"not on {name} public holidays" if of else f"not on public holidays in {name}"
    for zone in HOMES:
        [*readings] = read(text, zone).readings
        for one in readings:
            here = one.repeats.avoiding.public_holidays
            assert here == place or ("-" not in place and here.startswith(f"{place}-"))
            again = read(in_words(one.repeats).partition("14:00")[2], zone)
            assert again.sure
            assert [each.repeats.avoiding for each in again.readings] == [one.repeats.avoiding]
        assert readings, zone


def test_a_zone_under_an_older_name_has_the_same_country() -> None:
    newer = get_global("zone_aliases")
    places = [z for z in available_timezones() if "/" in z and not z.startswith("Etc/")]
    assert {zone for zone in places if not country_of(zone)} == set()
    older = {zone: newer[zone] for zone in places if zone in newer and newer[zone] in places}
    assert len(older) > 50
    differ = {zone for zone, new in older.items() if country_of(zone) != country_of(new)}
    # These have a country of their own, though their clocks are those of a neighbour.
    assert {zone for zone in differ if country_of(zone) in {"", "ZZ"}} == set()


@pytest.mark.parametrize(
    ("zone", "country"),
    [("Asia/Calcutta", "IN"), ("US/Eastern", "US"), ("GB", "GB"), ("Eire", "IE"), ("EST", "")],
)
def test_the_country_of_an_older_name(zone: str, country: str) -> None:
    assert country_of(zone) == country
