"""What Google's and Outlook's share pages show, followed as the calendar that is meant."""

from base64 import urlsafe_b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indaba.process.outside.addresses import BadAddress
from indaba.scheduling.model.outside import calendar_address
from indaba.scheduling.model.share_links import file_address
from selection import examples

TEAM = "c_1a2b3c@group.calendar.google.com"
CID = urlsafe_b64encode(TEAM.encode()).decode().rstrip("=")
FILE = "https://calendar.google.com/calendar/ical/c_1a2b3c%40group.calendar.google.com/public/basic.ics"
HOLIDAYS = "en.south_africa#holiday@group.v.calendar.google.com"
OWA = "outlook.office365.com/owa/calendar/ab12@school.example/9f/"
LIVE = "outlook.live.com/owa/calendar/00000000-0000/ab-cd/cid-1F/"
ICS = "https://school.example/team.ics"


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        (f"https://calendar.google.com/calendar/u/0?cid={CID}", FILE),
        (f"https://calendar.google.com/calendar/u/1/r?cid={CID}", FILE),
        (f"https://calendar.google.com/calendar/render?cid={TEAM}", FILE),
        (f"<https://calendar.google.com/calendar?cid={CID}&pli=1>", FILE),
        (f"https://calendar.google.com/calendar/embed?src={TEAM}&ctz=Africa%2FLagos", FILE),
        (f"calendar.google.com/calendar/embed?src={TEAM.replace('@', '%40')}", FILE),
        (f"https://www.google.com/calendar/htmlembed?src={TEAM}", FILE),
        (f"https://www.google.com/calendar/feeds/{TEAM.replace('@', '%40')}/public/basic", FILE),
        (FILE, FILE),
        (
            f"https://calendar.google.com/calendar/embed?src={HOLIDAYS.replace('#', '%23')}",
            (
                "https://calendar.google.com/calendar/ical/"
                "en.south_africa%23holiday%40group.v.calendar.google.com/public/basic.ics"
            ),
        ),
        ("https://calendar.google.com/calendar/r?cid=webcal://school.example/team.ics", ICS),
        (
            "https://www.google.com/calendar/render?cid=http://school.example/a.ics",
            "http://school.example/a.ics",
        ),
        (f"https://{OWA}calendar.html", f"https://{OWA}calendar.ics"),
        (f"https://{OWA}reachcalendar.html", f"https://{OWA}reachcalendar.ics"),
        (f"webcal://{OWA}calendar.ics", f"https://{OWA}calendar.ics"),
        (f"https://{LIVE}index.html", f"https://{LIVE}calendar.ics"),
        (f"https://outlook.live.com/calendar/0/addfromweb?url={ICS}&name=Team", ICS),
        (
            (
                "https://outlook.office.com/owa?path=%2Fcalendar%2Faction%2Fcompose"
                "&rru=addsubscription&url=webcal%3A%2F%2Fschool.example%2Fteam.ics"
            ),
            ICS,
        ),
        ("webcals://school.example/team.ics", ICS),
        ("school.example/team.ics", ICS),
    ],
)
def test_a_share_link_is_followed_as_the_file_it_shares(typed: str, address: str) -> None:
    assert calendar_address(typed) == address
    assert calendar_address(address) == address


@pytest.mark.parametrize(
    "link",
    [
        f"https://calendar.google.com/calendar/embed?src={TEAM}&src=b@group.calendar.google.com",
        "https://calendar.google.com/calendar/u/0/r",
        "https://calendar.google.com/calendar/u/0?cid=no-name",
        "https://calendar.google.com/calendar/u/0?cid=%F0%9F%8E%89",
        f"https://evil.example/calendar/embed?src={TEAM}",
        f"https://calendar.google.com.evil.example/calendar/embed?src={TEAM}",
        f"https://www.google.com/search?src={TEAM}",
        "https://outlook.office.com/calendar/0/view",
        f"https://school.example/owa?url={ICS}",
    ],
)
def test_other_links_stay_as_they_are(link: str) -> None:
    assert calendar_address(link) == link


@pytest.mark.parametrize(
    "inside", ["webcal://user:pass@school.example/a.ics", "https://", "http://a b/c.ics"]
)
def test_an_address_within_a_link_is_checked_as_any_is(inside: str) -> None:
    with pytest.raises(BadAddress):
        calendar_address(f"https://calendar.google.com/calendar/r?cid={inside.replace(' ', '%20')}")


@settings(max_examples=examples(200), deadline=None)
@given(value=st.text(max_size=60))
def test_whatever_stands_in_a_link_nothing_breaks(value: str) -> None:
    for link in (f"https://calendar.google.com/calendar/u/0?cid={value}", value):
        assert isinstance(file_address(link), str)
