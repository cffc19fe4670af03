"""What a page costs a member with dear data, with the longest of everything on it."""

import random
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from starlette.routing import Route

from indaba.contracts.ids import CommunityId, MeetingId, MemberId
from indaba.contracts.library import HowUsed, UseResource
from indaba.contracts.record import Document, HighlightsShared, MinutesApproved
from indaba.contracts.scheduling import (
    CheckedIn,
    Counts,
    MeetingClosed,
    MeetingEvent,
    MeetingScheduled,
    MeetingStatus,
)
from indaba.portal import store
from indaba.process.file_store import FileStore
from services.portal.conftest import Lively, Opened, browser_at, meeting_of, welcomed
from services.portal.outline import Outline
from services.town import Town
from workshop import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

KB = 1024
FIRST_PAINT, LONGEST_PAGE, SCRIPTS, SECOND_VISIT = 14 * KB, 30 * KB, 20 * KB, 2 * KB
LONGEST = {
    "/c/{key}",
    "/c/{key}/meetings/{code}",
    "/c/{key}/library/{code}",
    "/c/{key}/outcomes",
}
"""Where people's own words fill the page: fifty meetings, all of the minutes, a term of days."""

NOT_PAGES = {"/live", "/ready", "/metrics", "/icon.svg", "/style/{digest}.css"}
BY_LANGUAGE = {"en": (9, 23), "dz": (12, 21)}
"""The tags whose dates are long: English, and Dzongkha, the longest that Babel writes at all."""

DAYS_OF_THE_TERM = 60
ZONES = ("America/Argentina/ComodRivadavia", "America/North_Dakota/New_Salem")
_random = random.Random(7)
_WORDS = [
    "".join(_random.choices("aeioubdfghklmnprstwyz", k=_random.randint(2, 10))) for _ in range(2000)
]


def words(letters: int) -> str:
    """So many letters of prose in which no sentence comes twice."""
    said = " ".join(_random.choices(_WORDS, k=letters // 3))
    return said[:letters].strip()


@dataclass
class Full:
    """A community with the longest of everything, and a path for each route of the portal."""

    lively: Lively
    paths: dict[str, str]


# What fits in the longest language fits in ours.
@pytest_asyncio.fixture(
    scope="module",
    loop_scope="module",
    params=[pytest.param("en", marks=pytest.mark.thorough), "dz"],
)
async def full(
    request: pytest.FixtureRequest, town: Town, opened: Opened, files: FileStore
) -> AsyncIterator[Full]:
    """Filled once: its tests only look."""
    async with browser_at(str(opened.browser.base_url)) as browser:
        own = replace(opened, browser=browser)
        yield await _filled(await welcomed(town.in_another_room(), own, files), request.param)


async def _filled(lively: Lively, tag: str) -> Full:
    month, day = BY_LANGUAGE[tag]
    now = lively.town.clock.now()
    lively.town.clock.set_to(datetime(now.year + 1, month, day - 20, 6, tzinfo=UTC))
    held = lively.facilitator
    await lively.town.joined("@thandi:example.org")
    await lively.sign_in()
    assert held.community
    ours = held.community.id
    long_name = lively.opened.founded(
        aggregate=ours, version=2, key=lively.key, name=words(80), purpose=words(400), language=tag
    )
    await lively.opened.hears(long_name)
    first = await _meetings(lively, ours, datetime(now.year + 1, month, day, 13, 30))
    code = await _library(lively)
    await _held_every_day(lively, ours)
    return Full(lively, _paths(f"/c/{lively.key}", first, code))


def _paths(ours: str, meeting: str, code: str) -> dict[str, str]:
    """An address for each route."""
    of_a_meeting = f"{ours}/meetings/{meeting}"
    return {
        "/": "/",
        "/c/{key}": ours,
        "/c/{key}/calendar.ics": f"{ours}/calendar.ics",
        "/c/{key}/meetings/{code}": of_a_meeting,
        "/c/{key}/outlook.ics": f"{ours}/outlook.ics",
        "/c/{key}/meetings/{code}/highlights.pdf": f"{of_a_meeting}/highlights.pdf",
        "/c/{key}/meetings/{code}/meeting.ics": f"{of_a_meeting}/meeting.ics",
        "/c/{key}/mine": f"{ours}/mine",
        "/c/{key}/mine/{secret}.ics": f"{ours}/mine/opens-nothing.ics",
        "/c/{key}/mine/{secret}/outlook.ics": f"{ours}/mine/opens-nothing/outlook.ics",
        "/c/{key}/library": f"{ours}/library",
        "/c/{key}/library/{code}": f"{ours}/library/{code}",
        "/c/{key}/library/{code}/file": f"{ours}/library/{code}/file",
        "/c/{key}/outcomes": f"{ours}/outcomes",
        "/c/{key}/outcomes/{term}": f"{ours}/outcomes/2020-1",
        "/health": "/health",
        "/privacy": "/privacy",
        "/privacy/mine": "/privacy/mine",
        "/privacy/mine.json": "/privacy/mine.json",
        "/sign-in/{secret}": f"/sign-in/{'s' * 100}",
    }


async def _meetings(lively: Lively, ours: CommunityId, starts: datetime) -> str:
    """As many as a page shows, and one that was held and written up in full; gives its code."""
    events: list[Any] = []
    for number in range(store.MOST_SHOWN + store.MOST_PAST):
        over = number >= store.MOST_SHOWN
        at = starts - timedelta(days=9) if over else starts + timedelta(minutes=number)
        zone = ZONES[number % 2]
        events.append(
            MeetingScheduled.of(
                meeting_of(
                    ours,
                    id=MeetingId(uuid4()),
                    code=f"M{2 + number // 8}{2 + number % 8}ZZZ",
                    title=words(120),
                    where=words(200),
                    starts=at,
                    zone=zone,
                    starts_at=at.replace(tzinfo=ZoneInfo(zone)),
                    moved_from=at - timedelta(days=1),
                    status=MeetingStatus.CLOSED if over else MeetingStatus.SCHEDULED,
                    capacity=999,
                    counts=Counts(yes=234, guests=123, waiting=321, maybe=231, no=213),
                )
            )
        )
    closed = events[-1].meeting
    for version, told in enumerate((HighlightsShared, MinutesApproved), start=2):
        text = "\n".join(f"- {words(300)}" for _ in range(19))
        document = Document(
            author=MemberId(uuid4()), version=1, title=words(120), text=text, short=words(300)
        )
        meeting = closed.model_copy(update={"version": version})
        events.append(told.of(meeting, document=document))
    await lively.opened.hears(*events)
    return str(closed.code)


async def _held_every_day(lively: Lively, ours: CommunityId) -> None:
    """A term in which a meeting was held on each day so far."""
    now = lively.town.clock.now().replace(second=0, microsecond=0)
    events: list[MeetingEvent] = []
    for number in range(DAYS_OF_THE_TERM):
        at = now - timedelta(days=number, hours=3)
        facts = {"id": MeetingId(uuid4()), "code": f"M{2 + number // 8}{2 + number % 8}YYY"}
        meeting = meeting_of(
            ours, **facts, title=words(120), starts=at.replace(tzinfo=None), zone="Etc/UTC",
            starts_at=at, status=MeetingStatus.CLOSED, counts=Counts(checked_in=1),
        )  # fmt: skip
        later = meeting.model_copy(update={"version": 2})
        events += [CheckedIn.of(meeting, member=MemberId(uuid4())), MeetingClosed.of(later)]
    await lively.town.bus.tell("scheduling", [lively.opened.wrapped(event) for event in events])

    async def heard() -> bool:
        page = Outline((await lively.get("/outcomes")).text)
        return len(page.all("time")) == DAYS_OF_THE_TERM

    await until(heard, 30)


async def _library(lively: Lively) -> str:
    """A page of entries, and one with everything; gives its code."""
    for number in range(9):
        await lively.saved(link=f"https://example.org/{number}", title=words(200), why=words(500))
    rich = await lively.saved(
        link=f"https://example.org/{words(900).replace(' ', '/')}",
        document=f"https://example.org/{words(900).replace(' ', '-')}",
        title=words(200),
        why=words(500),
        summary="\n".join(words(180) for _ in range(11)),
        sectors=tuple(words(60) for _ in range(20)),
        skills=tuple(words(60) for _ in range(20)),
        related=tuple(words(200) for _ in range(20)),
    )
    for number in range(20):
        account = f"@m{number}:example.org"
        passport = await lively.town.joined(account)
        how = UseResource(code=rich.code, how=HowUsed.ADAPTED, note=words(500))
        await lively.town.ask(how, passport)
    return str(rich.code)


def _opened_by_get(lively: Lively) -> set[str]:
    routes = lively.opened.portal._app.routes
    found = {r.path for r in routes if isinstance(r, Route) and "GET" in (r.methods or ())}
    return found - NOT_PAGES


async def _cost(lively: Lively, path: str) -> tuple[int, str, str]:
    """Bytes on the way, what kind they are, and the page's words."""
    async with lively.browser.stream("GET", path) as answer:
        text = (await answer.aread()).decode(errors="replace")
        kind = answer.headers.get("content-type", "")
        if kind.startswith("text/") and len(text) > KB:
            assert answer.headers["content-encoding"] == "gzip", path
        return answer.num_bytes_downloaded, kind, text


async def test_no_page_costs_more_than_its_budget_with_the_longest_of_everything(
    full: Full,
) -> None:
    lively = full.lively
    assert full.paths.keys() == _opened_by_get(lively)
    costs = {}
    for route, path in full.paths.items():
        html, kind, text = await _cost(lively, path)
        if not kind.startswith("text/html"):
            continue
        page = Outline(text)
        styles = {str(a["href"]) for a in page.all("link") if a["rel"] == "stylesheet"}
        first_paint = html + sum([(await _cost(lively, style))[0] for style in styles])
        assert len(styles) == 1, route
        assert page.all("style") == [], route
        scripts = page.all("script")
        assert all("defer" in script and script.get("src") for script in scripts), route
        paid = sum([(await _cost(lively, str(script["src"])))[0] for script in scripts])
        assert paid <= SCRIPTS, route
        costs[route] = first_paint
    over = {
        route: cost
        for route, cost in costs.items()
        if cost > (LONGEST_PAGE if route in LONGEST else FIRST_PAINT)
    }
    assert over == {}, costs
    assert len(costs) >= 9


async def test_a_second_visit_costs_its_html_and_next_to_nothing_more(lively: Lively) -> None:
    page = Outline((await lively.get()).text)
    loaded = {str(a.get("src") or a.get("href")) for t, a in page.tags if t in {"img", "link"}}
    again = 0
    for path in loaded:
        answer = await lively.browser.get(path)
        kept = re.search(r"max-age=(\d+)", answer.headers["cache-control"])
        if kept is None or int(kept[1]) < 86400:
            again += len(answer.content)
    assert again <= SECOND_VISIT
    [style] = [path for path in loaded if path.endswith(".css")]
    assert "immutable" in (await lively.browser.get(style)).headers["cache-control"]


async def test_no_browser_keeps_a_page_that_a_member_was_shown(full: Full) -> None:
    lively = full.lively
    kept = {}
    for route, path in full.paths.items():
        answer = await lively.browser.get(path)
        if answer.headers["content-type"].startswith("text/html"):
            kept[route] = answer.headers.get_list("cache-control")

    assert set(full.paths) >= set(kept) >= LONGEST
    assert {route for route, told in kept.items() if told != ["no-store"]} == set()


async def test_another_versions_stylesheet_is_not_kept_under_its_name(lively: Lively) -> None:
    answer = await lively.browser.get("/style/0123456789abcdef.css")
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"


async def test_a_forms_hidden_field_is_another_in_every_response(full: Full) -> None:
    """Compression would let who can watch lengths guess what stays the same (BREACH)."""
    lively = full.lively
    fields = 0
    for route, path in full.paths.items():
        first, second = [
            [
                f["value"]
                for f in Outline((await lively.browser.get(path)).text).all("input")
                if f.get("type") == "hidden"
            ]
            for _ in range(2)
        ]
        assert set(first).isdisjoint(second), route
        fields += len(first)
    assert fields == 1
