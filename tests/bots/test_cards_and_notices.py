from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY

from bots.village import MIGRATIONS, NOW, BusServiceClient, Village, moved, reminder
from clock import TestWorld
from conftest import FreshDatabase
from indaba.bus import Bus, Outcome
from indaba.contracts.ids import MeetingId, MemberId
from indaba.contracts.scheduling import MeetingCancelled, MeetingFacts, MeetingMoved, MeetingStatus
from indaba.conversation.cards.updater import FRESH
from workshop import ledger_of, rows, until


@pytest.fixture
async def village(database: FreshDatabase, bus_url: str) -> AsyncIterator[Village]:
    url = await database(MIGRATIONS)
    clock, services = TestWorld(), BusServiceClient()
    bus = Bus(bus_url, "services", clock)
    bus.answer("membership", services.answer)
    bus.answer("scheduling", services.answer)
    await bus.start()
    ledger = ledger_of("matrix_bot", url, bus_url, migrations=MIGRATIONS, world=clock)
    there = Village(ledger, services, clock)
    await ledger.start()
    yield there
    await ledger.stop()
    await bus.stop()


async def test_a_card_is_drawn_when_the_service_that_was_away_is_back(village: Village) -> None:
    meeting = village.meeting("room")
    village.services.trouble[meeting.id] = Outcome.EXPIRED
    await village.want(meeting)
    await village.meets_trouble(meeting)
    await village.card_up("another room")
    village.services.trouble.clear()
    village.clock.ahead += timedelta(minutes=1)
    await village.hears("room", "React")


async def test_the_card_of_a_meeting_that_is_gone_is_left_alone(village: Village) -> None:
    meeting = village.meeting("room")
    village.services.trouble[meeting.id] = Outcome.REFUSED
    await village.want(meeting)
    await until(lambda: village.drawn_as_wanted(meeting))


async def test_cards_in_rooms_that_never_come_to_their_turn_hold_up_no_other(
    village: Village,
) -> None:
    village.square.waiting.add("full")
    stuck = [village.meeting("full") for _ in range(30)]
    await village.want(*stuck)

    async def all_kept() -> bool:
        return len(await rows(village.ledger, "SELECT 1 FROM card_places")) == 30

    await until(all_kept)
    newer = [m.model_copy(update={"version": 2}) for m in stuck]
    village.services.meetings.update({m.id: m for m in newer})
    await village.want(*newer)
    village.clock.ahead += timedelta(minutes=1)
    meeting = await village.card_up("room")
    await village.tell(*(moved(m) for m in newer), moved(meeting))
    await village.hears("room", "was moved")
    await village.notices_are_dealt_with(left=30)


async def test_a_meeting_whose_card_is_nowhere_holds_up_no_notice(village: Village) -> None:
    nowhere = [village.meeting() for _ in range(30)]
    await village.want(*nowhere)
    meeting = await village.card_up("room")
    await village.tell(*(moved(m) for m in nowhere), minutes=1)
    await village.tell(moved(meeting))
    await village.hears("room", "was moved")
    village.clock.ahead += timedelta(minutes=2)
    await village.notices_are_dealt_with()


async def test_a_room_that_takes_no_card_does_not_silence_the_others(village: Village) -> None:
    village.square.closed.add("closed")
    meeting = village.meeting("room", "closed")
    await village.want(meeting)
    await village.hears("room", "React")
    await village.tell(moved(meeting))
    await village.hears("room", "was moved")
    village.square.closed.clear()
    newer = meeting.model_copy(update={"version": 2})
    village.services.meetings[meeting.id] = newer
    village.clock.ahead += timedelta(minutes=1)
    await village.want(newer)
    await village.hears("closed", "React")


@pytest.mark.parametrize("outcome", [Outcome.FAULT, Outcome.EXPIRED, Outcome.ANSWERED])
async def test_one_card_or_notice_that_fails_holds_up_no_other(
    village: Village, outcome: Outcome
) -> None:
    first = await village.card_up("first room")
    broken = village.meeting("broken")
    village.services.trouble[broken.id] = outcome
    village.services.trouble[first.id] = outcome
    await village.want(broken)
    await village.meets_trouble(broken)
    meeting = await village.card_up("room")
    await village.tell(moved(first))
    await village.meets_trouble(first)
    await village.tell(moved(meeting))
    await village.hears("room", "was moved")
    village.services.trouble.clear()
    village.clock.ahead += timedelta(minutes=1)
    await village.hears("broken", "React")
    await village.hears("first room", "was moved")


async def test_a_reminder_for_more_than_a_thousand_names_those_who_are_here(
    village: Village,
) -> None:
    members = [MemberId(uuid4()) for _ in range(2100)]
    village.services.accounts = {str(members[0]): "@thandi", str(members[-1]): "@sipho"}
    meeting = await village.card_up("room")
    await village.tell(reminder(meeting, *members))
    await village.hears("room", "@sipho @thandi")
    file = f"https://portal.example.org/c/k3y/meetings/{meeting.code}/meeting.ics"
    assert village.said("room", f"For your calendar: {file}") == 1


async def test_only_the_newest_change_is_told(village: Village) -> None:
    meeting = await village.card_up("room", sequence=2)
    once = meeting.model_copy(update={"sequence": 1})
    await village.tell(moved(once), moved(meeting))
    await village.notices_are_dealt_with()
    await village.hears("room", "was moved")
    assert village.said("room", "was moved") == 1
    off = meeting.model_copy(update={"sequence": 3, "status": MeetingStatus.CANCELLED})
    village.services.meetings[MeetingId(off.id)] = off
    cancelled = MeetingCancelled(aggregate=off.id, version=2, meeting=off)
    await village.tell(moved(meeting), cancelled)
    await village.hears("room", "is called off")
    assert village.said("room", "was moved") == 1


def shifted(meeting: MeetingFacts, minutes: int, *members: MemberId) -> MeetingMoved:
    return MeetingMoved.of(meeting, shifted=minutes, members=members)


@pytest.mark.parametrize(
    ("minutes", "words"), [(-60, "1 hour earlier"), (90, "1 hour 30 minutes later")]
)
async def test_who_said_yes_hears_that_the_rules_of_a_meetings_zone_changed(
    village: Village, minutes: int, words: str
) -> None:
    ana, ben = MemberId(uuid4()), MemberId(uuid4())
    village.services.accounts = {str(ana): "@ana", str(ben): "@ben"}
    meeting = await village.card_up("room", sequence=1)
    await village.tell(shifted(meeting, minutes, ana))
    await village.hears("room", f"it begins {words} than before. @ana")
    longer = meeting.model_copy(update={"minutes": 90, "sequence": 2})
    village.services.meetings[meeting.id] = longer
    await village.tell(shifted(meeting, minutes, ben))
    await village.hears("room", "@ben")


async def test_where_nobody_said_yes_the_room_hears_of_new_rules(village: Village) -> None:
    meeting = await village.card_up("room")
    await village.tell(shifted(meeting, 60))
    await village.hears("room", "The clock rules where Fractions (M7K2) is held have changed.")


async def test_of_new_rules_nothing_is_said_once_the_meeting_was_moved(village: Village) -> None:
    meeting = await village.card_up("room")
    a_day = timedelta(days=1)
    later = {"starts": meeting.starts + a_day, "starts_at": meeting.starts_at + a_day}
    moved_since = meeting.model_copy(update={**later, "sequence": 1})
    village.services.meetings[meeting.id] = moved_since
    await village.tell(shifted(meeting, 60), moved(moved_since))
    await village.hears("room", "was moved")
    await village.notices_are_dealt_with()
    assert village.said("room", "clock rules") == 0


@pytest.mark.parametrize("heard_of", [True, False])
@pytest.mark.parametrize("change", [{"sequence": 1}, {"status": MeetingStatus.CLOSED}])
async def test_nobody_is_reminded_of_a_meeting_that_is_not_as_it_was(
    village: Village, change: dict[str, Any], *, heard_of: bool
) -> None:
    member = MemberId(uuid4())
    village.services.accounts = {str(member): "@thandi"}
    meeting = await village.card_up("room")
    newer = meeting.model_copy(update={"version": 2, **change})
    village.services.meetings[meeting.id] = newer
    if heard_of:
        await village.want(newer)
    await village.tell(reminder(meeting, member), ago=NOW if heard_of else FRESH)
    await village.notices_are_dealt_with()
    other = await village.card_up("other room")
    await village.tell(reminder(other, member))
    await village.hears("other room", "@thandi")
    assert village.said("room", "@thandi") == 0


async def test_who_is_reminded_in_time_needs_no_answer_from_scheduling(village: Village) -> None:
    member = MemberId(uuid4())
    village.services.accounts = {str(member): "@thandi"}
    meeting = await village.card_up("room")
    village.services.trouble[meeting.id] = Outcome.FAULT
    await village.tell(reminder(meeting, member))
    await village.hears("room", "@thandi")


async def test_a_reminder_that_comes_too_late_is_dropped_and_counted(village: Village) -> None:
    def too_late() -> float:
        labels = {"process": "matrix_bot", "outcome": "too-late"}
        return REGISTRY.get_sample_value("indaba_posts_total", labels) or 0

    before = too_late()
    await village.tell(reminder(village.meeting("room")), minutes=1)
    village.clock.ahead += timedelta(minutes=2)
    await village.notices_are_dealt_with()
    assert village.square.up == {}
    assert too_late() == before + 1
