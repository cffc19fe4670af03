"""A series, its dates, and the calendar file that has them."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from indaba.contracts.ids import CommunityId, MeetingId, SeriesId
from indaba.contracts.scheduling import Counts, MeetingStatus
from indaba.portal.calendar import feed
from indaba.portal.entries import Reader
from indaba.portal.model import Community, Meeting, Repeating, Series

PAGE = "https://cop.example.org/c/k3y"
STAMP = datetime(2026, 2, 1, 8, 30, 15, 999, UTC)
MONTH = date(2026, 3, 1)
FIRST = datetime(2026, 3, 4, 18, 0)
COMMUNITY = Community(
    id=CommunityId(uuid4()),
    key="k3y",
    name="Reading",
    purpose="",
    language="English",
    zone="Africa/Johannesburg",
)


def series_of(**changed: Any) -> Series:
    facts: dict[str, Any] = {
        "id": SeriesId(uuid4()),
        "title": "Reading circle",
        "minutes": 60,
        "where": "Library, room 2",
        "first": FIRST,
        "zone": "Europe/London",
        "rule": "FREQ=WEEKLY;BYDAY=WE",
        "words": "every Wednesday at 18:00",
        "sequence": 3,
        "ended": False,
        "stamp": STAMP,
    }
    return Series(**{**facts, **changed})


def date_of(series: Series, at: datetime, **changed: Any) -> Meeting:
    facts: dict[str, Any] = {
        "id": MeetingId(uuid4()),
        "code": "M7K2",
        "title": series.title,
        "starts": at,
        "zone": series.zone,
        "minutes": series.minutes,
        "status": MeetingStatus.SCHEDULED,
        "sequence": 0,
        "moved_from": None,
        "reason": "",
        "counts": Counts(),
        "stamp": STAMP,
        "where": series.where,
        "series": series.id,
        "repeats": series.words,
        "date_of": at,
    }
    return Meeting(**{**facts, **changed})


def written(
    *repeating: Repeating, month: date = MONTH, page: str = PAGE, one_by_one: bool = False
) -> str:
    reader = Reader(month, one_by_one=one_by_one)
    return feed(COMMUNITY, (), page, repeating, reader=reader).decode()
