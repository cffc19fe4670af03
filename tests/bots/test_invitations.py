"""Whose invitations the Matrix bot follows, and how many."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

import indaba.conversation
from clock import TestWorld
from conftest import FreshDatabase
from indaba.conversation.store import Store
from indaba.ledger.session import Session
from indaba.matrix_bot.invitations import Invitations
from indaba.matrix_bot.settings import MOST_INVITATIONS, TIMES_ALL
from indaba.process.named import Named

US = "@indaba:example.org"
STRANGER = "@stranger:far.example.org"
MIGRATIONS = Path(indaba.conversation.__file__).parent / "migrations"


@pytest.fixture
async def engine(database: FreshDatabase) -> AsyncIterator[AsyncEngine]:
    """The bot's own database."""
    opened = create_async_engine(await database(MIGRATIONS))
    yield opened
    await opened.dispose()


class Killed(Exception):  # noqa: N818 - not an error, the end
    """The process ended in the middle."""


class Doors:
    """A homeserver that notes which rooms were joined and which invitations declined."""

    user_id = US

    def __init__(self) -> None:
        self.joined: list[str] = []
        self.declined: dict[str, str] = {}
        self.killed = False

    async def join(self, room: str) -> None:
        if self.killed:
            raise Killed
        self.joined.append(room)

    async def decline(self, room: str, why: str) -> None:
        self.declined[room] = why


class Hall:
    """Invitations come in, and are all looked at. A restart has only what is in the database."""

    def __init__(self, database: AsyncEngine, *named: str, most: int = MOST_INVITATIONS) -> None:
        self.clock, self.doors, self._number = TestWorld(), Doors(), 0
        self._database, self._named, self._most = database, Named(named), most
        self.restart()

    def restart(self) -> None:
        door: Any = self.doors
        self.invitations = Invitations(door, self._database, self.clock, self._named, self._most)

    async def invited(self, account: str, times: int = 1) -> None:
        for _ in range(times):
            self._number += 1
            member = {"type": "m.room.member", "state_key": US, "sender": account}
            state = {"events": [{"type": "m.room.name"}, member] if account else []}
            self.invitations.take({f"!{self._number}:example.org": {"invite_state": state}})
        await self.look()

    async def invited_to(self, room: str, account: str = STRANGER) -> None:
        member = {"type": "m.room.member", "state_key": US, "sender": account}
        self.invitations.take({room: {"invite_state": {"events": [member]}}})
        await self.look()

    async def look(self) -> None:
        for room in list(self.invitations._open):
            await self.invitations._follow(room)


async def test_of_150_invitations_by_one_account_few_are_followed_and_the_rest_declined(
    engine: AsyncEngine,
) -> None:
    hall = Hall(engine)
    await hall.invited(STRANGER, 150)
    assert len(hall.doors.joined) == MOST_INVITATIONS
    assert len(hall.doors.declined) == 150 - MOST_INVITATIONS
    assert {*hall.doors.declined.values()} == {
        "You have invited me to 10 rooms within 24 hours. Please invite me again tomorrow."
    }
    assert not hall.invitations._open
    await hall.invited("@thandi:example.org")
    assert len(hall.doors.joined) == MOST_INVITATIONS + 1


async def test_a_restart_begins_no_new_day(engine: AsyncEngine) -> None:
    hall = Hall(engine, most=2)
    for number in range(4):
        await hall.invited_to(f"!a{number}:x")
        hall.restart()
    assert (len(hall.doors.joined), len(hall.doors.declined)) == (2, 2)
    hall.clock.ahead += timedelta(hours=25)
    await hall.invited_to("!later:x")
    assert hall.doors.joined[-1] == "!later:x"


async def test_one_at_which_we_were_killed_counts_once(engine: AsyncEngine) -> None:
    hall = Hall(engine, most=2)
    hall.doors.killed = True
    for _ in range(3):
        with pytest.raises(Killed):
            await hall.invited_to("!a:x")
        hall.restart()
    hall.doors.killed = False
    for room in ("!a:x", "!b:x", "!c:x"):
        await hall.invited_to(room)
    assert hall.doors.joined == ["!a:x", "!b:x"]


async def test_again_and_again_to_one_room_counts_each_time(engine: AsyncEngine) -> None:
    hall = Hall(engine, most=3)
    for _ in range(5):
        await hall.invited_to("!a:x")
    assert (len(hall.doors.joined), len(hall.doors.declined)) == (3, 1)


async def test_who_is_erased_is_named_nowhere_and_still_counted_among_all(
    engine: AsyncEngine,
) -> None:
    hall = Hall(engine, most=1)
    await hall.invited(STRANGER)
    async with engine.begin() as connection:
        store = Store(Session(connection, hall.clock.now()))
        await store.forget(STRANGER)
        query = sa.text("SELECT inviter FROM invitations")
        assert [*(await connection.execute(query)).scalars()] == [""]
        assert await store.invited.others("!other:x", STRANGER) == (0, 1)
        hall.clock.ahead += timedelta(hours=24)
        later = Store(Session(connection, hall.clock.now()))
        await later.forget_old()
        assert not [*(await connection.execute(query)).scalars()]


async def test_on_the_next_day_there_is_room_again(engine: AsyncEngine) -> None:
    hall = Hall(engine, most=2)
    await hall.invited(STRANGER, 3)
    hall.clock.ahead += timedelta(hours=25)
    await hall.invited(STRANGER, 3)
    assert (len(hall.doors.joined), len(hall.doors.declined)) == (4, 2)


async def test_many_accounts_together_have_a_limit_too(engine: AsyncEngine) -> None:
    hall = Hall(engine, most=1)
    for number in range(TIMES_ALL + 5):
        await hall.invited(f"@stranger{number}:far.example.org")
    assert (len(hall.doors.joined), len(hall.doors.declined)) == (TIMES_ALL, 5)


@pytest.mark.parametrize("account", [STRANGER, ""])
async def test_whoever_is_not_named_is_declined_in_words(engine: AsyncEngine, account: str) -> None:
    hall = Hall(engine, "matrix:example.org", "matrix:@lindi:elsewhere.example.org")
    await hall.invited(account)
    assert not hall.doors.joined
    assert "whom my operators have named" in str(hall.doors.declined)
    await hall.invited("@thandi:example.org")
    await hall.invited("@lindi:elsewhere.example.org")
    assert len(hall.doors.joined) == 2


async def test_a_room_that_moved_is_followed_without_an_invitation(engine: AsyncEngine) -> None:
    hall = Hall(engine, "matrix:example.org")
    hall.invitations.move("!new:example.org")
    await hall.invited(STRANGER)
    assert hall.doors.joined == ["!new:example.org"]


@pytest.mark.parametrize(
    ("asks", "named"),
    [
        (("matrix", "@thandi:example.org", ""), True),
        (("matrix", "@thandi:example.org.evil.example", ""), False),
        (("matrix", "@example.org:evil.example", ""), False),
        (("matrix", "@lindi:elsewhere.example:8448", ""), True),
        (("matrix", "@other:elsewhere.example:8448", ""), False),
        (("matrix", "", ""), False),
        (("discord", "123456789012345678", ""), True),
        (("discord", "999999999999999999", "123456789012345678"), True),
        (("discord", "999999999999999999", "999999999999999998"), False),
        (("discord", "example.org", ""), False),
    ],
)
def test_an_entry_names_an_account_or_a_server(asks: tuple[str, str, str], named: bool) -> None:
    entries = (
        "matrix:example.org",
        "matrix:@lindi:elsewhere.example:8448",
        "discord:123456789012345678",
    )
    assert Named(entries).has(*asks) is named
    assert Named().has(*asks)
