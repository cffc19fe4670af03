"""A bot's cards and notices at work, with services and a chat told by the test."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import indaba.conversation
from bots.quiet_platform import Quiet
from clock import TestWorld
from indaba.bus import Outcome, ReplyEnvelope
from indaba.contracts.agenda import AgendaShown, ShowAgenda
from indaba.contracts.ids import CommunityId, MemberId
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
from indaba.contracts.reaching import MembersReached, Reach, ReachMembers
from indaba.contracts.scheduling import (
    MeetingEvent,
    MeetingFacts,
    MeetingMoved,
    MeetingShown,
    MeetingStatus,
    ReminderDue,
)
from indaba.contracts.wire import Envelope, Reply
from indaba.conversation.answer import Answer
from indaba.conversation.cards.updater import CardUpdater
from indaba.conversation.delivery.platform import CannotPost, Post, PostKind, Wait
from indaba.conversation.delivery.sender import PostSender
from indaba.conversation.delivery.service_client import Passports
from indaba.conversation.store import Store
from indaba.ledger import Ledger
from indaba.ledger.session import Session
from indaba.process.world import uuid7
from workshop import passport, rows, until

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
                return _answered(envelope, _issued(body["community"]))
            case FindPlaces.wire:
                assert envelope.community
                rooms = self.rooms[envelope.community]
                places = tuple(Place(platform=Platform.MATRIX, room=room) for room in rooms)
                card = _community(envelope.community)
                return _answered(envelope, Places(community=card, places=places))
            case FindAccounts.wire:
                found = {m: self.accounts[m] for m in body["members"] if m in self.accounts}
                return _answered(envelope, Accounts(accounts=found))
            case ReachMembers.wire:
                return _answered(envelope, self._reached(body["wanted"]))
            case ShowAgenda.wire:
                return _answered(envelope, AgendaShown(meeting=None, items=(), minutes=0))
        return self._show(envelope, UUID(body["meeting"]))

    def _reached(self, wanted: dict[str, list[str]]) -> MembersReached:
        return MembersReached(
            communities={
                CommunityId(UUID(community)): Reach(
                    locale="en-ZA",
                    key="k3y",
                    accounts={
                        MemberId(UUID(m)): self.accounts[m] for m in members if m in self.accounts
                    },
                )
                for community, members in wanted.items()
            }
        )

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
    return CommunityCard(
        id=CommunityId(community),
        name="Maths teachers",
        purpose="Better lessons",
        language="en",
        zone="Africa/Johannesburg",
        key="m",
    )


def _issued(wanted: str | None) -> PassportIssued:
    if wanted is None:
        return PassportIssued(token="t", passport=passport())
    community = UUID(wanted)
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
