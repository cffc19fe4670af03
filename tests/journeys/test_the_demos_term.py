"""The demo's term through the real message path; its figures recomputed as on a sheet of paper."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from indaba.bus import Bus
from indaba.contracts.library import FindResources, HowUsed
from indaba.contracts.openness import Openness
from indaba.contracts.outcomes import Report
from indaba.contracts.record import MinutesStatus, ShowHighlights, ShowMinutes
from indaba.conversation.delivery.service_client import ask
from indaba.operate.console import Console
from indaba.operate.local.demo.playing import facilitators_passport, figures, opened, play
from indaba.operate.local.demo.story import MEETINGS, PEOPLE, RESOURCES, days_of
from indaba.operate.local.engines import Engines
from indaba.operate.processes import Kind, of_kind
from indaba.process.world import RealWorld

IN_LIBRARY = len(RESOURCES) + 2 * sum(bool(meeting.noted) for meeting in MEETINGS)
"""Approved minutes and shared highlights are in it too."""


@pytest.fixture
async def face(tmp_path: Path) -> AsyncIterator[Bus]:
    """A face that asks the services after the term was played."""
    data = tmp_path / "demo"
    engines = Engines(data)
    await engines.start()
    await play(engines, data, Console())
    world = RealWorld()
    async with opened(engines, data, world, of_kind(Kind.SERVICE, Kind.BOT)):
        bus = Bus(engines.valkey.url, "face", world)
        bus.expect_replies()
        await bus.start()
        yield bus
        await bus.stop()
    await engines.stop()


def by_hand() -> dict[str, tuple[int, int, int]]:
    """Counted, of, and what it rests on, from the story alone."""
    came = [set(meeting.present) for meeting in MEETINGS]
    again = [len(came[n] & came[n + 1]) for n in range(5)]
    before = [len(came[n]) for n in range(5)]
    new, known = [], set[int]()
    for present in came:
        new.append(present - known)
        known |= present
    back = [len(new[n] & (came[n + 1] | came[n + 2])) for n in range(4)]
    return {
        "attendance-retention": (sum(again), sum(before), len(set().union(*came[:5]))),
        "newcomer-return": (sum(back), sum(len(n) for n in new[:4]), sum(len(n) for n in new[:4])),
    }


def crossed_by_hand() -> list[tuple[bool, set[int]]]:
    """Of each resource, whether another organisation used it, and the people behind it."""
    found = [(False, {0})] * (IN_LIBRARY - len(RESOURCES))
    for one in RESOURCES:
        home = PEOPLE[one.by].organisation
        users = {p for p, how, _ in one.used if how is not HowUsed.DID_NOT_WORK}
        others = {PEOPLE[p].organisation for p in users} - {home, ""}
        found.append((bool(home and others), {one.by, *users}))
    return found


def test_the_sheet_of_paper() -> None:
    assert by_hand() == {
        "attendance-retention": (37, 57, 21),
        "newcomer-return": (16, 19, 19),
    }
    sides = [[who for yes, who in crossed_by_hand() if yes is side] for side in (True, False)]
    assert [len(side) for side in sides] == [8, 9]
    assert [len(set().union(*side)) for side in sides] == [18, 11]


@pytest.mark.parametrize(
    "today", [date(2026, 11, 23), date(2026, 1, 2), date(2026, 10, 20), date(2027, 3, 31)]
)
def test_the_terms_meetings_lie_in_one_quarter_behind_us(today: date) -> None:
    days = days_of(today)

    assert len({(day.year, (day.month - 1) // 3) for day in days}) == 1
    assert len(set(days)) == len(MEETINGS)
    assert days[-1] < today
    assert days[1] - days[0] >= timedelta(days=5)


# Each figure is tried beside its own worked examples; here are all of them at once.
@pytest.mark.thorough
async def test_the_report_says_what_the_sheet_says(face: Bus) -> None:
    world = RealWorld()
    last = days_of(datetime.now(ZoneInfo("Africa/Johannesburg")).date())[-1]

    report: Report = await figures(face, world, f"{last.year}-{(last.month + 2) // 3}")

    retention, returned, crossed = report.figures
    told = {f.indicator.value: (f.counted, f.of, f.n) for f in (retention, returned)}
    assert told == by_hand()
    assert crossed.share == (None if report.so_far else 8 / 17)
    assert (crossed.counted, crossed.of, crossed.n, crossed.evidence) == (0, 0, 0, ())
    assert [m.present for m in report.meetings] == [len(m.present) for m in MEETINGS]
    assert (report.members, report.resources) == (len(PEOPLE), IN_LIBRARY)

    issued = await facilitators_passport(face, world)
    looked_for = FindResources(words="botle tops", limit=3)
    found = await ask(face, world, looked_for, world.new_id(), passport=issued)
    assert found.resources[0].title == "Counting with bottle tops"

    code = report.meetings[-1].code
    minutes = await ask(face, world, ShowMinutes(code=code), world.new_id(), passport=issued)
    assert minutes.status is MinutesStatus.APPROVED
    written = [note.text for topic in minutes.topics for note in topic.notes]
    assert len(written) == len(MEETINGS[-1].noted)
    shown = await ask(face, world, ShowHighlights(code=code), world.new_id(), passport=issued)
    assert (shown.opened, "error hunt" in shown.text) == (Openness.WORLD, True)
