"""People react before we have noted what we posted, and while we are dead in between."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

import indaba.conversation
from clock import TestWorld
from conftest import FreshDatabase
from indaba.conversation.answer import Choice
from indaba.conversation.commands.intent import intent_to_json
from indaba.conversation.commands.topics.helping import Help
from indaba.conversation.delivery.chat_events import (
    BallotCast,
    ChatEvent,
    MessageEdited,
    ReactionAdded,
)
from indaba.conversation.delivery.platform import Post, PostKind, Wait
from indaba.conversation.dispatch.context import Context, load_context
from indaba.conversation.store import Draft, QueuedEvent, Store, Waiting
from indaba.ledger import Ledger
from indaba.ledger.session import Session
from workshop import ledger_of

MIGRATIONS = Path(indaba.conversation.__file__).parent / "migrations"


class Room:
    """A room where we post an offer."""

    def __init__(self, ledger: Ledger, clock: TestWorld) -> None:
        self.ledger = ledger
        self.clock = clock
        self.post = Post("offer", PostKind.MESSAGE, "room", {"body": "Shall I?"})
        self.waiting = Waiting(self.post, uuid4(), clock.now() + timedelta(hours=1))

    async def offer(self) -> None:
        async with self.ledger.database.begin() as connection:
            store = Store(Session(connection, self.clock.now()))
            await store.posting.post(Draft(self.post, uuid4(), self.waiting.expires_at))
            choice = Choice("Yes", "✅", Help())
            kept = [(choice, intent_to_json(choice.intent))]
            await store.dialogue.offer(self.post, kept, "thandi", timedelta(minutes=30))
            await store.posting.trying("offer")

    async def is_noted(self) -> None:
        async with self.ledger.database.begin() as connection:
            await Store(Session(connection, self.clock.now())).posting.is_up(self.waiting, "$offer")

    async def is_given_up(self) -> None:
        async with self.ledger.database.begin() as connection:
            await Store(Session(connection, self.clock.now())).posting.give_up("offer", "we left")

    async def was_turned_away(self) -> None:
        async with self.ledger.database.begin() as connection:
            await Store(Session(connection, self.clock.now())).posting.turned_away("offer")

    async def around(self, kind: "Kind", about: str, room: str = "room") -> Context:
        event = kind(
            id="$1", room=room, account="thandi", sent_at=self.clock.now(), **OWN[kind](about)
        )
        async with self.ledger.database.connect() as connection:
            queued = QueuedEvent(event, uuid4(), 1, self.clock.now())
            store = Store(Session(connection, self.clock.now()))
            return await load_context(queued, store, self.clock.now())


Kind = type[ReactionAdded | BallotCast | MessageEdited]
OWN: dict[type[ChatEvent], Callable[[str], dict[str, Any]]] = {
    ReactionAdded: lambda about: {"message": about, "emoji": "✅"},
    BallotCast: lambda about: {"poll": about, "option": 1},
    MessageEdited: lambda about: {"message": about, "text": "✅"},
}


@pytest.fixture
async def room(database: FreshDatabase, bus_url: str) -> AsyncIterator[Room]:
    url = await database(MIGRATIONS)
    clock = TestWorld()
    ledger = ledger_of("matrix_bot", url, bus_url, migrations=MIGRATIONS, world=clock)
    yield Room(ledger, clock)
    await ledger.stop()


@pytest.mark.parametrize("kind", [ReactionAdded, BallotCast])
async def test_what_is_about_a_post_we_have_not_noted_waits_for_the_note(
    room: Room, kind: Kind
) -> None:
    await room.offer()
    with pytest.raises(Wait):
        await room.around(kind, "$offer")
    await room.is_noted()
    found = await room.around(kind, "$offer")
    assert len(found.offers) == (kind is ReactionAdded)


async def test_nothing_waits_in_other_rooms_or_for_posts_that_never_came_up(room: Room) -> None:
    await room.offer()
    assert not (await room.around(ReactionAdded, "$theirs", "another")).offers
    assert await room.around(MessageEdited, "$theirs")
    await room.was_turned_away()
    assert not (await room.around(ReactionAdded, "$theirs")).offers
    await room.offer()
    with pytest.raises(Wait):
        await room.around(ReactionAdded, "$theirs")
    await room.is_given_up()
    assert not (await room.around(ReactionAdded, "$theirs")).offers
