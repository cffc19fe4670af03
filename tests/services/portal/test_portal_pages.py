import re
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import tzdata

from indaba.contracts.ids import MemberId
from indaba.contracts.scheduling import (
    Counts,
    MeetingBlanked,
    MeetingCancelled,
    MeetingMoved,
    MeetingStatus,
    RsvpAnswer,
    RsvpChanged,
)
from indaba.operate.local.engines import Postgres
from indaba.process.run import Readiness
from services.portal.outline import Outline

LARGEST_PAGE = 30 * 1024
"""On the way, compressed."""

HOSTILE = '<script>alert(1)</script> & "quotes" \u202eevil\n{{ 7*7 }} ' + "x" * 40


async def test_the_first_page_says_what_indaba_is_and_how_to_get_a_link(reading: Any) -> None:
    answer = await reading.browser.get("/")
    assert answer.status_code == 200
    said = Outline(answer.text).sentence
    assert "communities of practice" in said
    assert "portal" in said
    assert "You are not signed in" in said
    assert 'href="/health"' in answer.text


async def test_a_community_without_meetings_says_what_to_do(reading: Any) -> None:
    answer = await reading.page()
    said = Outline(answer.text).sentence
    assert answer.status_code == 200
    assert "Reading in Soweto" in said
    assert "Teachers who help children read for meaning." in said
    assert "No meeting is planned." in said
    assert "meeting new" in said


async def test_a_meeting_shows_when_how_long_and_who_comes_but_no_names(reading: Any) -> None:
    called = reading.called(counts=Counts(yes=3, maybe=1, no=2))
    await reading.hears(called)
    answer = await reading.page()
    page = Outline(answer.text)
    time = page.all("time")[0]["datetime"]
    assert time == called.meeting.starts.isoformat(timespec="minutes") + "+02:00"
    assert "(Johannesburg, UTC+02:00)" in page.words["time"][0]
    assert "in 3 days" in page.sentence
    assert "1 hour 30 minutes" in page.sentence
    assert "3 coming, 1 maybe, 2 not this time" in page.sentence
    assert "yes M7K2" in page.sentence
    assert str(called.meeting.author) not in answer.text


async def test_a_meeting_called_for_another_zone_is_shown_in_the_communitys_own(
    reading: Any,
) -> None:
    await reading.hears(reading.called(zone="America/New_York"))
    page = Outline((await reading.page()).text)
    assert "(Johannesburg, UTC+02:00)" in page.words["time"][0]
    assert "Called for:" in page.sentence
    assert "(New York, UTC-0" in page.sentence


async def test_a_called_off_meeting_says_so_before_anything_else(reading: Any) -> None:
    called = reading.called().meeting
    off = called.model_copy(
        update={"version": 2, "status": MeetingStatus.CANCELLED, "reason": "The hall is flooded"}
    )
    await reading.hears(MeetingCancelled(aggregate=off.id, version=2, meeting=off))
    page = Outline((await reading.page()).text)
    first = page.words["article"][0].split()
    assert first[:2] == ["Called", "off:"]
    assert "The hall is flooded" not in page.sentence
    assert "yes M7K2" not in page.sentence


async def test_a_moved_meeting_says_when_it_was(reading: Any) -> None:
    called = reading.called().meeting
    moved = called.model_copy(
        update={"version": 2, "moved_from": called.starts - timedelta(days=1), "sequence": 1}
    )
    await reading.hears(MeetingMoved(aggregate=moved.id, version=2, meeting=moved))
    page = Outline((await reading.page()).text)
    assert page.words["article"][0].strip().startswith("This meeting was moved. It was:")


async def test_a_meeting_is_on_until_it_ends_and_then_leaves_the_page(reading: Any) -> None:
    await reading.hears(reading.called())
    reading.world.ahead = timedelta(days=3, minutes=0)
    assert "on now" in Outline((await reading.page()).text).sentence
    reading.world.ahead = timedelta(days=3, minutes=91)
    assert "No meeting is planned." in (await reading.page()).text


async def test_a_meeting_without_words_is_called_by_its_code(reading: Any) -> None:
    gone = reading.called().meeting.model_copy(update={"version": 2, "title": ""})
    await reading.hears(MeetingBlanked(aggregate=gone.id, version=2, meeting=gone))
    assert "Meeting M7K2" in Outline((await reading.page()).text).words["h3"][0]


async def test_an_answer_in_chat_changes_the_counts_on_the_page(reading: Any) -> None:
    called = reading.called()
    more = called.meeting.model_copy(update={"version": 2, "counts": Counts(yes=1)})
    member = MemberId(uuid4())
    await reading.hears(
        called,
        RsvpChanged(
            aggregate=more.id, version=2, meeting=more, member=member, answer=RsvpAnswer.YES
        ),
    )
    answer = await reading.page()
    assert "1 coming" in Outline(answer.text).sentence
    assert str(member) not in answer.text


async def test_what_people_typed_stays_text(open_portal: Any) -> None:
    opened = await open_portal()
    await opened.hears(
        opened.founded(name=HOSTILE[:80], purpose=HOSTILE),
        opened.published(),
        opened.called(title=HOSTILE),
    )
    answer = await opened.page()
    page = Outline(answer.text)
    assert page.all("script") == []
    assert "<script>alert(1)</script>" in page.words["h3"][0]
    assert "{{ 7*7 }}" in page.words["h3"][0]
    assert "\u202e" not in answer.text
    assert page.badly_nested == []


@pytest.mark.parametrize(
    ("method", "path", "status", "said"),
    [
        ("GET", "/c/unknownKey", 404, "portal"),
        ("GET", "/nowhere", 404, "no such page"),
        ("GET", "/c/%00", 404, "no such page"),
        ("GET", "/c/%ff%fe", 404, "no such page"),
        ("GET", "/c/" + "x" * 5000, 404, "no such page"),
        ("GET", "/c/..%2f..%2fetc", 404, "no such page"),
        ("DELETE", "/", 405, "cannot be done here"),
        ("GET", "/sign-out", 405, "cannot be done here"),
    ],
)
async def test_every_error_is_a_page_in_words(
    reading: Any, method: str, path: str, status: int, said: str
) -> None:
    answer = await reading.browser.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert said in Outline(answer.text).sentence


async def test_a_mistake_of_ours_is_told_with_a_reference_and_no_traceback(reading: Any) -> None:
    async with reading.ledger.database.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE communities RENAME COLUMN name TO nom")
    answer = await reading.page()
    said = Outline(answer.text).sentence
    assert answer.status_code == 500
    assert re.search(r"reference: [0-9a-f]{8}", said)
    assert "Traceback" not in answer.text
    assert "nom" not in answer.text


async def test_without_its_database_the_portal_says_a_little_later(
    tmp_path: Path, open_portal: Any
) -> None:
    postgres = Postgres(tmp_path / "pg")
    await postgres.start()
    try:
        await postgres.provision(["portal"])
        opened = await open_portal(database_url=postgres.url("portal"))
        await opened.hears(opened.founded(), opened.published())
        await postgres.stop()
        away = await opened.page()
        first = await opened.browser.get("/", headers={"cookie": "indaba=whatever"})
        await postgres.start()
        back = await opened.page()
    finally:
        await postgres.stop()
    assert away.status_code == 503
    assert away.headers["retry-after"] == "10"
    assert "a little later" in Outline(away.text).sentence
    assert first.status_code == 200
    assert "I cannot look up just now" in Outline(first.text).sentence
    assert back.status_code == 200


async def test_health_tells_people_which_part_does_not_work(reading: Any) -> None:
    answer = await reading.browser.get("/health")
    assert answer.status_code == 200
    assert "Everything is working." in Outline(answer.text).sentence
    reading.found.append(Readiness("matrix_bot", ok=False, why="the homeserver does not answer"))
    answer = await reading.browser.get("/health")
    said = Outline(answer.text).sentence
    assert answer.status_code == 503
    assert "matrix bot" in said
    assert "does not work yet: the homeserver does not answer" in said


async def test_routes_of_the_process_are_served_beside_the_pages(reading: Any) -> None:
    assert (await reading.browser.get("/live")).text == "live\n"
    ready = await reading.browser.get("/ready")
    assert ready.status_code == 200
    assert ready.json()["zones"] == tzdata.IANA_VERSION
    assert "indaba" in (await reading.browser.get("/metrics")).text


PAGES = ["/", "/c/k3yOfReading", "/health", "/sign-in/s3cret", "/nowhere"]


async def _fill(reading: Any) -> None:
    """As many meetings as a page shows, with everything a meeting can have."""
    events = [
        reading.called(
            title="Discussing comprehension strategies for grade three " * 2,
            code=f"M{2 + n // 8}{2 + n % 8}Z",
            zone="Europe/London",
            moved_from=reading.called().meeting.starts,
            counts=Counts(yes=12, maybe=3, no=4),
        )
        for n in range(50)
    ]
    await reading.hears(*events)


async def test_even_the_longest_page_is_small(reading: Any) -> None:
    await _fill(reading)
    assert len(Outline((await reading.page()).text).all("article")) == 50
    for path in PAGES:
        answer = await reading.browser.get(path)
        assert answer.num_bytes_downloaded < LARGEST_PAGE, (path, answer.num_bytes_downloaded)


@pytest.mark.parametrize("path", PAGES)
async def test_pages_can_be_used_without_seeing_them(reading: Any, path: str) -> None:
    await reading.hears(reading.called(), reading.called(code="M7K3"))
    page = Outline((await reading.browser.get(path)).text)
    assert page.badly_nested == []
    assert page.open == []
    assert page.all("html")[0]["lang"] == "en"
    assert page.words["title"][0].strip()
    assert "width=device-width" in str(page.all("meta"))
    headings = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert headings.count(1) == 1
    assert headings[0] == 1
    assert all(deeper <= before + 1 for before, deeper in pairwise(headings))
    skip = page.all("a")[0]
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert skip["href"] == "#content"
    assert "content" in ids
    assert len(ids) == len(set(ids))
    assert all("alt" in image for image in page.all("img"))
    assert all(words.strip() for name in ("button", "a") for words in page.words.get(name, []))
    shown_fields = [f for f in page.all("input") if f.get("type") != "hidden"]
    assert shown_fields == []


@pytest.mark.parametrize("path", [*PAGES, "/c/k3yOfReading/calendar.ics", "/icon.svg"])
async def test_browsers_are_told_to_be_strict(reading: Any, path: str) -> None:
    answer = await reading.browser.get(path)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; ")
    for rule in ("form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert rule in policy
    assert "unsafe" not in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"]


@pytest.mark.parametrize("path", PAGES)
async def test_pages_need_no_script_and_nothing_from_elsewhere(reading: Any, path: str) -> None:
    html = (await reading.browser.get(path)).text
    page = Outline(html)
    assert page.all("script") == []
    assert not re.search(r'\s(style|on\w+)="', html)
    loaded = [a.get("src") or a.get("href") for t, a in page.tags if t in {"img", "link"}]
    assert all(str(address).startswith("/") for address in loaded)
    assert "url(" not in html
    assert "@import" not in html


def test_colours_can_be_told_apart_by_day_and_by_night() -> None:
    from indaba.portal import drawing

    blocks = re.findall(r":root \{(.*?)\}", drawing._style().decode(), re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        colour = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))
        pairs = [
            ("ink", "ground"),
            ("ink", "card"),
            ("soft", "ground"),
            ("soft", "card"),
            ("accent", "ground"),
            ("accent", "card"),
            ("on-accent", "accent"),
            ("off", "off-ground"),
            ("off", "card"),
            ("moved", "moved-ground"),
            ("ink", "code-ground"),
        ]
        for text, ground in pairs:
            assert _contrast(colour[text], colour[ground]) >= 4.5, (text, ground)


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
