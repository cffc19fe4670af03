"""Whose invitations the Matrix bot follows, and how many."""

from datetime import timedelta
from typing import Any

import pytest

from clock import TestWorld
from indaba.matrix_bot.invitations import Invitations
from indaba.matrix_bot.settings import MOST_INVITATIONS, TIMES_ALL
from indaba.process.named import Named

US = "@indaba:example.org"
STRANGER = "@stranger:far.example.org"


class Doors:
    """A homeserver that notes which rooms were joined and which invitations declined."""

    user_id = US

    def __init__(self) -> None:
        self.joined: list[str] = []
        self.declined: dict[str, str] = {}

    async def join(self, room: str) -> None:
        self.joined.append(room)

    async def decline(self, room: str, why: str) -> None:
        self.declined[room] = why


class Hall:
    """Invitations come in, and are all looked at."""

    def __init__(self, *named: str, most: int = MOST_INVITATIONS) -> None:
        self.clock, self.doors, self._number = TestWorld(), Doors(), 0
        door: Any = self.doors
        self.invitations = Invitations(door, self.clock, Named(named), most)

    async def invited(self, account: str, times: int = 1) -> None:
        for _ in range(times):
            self._number += 1
            member = {"type": "m.room.member", "state_key": US, "sender": account}
            state = {"events": [{"type": "m.room.name"}, member] if account else []}
            self.invitations.take({f"!{self._number}:example.org": {"invite_state": state}})
        for room in list(self.invitations._open):
            await self.invitations._follow(room)


async def test_of_150_invitations_by_one_account_few_are_followed_and_the_rest_declined() -> None:
    hall = Hall()
    await hall.invited(STRANGER, 150)
    assert len(hall.doors.joined) == MOST_INVITATIONS
    assert len(hall.doors.declined) == 150 - MOST_INVITATIONS
    assert {*hall.doors.declined.values()} == {
        "You have invited me to 10 rooms within 24 hours. Please invite me again tomorrow."
    }
    assert not hall.invitations._open
    await hall.invited("@thandi:example.org")
    assert len(hall.doors.joined) == MOST_INVITATIONS + 1


async def test_on_the_next_day_there_is_room_again() -> None:
    hall = Hall(most=2)
    await hall.invited(STRANGER, 3)
    hall.clock.ahead += timedelta(hours=25)
    await hall.invited(STRANGER, 3)
    assert (len(hall.doors.joined), len(hall.doors.declined)) == (4, 2)


async def test_many_accounts_together_have_a_limit_too() -> None:
    hall = Hall(most=1)
    for number in range(TIMES_ALL + 5):
        await hall.invited(f"@stranger{number}:far.example.org")
    assert (len(hall.doors.joined), len(hall.doors.declined)) == (TIMES_ALL, 5)


@pytest.mark.parametrize("account", [STRANGER, ""])
async def test_whoever_is_not_named_is_declined_in_words(account: str) -> None:
    hall = Hall("matrix:example.org", "matrix:@lindi:elsewhere.example.org")
    await hall.invited(account)
    assert not hall.doors.joined
    assert "whom my operators have named" in str(hall.doors.declined)
    await hall.invited("@thandi:example.org")
    await hall.invited("@lindi:elsewhere.example.org")
    assert len(hall.doors.joined) == 2


async def test_a_room_that_moved_is_followed_without_an_invitation() -> None:
    hall = Hall("matrix:example.org")
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
