from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from prometheus_client import REGISTRY

import indaba.conversation
from bots.quiet_platform import Quiet
from clock import TestWorld
from conftest import FreshDatabase
from indaba.bus import Bus, Outcome, ReplyEnvelope
from indaba.contracts.agenda import AgendaShown, ShowAgenda
from indaba.contracts.ids import CommunityId, MeetingId, MemberId
from indaba.contracts.membership import (
    Accounts,
    CommunityCard,
    FindAccounts,
    FindPlaces,
    IssuePassport,
    PassportIssued,
    Place,
    Places,
    Platform,
)
from indaba.contracts.scheduling import (
    MeetingCancelled,
    MeetingEvent,
    MeetingFacts,
    MeetingMoved,
    MeetingShown,
    MeetingStatus,
    ReminderDue,
)
from indaba.contracts.wire import Envelope, Reply
from indaba.conversation.answer import Answer
from indaba.conversation.cards.updater import FRESH, CardUpdater
from indaba.conversation.delivery.platform import CannotPost, Post, PostKind, Wait
from indaba.conversation.delivery.sender import PostSender
from indaba.conversation.delivery.service_client import Passports
from indaba.conversation.store import Store
from indaba.ledger import Ledger
from indaba.ledger.session import Session
from indaba.process.world import uuid7
from workshop import ledger_of, passport, rows, until

NOW = timedelta()
MIGRATIONS = Path(indaba.conversation.__file__).parent / "migrations"


class BusServiceClient:
    """What membership and scheduling say, told by the test."""

    def __init__(self) -> None:
        self.meetings: dict[UUID, MeetingFacts] = {}
        self.rooms: dict[UUID, list[str]] = {}
        self.accounts: dict[str, str] = {}
        self.trouble: dict[UUID, Outcome] = {}
        self.met_trouble: set[UUID] = set()

    async def answer(self, envelope: Envelope) -> ReplyEnvelope:
        body = envelope.body
        match envelope.wire:
            case IssuePassport.wire:
                return _answered(envelope, _issued(UUID(body["community"])))
            case FindPlaces.wire:
                assert envelope.community
                rooms = self.rooms[envelope.community]
                places = tuple(Place(platform=Platform.MATRIX, room=room) for room in rooms)
                card = _community(envelope.community)
                return _answered(envelope, Places(community=card, places=places))
            case FindAccounts.wire:
                found = {m: self.accounts[m] for m in body["members"] if m in self.accounts}
                return _answered(envelope, Accounts(accounts=found))
            case ShowAgenda.wire:
                return _answered(envelope, AgendaShown(meeting=None, items=(), minutes=0))
        return self._show(envelope, UUID(body["meeting"]))

    def _show(self, envelope: Envelope, meeting: UUID) -> ReplyEnvelope:
        if outcome := self.trouble.get(meeting):
            self.met_trouble.add(meeting)
            gone = {"code": "no-such-meeting", "words": "No such meeting.", "facts": {}}
            told = gone if outcome is Outcome.REFUSED else {}
            return ReplyEnvelope(to=envelope.id, outcome=outcome, body=told)
        return _answered(envelope, MeetingShown(meeting=self.meetings[meeting]))


def _answered(envelope: Envelope, reply: Reply) -> ReplyEnvelope:
    body = reply.model_dump(mode="json")
    return ReplyEnvelope(to=envelope.id, outcome=Outcome.ANSWERED, body=body)


def _community(community: UUID) -> CommunityCard:
    given = {"name": "Maths teachers", "purpose": "Better lessons", "language": "en", "key": "m"}
    return CommunityCard(id=CommunityId(community), zone="Africa/Johannesburg", **given)


def _issued(community: UUID) -> PassportIssued:
    card = _community(community)
    return PassportIssued(token="t", passport=passport(community), community=card)


class Square(Quiet):
    """A chat where some rooms never come to their turn and some are closed."""

    def __init__(self) -> None:
        self.up: dict[str, list[str]] = {}
        self.waiting: set[str] = set()
        self.closed: set[str] = set()

    def draw(self, answer: Answer) -> Sequence[dict[str, Any]]:
        return [{"body": " ".join([answer.text(), *answer.mentions])}]

    async def post(self, post: Post) -> str:
        if post.room in self.waiting:
            raise Wait(timedelta(hours=3))
        if post.room in self.closed:
            raise CannotPost("we left")
        if post.kind is not PostKind.REACTION:
            self.up.setdefault(post.room, []).append(post.content["body"])
        return f"${post.key}"


class Village:
    """A card updater and a post sender at work."""

    def __init__(self, ledger: Ledger, services: BusServiceClient, clock: TestWorld) -> None:
        self.ledger = ledger
        self.services = services
        self.clock = clock
        self.square = Square()
        self.sender = PostSender(self.square, ledger)
        passports = Passports(ledger.bus, Platform.MATRIX, ledger.world)
        self.updater = CardUpdater(self.square, ledger, passports, "https://portal.example.org")
        self.updater.written = self.sender.wake.ring
        self.sender.posted.append(self.updater.wake)
        ledger.bus.expect_replies()
        ledger.background("cards", self.updater.run)
        ledger.background("sender", self.sender.run)

    def meeting(self, *rooms: str, **facts: Any) -> MeetingFacts:
        starts = datetime(2031, 5, 6, 14, 0)
        given: dict[str, Any] = {
            "id": uuid4(),
            "community": uuid4(),
            "code": "M7K2",
            "version": 1,
            "author": uuid4(),
            "title": "Fractions",
            "starts": starts,
            "zone": "Africa/Johannesburg",
            "minutes": 60,
            "starts_at": f"{starts}Z",
            "status": MeetingStatus.SCHEDULED,
            "sequence": 0,
        }
        meeting = MeetingFacts(**{**given, **facts})
        self.services.meetings[meeting.id] = meeting
        self.services.rooms[meeting.community] = list(rooms)
        return meeting

    async def want(self, *meetings: MeetingFacts) -> None:
        """The cards of these meetings are behind."""
        async with self.ledger.database.begin() as connection:
            cards = Store(Session(connection, self.clock.now())).cards
            for m in meetings:
                await cards.want_card(m, m.version, uuid4())
        self.updater.wake.ring()

    async def tell(self, *events: MeetingEvent, minutes: int = 60, ago: timedelta = NOW) -> None:
        """What happened a while `ago` is heard of now."""
        happened = int((self.clock.now() - ago).timestamp() * 1000)
        until_when = self.clock.now() + timedelta(minutes=minutes)
        async with self.ledger.database.begin() as connection:
            cards = Store(Session(connection, self.clock.now())).cards
            for event in events:
                body = event.model_dump(mode="json")
                key = uuid7(happened, self.clock.below(1 << 74))
                await cards.notice(key, event.wire, body, uuid4(), until_when)
        self.updater.wake.ring()

    async def card_up(self, *rooms: str, **facts: Any) -> MeetingFacts:
        meeting = self.meeting(*rooms, **facts)
        await self.want(meeting)
        for room in rooms:
            await self.hears(room, "React")
        return meeting

    async def hears(self, room: str, words: str) -> None:
        async def heard() -> bool:
            return any(words in body for body in self.square.up.get(room, ()))

        await until(heard, 6)

    async def notices_are_dealt_with(self, left: int = 0) -> None:
        async def none_left() -> bool:
            return len(await rows(self.ledger, "SELECT 1 FROM notices")) == left

        await until(none_left, 6)

    async def drawn_as_wanted(self, meeting: MeetingFacts) -> bool:
        query = f"SELECT 1 FROM cards WHERE drawn >= wanted AND meeting = '{meeting.id}'"
        return bool(await rows(self.ledger, query))

    async def meets_trouble(self, meeting: MeetingFacts) -> None:
        async def met() -> bool:
            return meeting.id in self.services.met_trouble

        await until(met)

    def said(self, room: str, words: str) -> int:
        return sum(words in body for body in self.square.up.get(room, ()))


def moved(meeting: MeetingFacts) -> MeetingMoved:
    return MeetingMoved(aggregate=meeting.id, version=meeting.version, meeting=meeting)


def reminder(meeting: MeetingFacts, *members: MemberId) -> ReminderDue:
    return ReminderDue(
        aggregate=meeting.id,
        version=meeting.version,
        meeting=meeting,
        reminder=uuid4(),
        members=members,
        until=meeting.starts_at,
    )


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
