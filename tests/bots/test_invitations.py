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
from indaba.conversation.delivery.chat_events import RoomReplaced
from indaba.conversation.store import Store
from indaba.ledger.session import Session
from indaba.matrix_bot.invitations import Invitations
from indaba.matrix_bot.rooms import RoomFacts
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
        self.left: list[str] = []
        self.killed = False

    async def leave(self, room: str) -> None:
        self.left.append(room)

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
        self.invitations = Invitations(
            door, self._database, self._is_home, self.clock, self._named, self._most
        )

    async def _is_home(self, room: str, _: str) -> bool:
        return room.startswith("!home")

    async def replaced(self, old: str, new: str, account: str, *, owner: str = STRANGER) -> None:
        levels = {
            "type": "m.room.power_levels",
            "state_key": "",
            "content": {"users": {owner: 100}},
        }
        replaced = RoomReplaced(
            id="$1", room=old, account=account, sent_at=self.clock.now(), successor=new
        )
        self.invitations.move(replaced, RoomFacts(US, [levels]))
        await self.look()

    async def has_come_to(self, new: str, old: str) -> bool:
        content = {"predecessor": {"room_id": old}}
        made = {"type": "m.room.create", "state_key": "", "content": content}
        return await self.invitations.belongs(new, RoomFacts(US, [made]))

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


async def test_a_replacement_counts_as_an_invitation_by_whoever_made_it(
    engine: AsyncEngine,
) -> None:
    hall = Hall(engine, most=2)
    for number in range(4):
        await hall.replaced(f"!home{number}:x", f"!new{number}:x", STRANGER)
    await hall.invited_to("!other:x")
    assert hall.doors.joined == ["!new0:x", "!new1:x"]
    assert [*hall.doors.declined] == ["!other:x"]


@pytest.mark.parametrize(
    ("named", "old", "owner"),
    [
        ("matrix:example.org", "!home:x", STRANGER),
        ("matrix:far.example.org", "!elsewhere:x", STRANGER),
        ("matrix:far.example.org", "!home:x", "@thandi:example.org"),
    ],
)
async def test_a_replacement_is_followed_of_whom_it_may_be(
    engine: AsyncEngine, named: str, old: str, owner: str
) -> None:
    hall = Hall(engine, named)
    await hall.replaced(old, "!new:x", STRANGER, owner=owner)
    assert not hall.doors.joined
    assert not hall.doors.declined
    assert not hall.invitations._open


async def test_a_direct_chat_that_is_in_use_is_followed(engine: AsyncEngine) -> None:
    hall = Hall(engine)
    async with engine.begin() as connection:
        store = Store(Session(connection, hall.clock.now()))
        await store.errands.opened(STRANGER, "!chat:x")
    await hall.replaced("!chat:x", "!new:x", STRANGER)
    assert hall.doors.joined == ["!new:x"]


async def test_a_room_is_replaced_once_and_left_if_it_says_otherwise_though_we_were_killed(
    engine: AsyncEngine,
) -> None:
    hall = Hall(engine)
    await hall.replaced("!home:x", "!new:x", STRANGER)
    hall.restart()
    for new in ("!new:x", "!another:x"):
        await hall.replaced("!home:x", new, STRANGER)
    assert "!another:x" not in hall.doors.joined
    assert not await hall.has_come_to("!new:x", "!other:x")
    assert hall.doors.left == ["!new:x"]
    assert await hall.has_come_to("!new:x", "!other:x"), "invited there later, we stay"
    await hall.replaced("!home2:x", "!good:x", STRANGER)
    assert await hall.has_come_to("!good:x", "!home2:x")
    assert hall.doors.left == ["!new:x"]


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
