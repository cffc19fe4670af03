"""Who leaves a room, or is sent away, is no member any more; where a room goes, we go. Synapse."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from bots.matrix_people import Person
from bots.matrix_town import Town, town_with_a_bot
from indaba.contracts.membership import FindPlaces, IssuePassport, PassportIssued, Platform
from indaba.contracts.passport import Role
from indaba.operate.local.engines import Engines, Synapse
from workshop import until

pytestmark = pytest.mark.asyncio(loop_scope="module")
DIRECT: dict[str, Any] = {"name": "", "is_direct": True, "preset": "trusted_private_chat"}


@dataclass
class Hall:
    """A room with a community, its facilitator and a member."""

    town: Town
    chair: Person
    member: Person
    room: str

    async def passport(self, who: Person, room: str = "") -> PassportIssued:
        wanted = IssuePassport(
            platform=Platform.MATRIX, account=who.account, room=room or self.room
        )
        return await self.town.ask(wanted)

    async def is_out(self, who: Person) -> None:
        """Wait until somebody is no member any more."""

        async def out() -> bool:
            return not (await self.passport(who)).passport.roles

        await until(out, 15)

    async def line(self, who: Person, room: str, line: str) -> str:
        said = await who.say(room, line)
        return str((await self.town.answer(who, room, said))["content"]["body"])

    async def pick(self, who: Person, line: str) -> str:
        """Type a line in the room and pick the first choice of the answer."""
        said = await who.say(self.room, line)
        offer = await self.town.answer(who, self.room, said)
        await who.react(self.room, offer["event_id"], "✅")
        done = await self.town.answer(who, self.room, offer["event_id"])
        return str(done["content"]["body"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(engines: Engines, synapse: Synapse) -> AsyncIterator[Town]:
    async with town_with_a_bot(engines, synapse) as there:
        yield there


@pytest_asyncio.fixture(loop_scope="module")
async def hall(town: Town) -> Hall:
    chair, member = await town.person("lindiwe"), await town.person("sipho")
    room = await town.room_with_bot(chair)
    await chair.ask("POST", f"/rooms/{room}/invite", {"user_id": member.account})
    await member.join(room)
    await town.founded(chair, room)
    await town.joined(member, room)
    return Hall(town, chair, member, room)


async def test_who_leaves_the_room_is_no_member_and_may_come_back(hall: Hall) -> None:
    await hall.member.ask("POST", f"/rooms/{hall.room}/leave", {})
    await hall.is_out(hall.member)
    await hall.town.joined(hall.member, hall.room)


@pytest.mark.thorough(keep=1)
@pytest.mark.parametrize("deed", ["kick", "ban"])
async def test_who_is_sent_away_while_nobody_listens_is_out_once_we_are_back(
    hall: Hall, deed: str
) -> None:
    await hall.town.stop_bot()
    away = {"user_id": hall.member.account, "reason": "spam"}
    await hall.chair.ask("POST", f"/rooms/{hall.room}/{deed}", away)
    await hall.town.start_bot()
    await hall.is_out(hall.member)


async def test_a_ban_keeps_out_until_it_is_lifted(hall: Hall) -> None:
    away = {"user_id": hall.member.account}
    await hall.chair.ask("POST", f"/rooms/{hall.room}/ban", away)
    await hall.is_out(hall.member)
    from indaba.contracts.refusal import Refused

    with pytest.raises(Refused) as no:
        await hall.town.joined(hall.member, hall.room)
    assert no.value.told == "blocked"
    await hall.chair.ask("POST", f"/rooms/{hall.room}/unban", away)

    async def may_join() -> bool:
        try:
            await hall.town.joined(hall.member, hall.room)
        except Refused:
            return False
        return True

    await until(may_join, 15)


async def test_a_removal_is_told_in_the_members_own_chat_and_appealed_there(hall: Hall) -> None:
    direct = await hall.town.room_with_bot(hall.member, **DIRECT)
    await hall.line(hall.member, direct, "next")
    chairs = await hall.town.room_with_bot(hall.chair, **DIRECT)
    await hall.line(hall.chair, chairs, "next")
    done = await hall.pick(hall.chair, f"!cop member remove {hall.member.account} sends spam")
    assert "no member any more" in done

    await _heard(hall, hall.member, direct, "You were removed from Maths teachers")
    assert "sends spam" in await _all(hall, hall.member, direct)
    answer = await hall.line(hall.member, direct, "cop appeal it was my brother")
    assert "passed that on" in answer
    await _heard(hall, hall.chair, chairs, "it was my brother")
    assert "my brother" not in await _all(hall, hall.chair, hall.room)
    aloud = await hall.line(hall.member, hall.room, "!cop join")
    assert "cannot do that here now" in aloud
    assert "removed" not in aloud


async def test_a_chat_that_a_member_has_left_is_not_where_they_are_told(hall: Hall) -> None:
    direct = await hall.town.room_with_bot(hall.member, **DIRECT)
    await hall.line(hall.member, direct, "next")
    rogue = await hall.town.person("rogue")
    trap = await hall.town.room_with_bot(rogue, **DIRECT)
    await rogue.ask("POST", f"/rooms/{trap}/invite", {"user_id": hall.member.account})
    await hall.member.join(trap)
    await hall.member.ask("POST", f"/rooms/{trap}/leave", {})
    await hall.town.dealt_with(rogue, trap)

    await hall.pick(hall.chair, f"!cop member remove {hall.member.account} sends spam")
    await _heard(hall, hall.member, direct, "You were removed from Maths teachers")
    assert "for you alone" not in await _all(hall, rogue, trap)


async def test_where_a_room_is_upgraded_to_the_community_goes_too(hall: Hall) -> None:
    made = await hall.chair.ask("POST", f"/rooms/{hall.room}/upgrade", {"new_version": "10"})
    new = str(made["replacement_room"])
    await hall.chair.ask("POST", f"/rooms/{new}/invite", {"user_id": hall.town.bot_account})

    async def moved() -> bool:
        held = await hall.passport(hall.chair, new)
        return held.lives_here and Role.FACILITATOR in held.passport.roles

    await until(moved, 20)
    held = await hall.passport(hall.chair, new)
    assert [p.room for p in (await hall.town.ask(FindPlaces(), held)).places] == [new]
    assert "No meeting" in await hall.line(hall.chair, new, "!cop meeting list")


async def _sends_us_to(hall: Hall, who: Person, old: str, *new: str) -> None:
    """Replace a room by others, one after the other, and wait until that is dealt with."""
    for room in new:
        await who.set_state(old, "m.room.tombstone", {"body": "", "replacement_room": room})
        await hall.town.dealt_with(who, old)
    await hall.town.room_with_bot(who)  # invitations are followed in their order


async def test_into_a_public_room_we_follow_uninvited(hall: Hall) -> None:
    creation = {"predecessor": {"room_id": hall.room, "event_id": "$x"}}
    public = await hall.chair.open_room(preset="public_chat", creation_content=creation)
    await _sends_us_to(hall, hall.chair, hall.room, public)

    async def moved() -> bool:
        return (await hall.passport(hall.chair, public)).lives_here

    await until(moved, 20)
    assert await hall.town.spoken(hall.chair, public)


async def test_a_tombstone_takes_us_to_no_room_that_does_not_know_of_it(hall: Hall) -> None:
    victim = await hall.town.person("victim")
    rooms = [await victim.open_room(preset="public_chat") for _ in range(3)]
    await _sends_us_to(hall, hall.chair, hall.room, *rooms)

    async def left() -> bool:
        seen = await victim.events(rooms[0], hall.town.bot_account)
        return bool(seen) and seen[-1]["content"].get("membership") == "leave"

    await until(left, 20)
    await hall.town.dealt_with(hall.chair, hall.room)
    assert not await hall.town.spoken(victim, rooms[0])
    for never in rooms[1:]:
        assert not await victim.events(never, hall.town.bot_account)
    assert (await hall.passport(hall.chair)).lives_here


async def test_where_no_community_lives_a_tombstone_takes_us_nowhere(hall: Hall) -> None:
    rogue = await hall.town.person("rogue")
    old = await hall.town.room_with_bot(rogue)
    creation = {"predecessor": {"room_id": old, "event_id": "$x"}}
    public = await rogue.open_room(preset="public_chat", creation_content=creation)
    await _sends_us_to(hall, rogue, old, public)
    assert not await rogue.events(public, hall.town.bot_account)


async def test_a_room_that_only_says_that_it_took_anothers_place_is_not_followed(
    hall: Hall,
) -> None:
    rogue = await hall.town.person("rogue")
    content = {"predecessor": {"room_id": hall.room, "event_id": "$x"}}
    false = await hall.town.room_with_bot(rogue, creation_content=content)
    await hall.town.dealt_with(rogue, false)
    assert (await hall.passport(hall.chair)).lives_here
    assert not (await hall.passport(hall.chair, false)).lives_here


async def _all(hall: Hall, who: Person, room: str) -> str:
    return " ".join(str(e["content"]["body"]) for e in await hall.town.spoken(who, room))


async def _heard(hall: Hall, who: Person, room: str, words: str) -> None:
    async def there() -> bool:
        return words in await _all(hall, who, room)

    await until(there, 20)
