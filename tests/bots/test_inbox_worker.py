import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import cast
from uuid import uuid4

import pytest

import indaba.conversation
from clock import TestWorld
from conftest import FreshDatabase
from indaba.conversation.delivery.chat_events import MessageSent
from indaba.conversation.delivery.inbox_worker import InboxWorker
from indaba.conversation.delivery.platform import Wait
from indaba.conversation.dispatch.dispatcher import Dispatcher
from indaba.conversation.store import QueuedEvent, Store
from indaba.ledger import Ledger
from indaba.ledger.session import Session
from indaba.process.loops import Wake
from workshop import ledger_of, rows, until

MOST = 5
MIGRATIONS = Path(indaba.conversation.__file__).parent / "migrations"


def _words(queued: QueuedEvent) -> str:
    assert isinstance(queued.event, MessageSent)
    return queued.event.text


class Counter:
    """A dispatcher where what people say decides how it goes."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.visits: list[str] = []
        self.sorry: list[str] = []
        self.halted: list[str] = []

    async def deal_with(self, queued: QueuedEvent) -> bool:
        self.visits.append(queued.event.account)
        match _words(queued):
            case "later":
                raise Wait(timedelta(seconds=5))
            case "broken":
                raise ZeroDivisionError
            case "slow":
                await asyncio.sleep(60)
        await self.pass_over(queued)
        return _words(queued) != "aside"

    async def call_a_halt(self, queued: QueuedEvent) -> None:
        self.halted.append(queued.event.account)
        await self.pass_over(queued)

    async def pass_over(self, queued: QueuedEvent) -> None:
        async with self._ledger.database.begin() as connection:
            await Store(Session(connection, self._ledger.world.now())).hearing.dealt_with(
                queued.event.id
            )

    async def apologise(self, queued: QueuedEvent) -> None:
        self.sorry.append(queued.event.account)


class Room:
    """A listener at work, and people who talk."""

    def __init__(self, ledger: Ledger, clock: TestWorld) -> None:
        self.ledger = ledger
        self.clock = clock
        self.dispatcher = Counter(ledger)
        self.inbox = InboxWorker(ledger, cast("Dispatcher", self.dispatcher), Wake(), MOST)
        ledger.background("inbox", self.inbox.run)

    async def say(self, account: str, text: str, times: int = 1) -> None:
        now = self.clock.now()
        await self.inbox.hear(
            [
                MessageSent(id=uuid4().hex, room="room", account=account, text=text, sent_at=now)
                for _ in range(times)
            ]
        )

    async def says_and_is_heard(self, account: str, text: str) -> None:
        await self.say(account, text)
        await until(self.silence, 5)

    async def silence(self) -> bool:
        return not await rows(self.ledger, "SELECT 1 FROM heard WHERE done_at IS NULL")

    async def deals_with(self, account: str) -> None:
        async def dealt_with() -> bool:
            return account in self.dispatcher.visits

        await until(dealt_with, 5)


@pytest.fixture
async def room(database: FreshDatabase, bus_url: str) -> AsyncIterator[Room]:
    url = await database(MIGRATIONS)
    clock = TestWorld()
    ledger = ledger_of("matrix_bot", url, bus_url, migrations=MIGRATIONS, world=clock)
    yield Room(ledger, clock)
    await ledger.stop()


@pytest.mark.parametrize("text", ["later", "broken"])
async def test_what_cannot_be_done_now_is_left_in_peace_for_a_while(room: Room, text: str) -> None:
    await room.ledger.start()
    await room.say("thandi", text)
    await room.deals_with("thandi")
    await room.say("sipho", "hello")
    await room.deals_with("sipho")
    await asyncio.sleep(1.3)
    assert room.dispatcher.visits.count("thandi") == 1
    assert room.dispatcher.sorry == []


async def test_one_persons_flood_keeps_nobody_waiting(room: Room) -> None:
    await room.say("thandi", "slow", times=250)
    await room.say("sipho", "hello")
    await room.ledger.start()
    await room.deals_with("sipho")
    assert room.dispatcher.visits.count("thandi") == 1


async def test_a_long_row_of_one_persons_acts_is_dealt_with_in_order_and_once(room: Room) -> None:
    await room.say("thandi", "hello", times=35)
    await room.ledger.start()
    await until(room.silence, 5)
    done = await rows(room.ledger, "SELECT number FROM heard ORDER BY done_at")
    assert done == sorted(done)
    assert len(room.dispatcher.visits) == 35


async def test_what_was_never_dealt_with_is_forgotten_in_the_end(room: Room) -> None:
    await room.say("thandi", "hello")
    for days, left in ((6, 1), (8, 0)):
        now = room.clock.now() + timedelta(days=days)
        async with room.ledger.database.begin() as connection:
            await Store(Session(connection, now)).forget_old()
        assert len(await rows(room.ledger, "SELECT 1 FROM heard")) == left


async def test_who_answers_each_answer_is_told_once_and_then_not_answered_for_an_hour(
    room: Room,
) -> None:
    await room.ledger.start()
    for number in range(MOST + 6):
        await room.says_and_is_heard("a program", f"hello {number}")
    assert room.dispatcher.visits == ["a program"] * (MOST + 1)
    assert room.dispatcher.halted == ["a program"]
    await room.says_and_is_heard("sipho", "hello")
    assert room.dispatcher.visits[-1] == "sipho"
    room.clock.ahead += timedelta(minutes=59)
    await room.says_and_is_heard("a program", "still there?")
    assert room.dispatcher.visits[-1] == "sipho"
    room.clock.ahead += timedelta(minutes=2)
    await room.says_and_is_heard("a program", "and now?")
    assert room.dispatcher.visits[-1] == "a program"


async def test_who_is_not_answered_or_takes_an_hour_over_it_is_never_stopped(room: Room) -> None:
    await room.ledger.start()
    for _ in range(MOST * 2):
        await room.says_and_is_heard("thandi", "aside")
    for number in range(MOST * 3):
        await room.says_and_is_heard("naledi", f"hello {number}")
        room.clock.ahead += timedelta(minutes=13)
    assert room.dispatcher.halted == []
    assert room.dispatcher.visits.count("naledi") == MOST * 3
