from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from bots.matrix_people import Person
from bots.matrix_town import Town
from indaba.contracts.linking import AddPlace, IssueRoomCode
from indaba.contracts.membership import PassportIssued, Place, Platform
from indaba.contracts.scheduling import MeetingFacts, RsvpAnswer, ScheduleMeeting, ShowMeeting
from indaba.matrix_bot.rooms import RoomFacts
from indaba.operate.local.engines import Engines, Synapse
from workshop import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(engines: Engines, synapse: Synapse) -> AsyncIterator[Town]:
    there = Town(synapse, engines)
    await there.begin()
    yield there
    await there.end()


@pytest_asyncio.fixture(loop_scope="module")
async def town(place: Town) -> AsyncIterator[Town]:
    await place.expect_a_bot()
    await place.start_bot()
    yield place
    await place.farewell()


class Bridge:
    """A room that a bridge makes one with a Discord channel: Thandi runs it, Sipho is a member."""

    def __init__(self, town: Town, room: str, thandi: Person, sipho: Person, ghost: Person) -> None:
        self.town = town
        self.room = room
        self.thandi = thandi
        self.sipho = sipho
        self.ghost = ghost
        self.channel = str(uuid4().int)[:18]
        self.passport: PassportIssued

    async def is_built(self, protocol: str = "discordgo") -> None:
        state = {
            "bridgebot": "@discordbot:example.org",
            "protocol": {"id": protocol, "displayname": "Discord"},
            "network": {"id": "8000", "displayname": "Maths"},
            "channel": {"id": self.channel, "displayname": "#general"},
        }
        await self.thandi.set_state(self.room, "m.bridge", state)

        async def known() -> bool:
            return (await self.town.bots[0]._rooms.of(self.room))._bridges() != []

        await until(known, 20)

    async def channel_joins(self) -> None:
        """The Discord channel becomes a room of the same community."""
        code = (await self.town.ask(IssueRoomCode(), self.passport)).code
        place = Place(platform=Platform.DISCORD, room=self.channel, house="8000")
        await self.town.ask(AddPlace(place=place, account="42", code=code, has_power=True))

    async def meets(self) -> MeetingFacts:
        zone = "Africa/Johannesburg"
        now = self.town.clock.now()
        starts = datetime(now.year, now.month, now.day, 16, 0) + timedelta(days=3)
        request = ScheduleMeeting(title="Fractions", starts=starts, zone=zone)
        return (await self.town.ask(request, self.passport)).meeting

    async def card(self, meeting: MeetingFacts, **content: Any) -> str:
        """Discord's card as bridges carry it over."""
        words = f"Meeting: Fractions\nCode: {meeting.code}\nPress a button (here {meeting.code})."
        return await self.ghost.say(self.room, words, **content)

    async def coming(self, meeting: MeetingFacts) -> dict[RsvpAnswer, int]:
        shown = await self.town.ask(ShowMeeting(meeting=meeting.id), self.passport)
        counts = shown.meeting.counts
        return {
            RsvpAnswer.YES: counts.yes,
            RsvpAnswer.MAYBE: counts.maybe,
            RsvpAnswer.NO: counts.no,
        }

    async def becomes(self, meeting: MeetingFacts, **wanted: int) -> None:
        async def so() -> bool:
            there = await self.coming(meeting)
            return {answer.value: n for answer, n in there.items() if n} == wanted

        await until(so, 20)

    async def is_dealt_with(self) -> None:
        await self.town.dealt_with(self.thandi, self.room)


@pytest_asyncio.fixture(loop_scope="module")
async def bridge(town: Town) -> Bridge:
    thandi, sipho = await town.person("thandi"), await town.person("sipho")
    ghost = await town.person(f"discord_{uuid4().int % 10**15}x")
    room = await town.room_with_bot(thandi, preset="public_chat")
    await sipho.join(room)
    await ghost.join(room)
    there = Bridge(town, room, thandi, sipho, ghost)
    there.passport = await town.founded(thandi, room)
    await town.joined(sipho, room)
    return there


async def test_a_room_whose_other_half_has_the_card_stays_quiet(bridge: Bridge) -> None:
    await bridge.is_built()
    await bridge.channel_joins()
    await bridge.meets()
    elsewhere = await bridge.town.room_with_bot(bridge.thandi)
    code = (await bridge.town.ask(IssueRoomCode(), bridge.passport)).code
    place = Place(platform=Platform.MATRIX, room=elsewhere)
    account = bridge.thandi.account
    await bridge.town.ask(AddPlace(place=place, account=account, code=code, has_power=True))
    later = await bridge.meets()
    await until(lambda: _is_told(bridge, elsewhere, later.code), 20)
    await bridge.is_dealt_with()
    assert not await _is_told(bridge, bridge.room, "Fractions")


@pytest.mark.thorough(keep=1)
@pytest.mark.parametrize("protocol", ["discordgo", "telegram"])
async def test_a_bridged_room_has_a_card_where_no_other_half_has_one(
    bridge: Bridge, protocol: str
) -> None:
    await bridge.is_built(protocol)
    if protocol == "telegram":
        await bridge.channel_joins()
    meeting = await bridge.meets()
    await until(lambda: _is_told(bridge, bridge.room, meeting.code), 20)


async def test_members_answer_the_card_that_was_carried_over_and_ghosts_do_not(
    bridge: Bridge,
) -> None:
    await bridge.is_built()
    await bridge.channel_joins()
    meeting = await bridge.meets()
    card = await bridge.card(meeting)
    spoken = len(await bridge.town.spoken(bridge.thandi, bridge.room))
    await bridge.ghost.react(bridge.room, card, "👎")
    await bridge.sipho.react(bridge.room, card, "🎉")
    await bridge.sipho.react(bridge.room, card, "👍🏾")
    await bridge.becomes(meeting, yes=1)
    relation = {"m.relates_to": {"m.in_reply_to": {"event_id": card}}}
    await bridge.ghost.say(bridge.room, "no", **relation)
    reply = await bridge.thandi.say(bridge.room, "maybe", **relation)
    await bridge.becomes(meeting, yes=1, maybe=1)
    await until(lambda: _has_tick(bridge, reply), 20)
    assert len(await bridge.town.spoken(bridge.thandi, bridge.room)) == spoken
    thread = {"rel_type": "m.thread", "event_id": card, "is_falling_back": True}
    thread["m.in_reply_to"] = {"event_id": card}
    await bridge.sipho.say(bridge.room, "not this time", **{"m.relates_to": thread})
    await bridge.becomes(meeting, maybe=1, no=1)
    assert len(await bridge.town.spoken(bridge.thandi, bridge.room)) == spoken


async def test_what_means_nothing_or_is_about_no_one_meeting_stays_talk(bridge: Bridge) -> None:
    await bridge.is_built()
    await bridge.channel_joins()
    first, second = await bridge.meets(), await bridge.meets()
    both = await bridge.ghost.say(bridge.room, f"{first.code} or {second.code}?")
    talk = await bridge.ghost.say(bridge.room, "who likes fractions?")
    quoted = await bridge.sipho.say(bridge.room, f"I like {first.code}")
    spoken = len(await bridge.town.spoken(bridge.thandi, bridge.room))
    for message in (both, talk, quoted):
        await bridge.thandi.react(bridge.room, message, "👍")
    card = await bridge.card(first)
    relation = {"m.relates_to": {"m.in_reply_to": {"event_id": card}}}
    await bridge.thandi.say(bridge.room, "yes but what shall we bring?", **relation)
    await bridge.is_dealt_with()
    assert len(await bridge.town.spoken(bridge.thandi, bridge.room)) == spoken + 1
    assert sum((await bridge.coming(first)).values()) == 0


async def test_who_is_no_member_is_told_by_name_how_to_become_one(bridge: Bridge) -> None:
    await bridge.is_built()
    await bridge.channel_joins()
    card = await bridge.card(await bridge.meets())
    lerato = await bridge.town.person("lerato")
    await lerato.join(bridge.room)
    await lerato.react(bridge.room, card, "👍")
    told = await bridge.town.answer(lerato, bridge.room, card)
    assert "cop join" in told["content"]["body"]
    assert told["content"]["m.mentions"] == {"user_ids": [lerato.account]}


async def test_an_answer_that_is_taken_back_counts_no_more(bridge: Bridge) -> None:
    await bridge.is_built()
    await bridge.channel_joins()
    meeting = await bridge.meets()
    card = await bridge.card(meeting)
    reaction = await bridge.sipho.react(bridge.room, card, "👍")
    await bridge.becomes(meeting, yes=1)
    await bridge.sipho.take_back(bridge.room, reaction)
    await bridge.becomes(meeting)


def _facts(**state: Any) -> RoomFacts:
    made = {"type": "m.room.create", "state_key": "", "sender": "@thandi:x", "content": {}}
    event = {"type": "m.bridge", "state_key": "x", "sender": "@thandi:x", "content": state}
    return RoomFacts("@indaba:example.org", [made, event])


async def test_a_twin_is_what_the_bridge_says_in_words_that_can_be_kept() -> None:
    discord = {"id": "discord"}
    twin = _facts(protocol=discord, channel={"id": "77"}, network={"id": "8"}).twin
    assert twin == Place(platform=Platform.DISCORD, room="77", house="8")
    twin = _facts(protocol=discord, channel={"id": "77"}).twin
    assert twin == Place(platform=Platform.DISCORD, room="77")
    odd: tuple[Any, ...] = ({}, [], {"id": 7}, {"id": ""}, {"id": "7" * 256})
    for channel in odd:
        assert _facts(protocol=discord, channel=channel).twin is None
    assert _facts(protocol={"id": ["discord"]}, channel={"id": "77"}).twin is None
    assert _facts().twin is None


async def _is_told(bridge: Bridge, room: str, words: str) -> bool:
    spoken = await bridge.town.spoken(bridge.thandi, room)
    return any(words in event["content"]["body"] for event in spoken)


async def _has_tick(bridge: Bridge, message: str) -> bool:
    events = await bridge.thandi.events(bridge.room, bridge.town.bot_account)
    relations = [event["content"].get("m.relates_to", {}) for event in events]
    return any((r.get("event_id"), r.get("key")) == (message, "✅") for r in relations)
