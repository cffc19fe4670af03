"""A government changes its clocks: meetings stay at their wall time, and so do those who come."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from indaba.contracts.membership import PassportIssued
from indaba.contracts.reminding import SetQuietHours
from indaba.contracts.scheduling import (
    AnswerRsvp,
    MeetingFacts,
    RsvpAnswer,
    ScheduleMeeting,
    ShowMeeting,
)
from indaba.ledger import Ledger
from indaba.process import zones
from indaba.scheduling import app as scheduling
from services.town import Town
from workshop import do, ledger_of, rows, until
from zone_files import written

pytestmark = pytest.mark.asyncio(loop_scope="module")

HERE, ELSEWHERE = "America/Vancouver", "Africa/Johannesburg"
BEFORE = timedelta(hours=-8)
LEAD = timedelta(minutes=60)
HOUR = timedelta(hours=1)
CHANGES = pytest.mark.parametrize("change", [HOUR, -HOUR, timedelta(minutes=30)], ids=str)


@dataclass
class Changing:
    """A town whose scheduling is started anew with other rules for Vancouver."""

    town: Town
    folder: Path
    bus_url: str

    @property
    def scheduling(self) -> Ledger:
        return self.town.ledgers["scheduling"]

    def rules(self, offset: timedelta) -> None:
        version = f"2030a{offset / timedelta(minutes=1):+.0f}"
        zones.use(written(self.folder / version, HERE, offset, version))

    def copy(self, replica: str) -> Ledger:
        url = self.scheduling.database.url.render_as_string(hide_password=False)
        ledger = ledger_of(
            "scheduling",
            url,
            self.bus_url,
            migrations=scheduling.MIGRATIONS,
            world=self.town.clock,
            replica=replica,
        )
        scheduling.wire(ledger)
        return ledger

    async def again(self, offset: timedelta, copies: int = 1) -> None:
        """Scheduling ends, and begins with other rules."""
        await self.scheduling.stop()
        self.rules(offset)
        begun = [self.copy(str(n + 1)) for n in range(copies)]
        await asyncio.gather(*(ledger.start() for ledger in begun))
        for more in begun[1:]:
            await more.stop()
        self.town.ledgers["scheduling"] = begun[0]

    async def called(self, held: PassportIssued, zone: str, days: int = 3) -> MeetingFacts:
        """A meeting at 14:00 there."""
        day = self.town.clock.now().astimezone(ZoneInfo(zone)).date() + timedelta(days=days)
        starts = datetime(day.year, day.month, day.day, 14)
        call = ScheduleMeeting(title="Fractions", starts=starts, zone=zone)
        return (await self.town.ask(call, held)).meeting

    async def timers(self, meeting: UUID) -> dict[str, datetime]:
        query = f"SELECT kind, due_at FROM ledger.timers WHERE key LIKE '%{meeting}%'"
        return dict(await rows(self.scheduling, query))

    async def told(self, wire: str) -> list[dict[str, Any]]:
        query = (
            "SELECT envelope -> 'body' FROM ledger.journal"
            f" WHERE wire = 'scheduling.{wire}.v1' ORDER BY id"
        )
        return [body for (body,) in await rows(self.scheduling, query)]

    async def shown(self, meeting: MeetingFacts, held: PassportIssued) -> MeetingFacts:
        return (await self.town.ask(ShowMeeting(meeting=meeting.id), held)).meeting

    async def kept(self, meeting: MeetingFacts) -> datetime:
        query = f"SELECT starts_at FROM meetings WHERE id = '{meeting.id}'"
        [(starts_at,)] = await rows(self.scheduling, query)
        return starts_at  # type: ignore[no-any-return]  # what the column holds

    def until(self, moment: datetime) -> None:
        self.town.clock.ahead += moment - self.town.clock.now()
        self.scheduling._timers.wake.ring()


@pytest_asyncio.fixture(loop_scope="module")
async def changing(town: Town, tmp_path: Path, bus_url: str) -> AsyncIterator[Changing]:
    there = Changing(town, tmp_path, bus_url)
    await there.again(BEFORE)
    yield there
    zones.use_pinned()


@CHANGES
async def test_instants_timers_and_versions_follow_and_who_said_yes_is_told_once(
    changing: Changing, change: timedelta
) -> None:
    held = await changing.town.founded(zone=HERE)
    meeting = await changing.called(held, HERE)
    far = await changing.called(held, ELSEWHERE)
    for name, answer in (("ana", RsvpAnswer.YES), ("ben", RsvpAnswer.NO)):
        theirs = await changing.town.joined(f"@{name}:example.org")
        await changing.town.ask(AnswerRsvp(code=meeting.code, answer=answer), theirs)
    ana = (await changing.town.passport("@ana:example.org")).passport.member
    before = await changing.shown(meeting, held)
    timers = await changing.timers(meeting.id)
    others = await changing.timers(far.id)

    await changing.again(BEFORE - change)
    after = await changing.shown(meeting, held)
    assert (after.starts, after.zone) == (before.starts, before.zone)
    assert after.starts_at == before.starts_at + change == await changing.kept(meeting)
    assert (after.version, after.sequence) == (before.version + 1, before.sequence + 1)
    moved = {kind: due + change for kind, due in timers.items()}
    assert await changing.timers(meeting.id) == moved
    assert moved.keys() >= {"remind", "start", "close", "ask-owners"}
    [told] = await changing.told("meeting-moved")
    assert told["aggregate"] == str(meeting.id)
    assert told["shifted"] == change / timedelta(minutes=1)
    assert told["members"] == [str(ana)]
    assert await changing.timers(far.id) == others
    assert (await changing.shown(far, held)).version == far.version

    held = await changing.town.passport("@lindiwe:example.org")
    await changing.again(BEFORE - change, copies=2)
    assert await changing.shown(meeting, held) == after
    assert len(await changing.told("meeting-moved")) == 1


async def test_a_reminder_due_by_the_old_rules_waits_for_its_hour_by_the_new(
    changing: Changing,
) -> None:
    held = await changing.town.founded(zone=HERE)
    meeting = await changing.called(held, HERE)
    await changing.town.ask(AnswerRsvp(code=meeting.code, answer=RsvpAnswer.YES), held)
    await changing.scheduling.stop()
    changing.until(meeting.starts_at - LEAD / 2)

    await changing.again(BEFORE - HOUR)
    await asyncio.sleep(0.5)
    assert await changing.told("reminder-due") == []
    assert await changing.told("meeting-started") == []
    changing.until(meeting.starts_at + timedelta(minutes=1))

    async def reminded() -> bool:
        return len(await changing.told("reminder-due")) == 1

    await until(reminded)
    changing.until(meeting.starts_at + HOUR + timedelta(minutes=1))

    async def started() -> bool:
        return len(await changing.told("meeting-started")) == 1

    await until(started)
    assert len(await changing.told("reminder-due")) == 1


async def test_owners_of_actions_are_not_asked_a_second_time(changing: Changing) -> None:
    held = await changing.town.founded(zone=HERE)
    meeting = await changing.called(held, HERE)
    changing.until(meeting.starts_at - timedelta(days=1))

    async def asked() -> bool:
        return "ask-owners" not in await changing.timers(meeting.id)

    await until(asked)
    await changing.again(BEFORE - HOUR)
    timers = await changing.timers(meeting.id)
    assert timers.keys() == {"remind", "start", "close"}
    assert timers["start"] == meeting.starts_at + HOUR


async def test_a_meeting_that_has_begun_by_the_new_rules_begins(changing: Changing) -> None:
    held = await changing.town.founded(zone=HERE)
    meeting = await changing.called(held, HERE)
    await changing.scheduling.stop()
    changing.until(meeting.starts_at - HOUR / 2)
    await changing.again(BEFORE + HOUR)

    async def started() -> bool:
        return len(await changing.told("meeting-started")) == 1

    await until(started)


async def test_what_is_on_is_not_told_and_ends_by_the_new_rules(changing: Changing) -> None:
    held = await changing.town.founded(zone=HERE)
    meeting = await changing.called(held, HERE)
    changing.until(meeting.starts_at)

    async def started() -> bool:
        return len(await changing.told("meeting-started")) == 1

    await until(started)
    close = (await changing.timers(meeting.id))["close"]
    await changing.again(BEFORE - HOUR)
    assert await changing.told("meeting-moved") == []
    assert (await changing.timers(meeting.id))["close"] == close + HOUR


async def test_a_meeting_that_is_called_off_is_kept_right_for_coming_back(
    changing: Changing,
) -> None:
    held = await changing.town.founded(zone=HERE)
    meeting = await changing.called(held, HERE)
    await do(changing.scheduling, "UPDATE meetings SET status = 'cancelled'")
    await changing.again(BEFORE - HOUR)
    assert await changing.kept(meeting) == meeting.starts_at + HOUR
    assert await changing.told("meeting-moved") == []


async def test_what_was_held_stays_when_it_was(changing: Changing) -> None:
    held = await changing.town.founded(zone=HERE)
    meeting = await changing.called(held, HERE)
    await do(changing.scheduling, "UPDATE meetings SET status = 'closed'")
    await changing.again(BEFORE - HOUR)
    assert await changing.kept(meeting) == meeting.starts_at
    assert await changing.told("meeting-moved") == []


@pytest.mark.thorough(keep=1)
@CHANGES
async def test_the_weekly_digest_keeps_its_hour(changing: Changing, change: timedelta) -> None:
    held = await changing.town.founded(zone=HERE)
    digest = f"digest/{held.community.id}" if held.community else ""

    async def known() -> bool:
        return bool(await rows(changing.scheduling, due))

    due = f"SELECT due_at, body ->> 'due' FROM ledger.timers WHERE key = '{digest}'"
    await until(known)
    [(before, _)] = await rows(changing.scheduling, due)
    await changing.again(BEFORE - change)
    [(after, body)] = await rows(changing.scheduling, due)
    assert after == before + change
    assert datetime.fromisoformat(body) == after


async def test_who_is_still_in_quiet_hours_by_the_new_rules_is_left_in_peace(
    changing: Changing,
) -> None:
    held = await changing.town.founded(zone=HERE)
    meeting = await changing.called(held, ELSEWHERE)
    await changing.town.ask(AnswerRsvp(code=meeting.code, answer=RsvpAnswer.YES), held)
    waiting = "SELECT due_at FROM ledger.timers WHERE kind = 'remind-later'"
    quiet_until = meeting.starts_at - HOUR / 2
    local = quiet_until.astimezone(ZoneInfo(HERE))
    quiet = SetQuietHours(begins=f"{local - HOUR:%H:%M}", ends=f"{local:%H:%M}")
    await changing.town.ask(quiet, held)
    changing.until(meeting.starts_at - LEAD)

    async def waits() -> bool:
        return await rows(changing.scheduling, waiting) == [(quiet_until,)]

    await until(waits)
    await changing.again(BEFORE - timedelta(minutes=15))

    async def waits_longer() -> bool:
        later = quiet_until + timedelta(minutes=15)
        return await rows(changing.scheduling, waiting) == [(later,)]

    await until(waits_longer)
    assert await changing.told("reminder-due") == []


@pytest.mark.thorough
async def test_more_meetings_than_a_batch_are_all_derived(changing: Changing) -> None:
    held = await changing.town.founded(zone=HERE)
    meeting = await changing.called(held, HERE)
    columns = [
        name
        for (name,) in await rows(
            changing.scheduling,
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = 'meetings' AND table_schema = 'public'",
        )
    ]
    given = {
        "id": "gen_random_uuid()",
        "code": "'M' || translate((111110 + n)::text, '0123456789', '23456789AB')",
    }
    chosen = ", ".join(given.get(name, f'"{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    await do(
        changing.scheduling,
        f"INSERT INTO meetings ({names}) SELECT {chosen} FROM meetings, generate_series(1, 210) n",
    )
    await changing.again(BEFORE - HOUR)
    stale = f"SELECT count(*) FROM meetings WHERE starts_at <> '{meeting.starts_at + HOUR}'"
    assert await rows(changing.scheduling, stale) == [(0,)]
    assert len(await changing.told("meeting-moved")) == 211


async def test_one_meeting_that_cannot_be_derived_holds_up_no_other(changing: Changing) -> None:
    held = await changing.town.founded(zone=HERE)
    first, second = await changing.called(held, HERE), await changing.called(held, HERE)
    lost = f"UPDATE meetings SET zone = 'Mars/Base' WHERE id = '{first.id}'"
    await do(changing.scheduling, lost)
    await changing.again(BEFORE - HOUR)
    assert await changing.kept(second) == second.starts_at + HOUR
    assert await changing.kept(first) == first.starts_at
