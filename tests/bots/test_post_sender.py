import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

import indaba.conversation
from bots.quiet_platform import Quiet
from clock import TestWorld
from conftest import FreshDatabase
from indaba.conversation.answer import Answer, Choice
from indaba.conversation.commands.never_mind import NeverMind
from indaba.conversation.delivery.platform import CannotPost, Post, PostKind
from indaba.conversation.delivery.sender import NOTICES_AT_ONCE, TURN, PostSender
from indaba.conversation.store import Draft, Store
from indaba.ledger import Ledger
from indaba.ledger.session import Session
from workshop import ledger_of, rows, until

MIGRATIONS = Path(indaba.conversation.__file__).parent / "migrations"


class Square(Quiet):
    """A chat where some rooms are slow, some closed and some broken."""

    def __init__(self) -> None:
        self.up: list[str] = []
        self.slow: set[str] = set()
        self.posting: list[str] = []
        self.crowded = False
        self.not_alone: set[str] = set()
        self.invited: list[str] = []

    async def alone_with(self, room: str, account: str) -> bool:
        return room not in self.not_alone

    async def invite_to_own_chat(self, account: str) -> bool:
        self.invited.append(account)
        return True

    def draw(self, answer: Answer) -> Sequence[dict[str, Any]]:
        return [{"body": answer.text()}]

    async def post(self, post: Post) -> str:
        self.crowded = self.crowded or post.room in self.posting
        self.posting.append(post.room)
        try:
            await asyncio.sleep(60 if post.room in self.slow else 0.001)
        finally:
            self.posting.remove(post.room)
        if post.room == "closed":
            raise CannotPost("we left")
        if post.content.get("body") == "broken":
            raise ZeroDivisionError
        self.up.append(post.key)
        return f"${post.key}"


class Office:
    """A post sender at work on a square."""

    def __init__(self, ledger: Ledger, clock: TestWorld) -> None:
        self.square = Square()
        self.ledger = ledger
        self.clock = clock
        self.sender = PostSender(self.square, ledger)
        ledger.background("sender", self.sender.run)

    async def keep(
        self,
        *given: tuple[str, str],
        body: str = "hello",
        ephemeral: str = "",
        only_for: str = "",
        **draft: Any,
    ) -> None:
        """Posts by room and key."""
        now = self.clock.now()
        async with self.ledger.database.begin() as connection:
            for room, key in given:
                post = Post(key, PostKind.MESSAGE, room, {"body": body}, ephemeral=ephemeral)
                post = replace(post, only_for=only_for)
                kept = Draft(post, uuid4(), now + timedelta(hours=1), **draft)
                await Store(Session(connection, now)).posting.post(kept)
        self.sender.wake.ring()

    async def come_up(self, *keys: str) -> None:
        async def there() -> bool:
            return set(keys) <= set(self.square.up)

        await until(there, 5)


@pytest.fixture
async def office(database: FreshDatabase, bus_url: str) -> AsyncIterator[Office]:
    url = await database(MIGRATIONS)
    clock = TestWorld()
    ledger = ledger_of("matrix_bot", url, bus_url, migrations=MIGRATIONS, world=clock)
    yield Office(ledger, clock)
    await ledger.stop()


async def test_a_slow_room_holds_up_no_other(office: Office) -> None:
    office.square.slow.add("slow")
    await office.keep(*(("slow", f"s{n}") for n in range(60)), ("quick", "q1"))
    await office.ledger.start()
    await office.come_up("q1")
    await office.keep(("quick", "q2"), ("other", "o1"))
    await office.come_up("q2", "o1")
    assert office.square.posting == ["slow"]
    await office.ledger.stop()
    assert office.square.posting == []


async def test_answers_overtake_a_flood_and_no_room_waits_for_another_s_many(
    office: Office,
) -> None:
    crowded = [f"crowded {n}" for n in range(NOTICES_AT_ONCE - 1)]
    office.square.slow.update(crowded)
    await office.keep(*((room, f"{room}/{n}") for room in crowded for n in range(9)), lane=1)
    await office.keep(*(("talkative", f"t{n}") for n in range(60)), ("patient", "p"), lane=1)
    await office.ledger.start()
    await office.come_up("t0")
    await office.keep(("curious", "answer"), lane=0)
    await office.come_up("answer", "p")
    await office.come_up("t59")
    up = [key for key in office.square.up if key != "answer"]
    assert up.index("p") == TURN
    assert office.square.up.index("answer") < len(up)


async def test_whom_only_they_hear_does_not_wait_for_a_slow_room(office: Office) -> None:
    office.square.slow.add("slow")
    await office.keep(("slow", "edit"), lane=1)
    await office.ledger.start()

    async def stuck() -> bool:
        return office.square.posting == ["slow"]

    await until(stuck)
    office.square.slow.clear()
    await office.keep(("slow", "for one alone"), ephemeral="a token")
    await office.come_up("for one alone")
    assert office.square.posting == ["slow"]


async def test_a_room_gets_one_post_at_a_time_answers_before_notices_before_signs(
    office: Office,
) -> None:
    for lane in (2, 1, 0):
        await office.keep(*(("room", f"{lane}-{n:02}") for n in range(15)), lane=lane)
    await office.ledger.start()
    await office.come_up("2-14")
    assert office.square.up == sorted(office.square.up)
    assert not office.square.crowded


async def test_a_post_that_fails_on_our_side_is_given_up_with_a_reason_and_others_go_on(
    office: Office,
) -> None:
    await office.keep(("room", "bad"), body="broken")
    await office.keep(("room", "good"), ("elsewhere", "fine"))
    await office.ledger.start()
    await office.come_up("fine")
    assert "good" not in office.square.up

    async def good_is_up() -> bool:
        office.clock.ahead += timedelta(seconds=10)
        office.sender.wake.ring()
        return "good" in office.square.up

    await until(good_is_up, 8)
    [(why,)] = await rows(office.ledger, "SELECT given_up FROM posts WHERE key = 'bad'")
    assert why.startswith("failed 5 times: ZeroDivisionError at ")


async def test_what_is_settled_keeps_no_words(office: Office) -> None:
    follows = ({"body": "talk here"},)
    await office.keep(("room", "up"), ("closed", "never"), follow_ups=follows)
    await office.ledger.start()
    await office.come_up("up", "up+0")

    async def settled() -> bool:
        return not await rows(
            office.ledger, "SELECT 1 FROM posts WHERE sent_at IS NULL AND given_up IS NULL"
        )

    await until(settled)
    kept = await rows(office.ledger, "SELECT content, follow_ups FROM posts ORDER BY key")
    assert kept == [({}, [])] * 3


@pytest.mark.parametrize("lane", [0, 1])
async def test_what_is_for_one_is_not_said_where_others_have_come_in(
    office: Office, lane: int
) -> None:
    """Looked at before each post: who asked alone may not be alone when they are answered."""
    office.square.not_alone.add("crowd")
    otherwise = {"body": "not here"}
    for room in ("crowd", "quiet"):
        given = (room, f"{room}/secret")
        await office.keep(given, only_for="@thandi", lane=lane, otherwise=otherwise)
    await office.ledger.start()
    await office.come_up("quiet/secret", "crowd/secret/otherwise")
    assert "crowd/secret" not in office.square.up
    assert office.square.invited == ([] if lane else ["@thandi"])
    kept = await rows(
        office.ledger, "SELECT content, otherwise FROM posts WHERE key LIKE '%secret'"
    )
    assert [tuple(row) for row in kept] == [({}, None)] * 2


async def test_choices_under_a_post_that_nobody_was_shown_cannot_be_picked(
    office: Office,
) -> None:
    office.square.not_alone.add("crowd")
    rooms = ("crowd", "closed", "quiet")
    for room in rooms:
        await office.keep((room, f"{room}/ask"), only_for="@thandi", otherwise={"body": "not here"})
    now = office.clock.now()
    async with office.ledger.database.begin() as connection:
        dialogue = Store(Session(connection, now)).dialogue
        for room in rooms:
            post = Post(f"{room}/ask", PostKind.MESSAGE, room, {})
            yes = Choice("Erase me", "\N{WHITE HEAVY CHECK MARK}", NeverMind())
            await dialogue.offer(post, [(yes, "{}")], "@thandi", timedelta(hours=1))
    await office.ledger.start()
    await office.come_up("quiet/ask", "crowd/ask/otherwise")

    async def only_the_shown() -> bool:
        return await rows(office.ledger, "SELECT room FROM choices") == [("quiet",)]

    await until(only_the_shown, 5)


async def test_what_waits_for_the_erased_unasked_is_not_told(office: Office) -> None:
    """Their answers are: that erasing has begun is one."""
    for lane in (0, 1):
        await office.keep(("quiet", f"{lane}"), only_for="@thandi", lane=lane)
    await office.keep(("quiet", "other"), only_for="@sipho", lane=1)
    async with office.ledger.database.begin() as connection:
        await Store(Session(connection, office.clock.now())).forget("@thandi")
    await office.ledger.start()
    await office.come_up("0", "other")
    assert "1" not in office.square.up
