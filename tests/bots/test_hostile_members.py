"""What members with bad intent type and send: nothing of it costs others anything."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from bots.matrix_people import Person
from bots.matrix_town import Town, town_with_a_bot
from indaba.conversation.cards.rsvp_words import code_in
from indaba.operate.local.engines import Engines, Synapse

pytestmark = pytest.mark.asyncio(loop_scope="module")

MEETING = '!cop meeting new "{title}" in 4 days 10:00'


@dataclass
class Hall:
    """A room with a community: its chair, and a member who means no good."""

    town: Town
    chair: Person
    rogue: Person
    room: str

    async def answer(self, who: Person, line: str, **content: Any) -> dict[str, Any]:
        message = await who.say(self.room, line, **content)
        return await self.town.answer(who, self.room, message)

    async def body(self, who: Person, line: str, **content: Any) -> str:
        return str((await self.answer(who, line, **content))["content"]["body"])

    async def pick(self, who: Person, offer: dict[str, Any]) -> dict[str, Any]:
        await who.react(self.room, offer["event_id"], "✅")
        return await self.town.answer(who, self.room, offer["event_id"])

    async def edit(self, who: Person, message: str, line: str) -> None:
        new = {"msgtype": "m.text", "body": line}
        relation = {"rel_type": "m.replace", "event_id": message}
        content = {"m.new_content": new, "m.relates_to": relation}
        await who.say(self.room, f"* {line}", **content)

    def taking_back(self, message: str) -> tuple[str, dict[str, Any]]:
        return f"/rooms/{self.room}/redact/{message}/{uuid4().hex}", {}

    async def call(self, title: str) -> str:
        """A called meeting's code."""
        called = await self.pick(
            self.chair, await self.answer(self.chair, MEETING.format(title=title))
        )
        return code_in(str(called["content"]["body"]))

    async def planned(self) -> str:
        return await self.body(self.chair, "!cop meeting list")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(engines: Engines, synapse: Synapse) -> AsyncIterator[Town]:
    async with town_with_a_bot(engines, synapse) as there:
        yield there


@pytest_asyncio.fixture(loop_scope="module")
async def hall(town: Town) -> Hall:
    chair, rogue = await town.person("lindiwe"), await town.person("rogue")
    room = await town.room_with_bot(chair)
    await chair.ask("POST", f"/rooms/{room}/invite", {"user_id": rogue.account})
    await rogue.join(room)
    await town.founded(chair, room)
    await town.joined(rogue, room)
    return Hall(town, chair, rogue, room)


async def test_titles_call_nobody_and_bring_no_markup(hall: Hall) -> None:
    titles = (
        "@room and @everyone",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1)) **b**",
        "a\u202egnp\u2066x\u0007y",
        "one\n2. two",
        "Robert'); DROP TABLE meetings;--",
        "Z" + "\u0335\u0336\u0337" * 20,
    )
    for title in titles:
        content = (await hall.answer(hall.chair, MEETING.format(title=title)))["content"]
        assert "@room" not in content["body"]
        assert "@everyone" not in content["body"]
        assert "\n2. two" not in content["body"]
        assert not set(content["body"]) & set("\u202e\u2066\u0007")
        assert content["body"].count("\u0335") < 5
        assert "<img" not in content["formatted_body"]
        assert "<a " not in content["formatted_body"]
        assert content["msgtype"] == "m.notice"
        assert not content.get("m.mentions", {}).get("user_ids")
    await hall.call(titles[0])
    assert (await hall.planned()).count("10:00") == 1
    cards = [e["content"] for e in await hall.town.spoken(hall.chair, hall.room)]
    assert not any(card.get("m.mentions", {}).get("room") for card in cards)
    assert not any("@room" in card["body"] for card in cards)


async def test_what_is_too_long_is_told_so(hall: Hall) -> None:
    assert "too long" in await hall.body(hall.chair, MEETING.format(title="x" * 3000))
    assert "too long" in await hall.body(hall.chair, "!cop " + "y" * 10000)
    assert "No meeting" in await hall.planned()


async def test_nobody_without_the_role_changes_a_meeting(hall: Hall) -> None:
    code = await hall.call("Fractions")
    for line in (
        'meeting new "Mine" in 4 days 10:00',
        f"meeting move {code} in 5 days 10:00",
        f"meeting cancel {code} because",
        f"meeting close {code}",
        f"member role {hall.rogue.account} facilitator",
    ):
        assert "facilitator" in await hall.body(hall.rogue, f"!cop {line}")
    for hidden in ("meeting call", "meeting move-now", "meeting call-off", "cop found"):
        assert "don't know" in await hall.body(hall.rogue, f"!cop {hidden} {code}")
    assert "Fractions: " in await hall.planned()


# Whose a yes is and what it means is tried case by case in test_meaning_it.py.
@pytest.mark.thorough
async def test_a_choice_is_for_the_one_who_asked(hall: Hall) -> None:
    offer = await hall.answer(hall.chair, MEETING.format(title="Fractions"))
    await hall.rogue.react(hall.room, offer["event_id"], "✅")
    relation = {"m.relates_to": {"m.in_reply_to": {"event_id": offer["event_id"]}}}
    for word in ("1", "yes", "✅"):
        await hall.rogue.say(hall.room, word, **relation)
    await hall.town.dealt_with(hall.rogue, hall.room)
    assert "No meeting" in await hall.planned()
    await hall.pick(hall.chair, offer)
    assert "Fractions: " in await hall.planned()


def reply_to(message: str) -> dict[str, Any]:
    return {"m.relates_to": {"m.in_reply_to": {"event_id": message}}}


async def silent(hall: Hall, line: str, **content: Any) -> None:
    """The chair says something, and the bot says nothing to it."""
    message = await hall.chair.say(hall.room, line, **content)
    await hall.town.dealt_with(hall.rogue, hall.room)
    assert await hall.town.answers(hall.chair, hall.room, message) == []


async def test_a_yes_to_somebody_else_calls_no_meeting_off(hall: Hall) -> None:
    code = await hall.call("Fractions")
    offer = await hall.answer(hall.chair, f"!cop meeting cancel {code}")
    asked = await hall.rogue.say(hall.room, "Shall I bring the cake?")
    await silent(hall, "yes", **reply_to(asked))
    told = await hall.body(hall.chair, "!cop yes")
    assert "Nothing here waits for that now" in told
    assert f"!cop meeting cancel {code}" in told
    assert "Nothing here waits" in await hall.body(hall.chair, "yes", **reply_to(offer["event_id"]))
    assert "Fractions: " in await hall.planned()


async def test_what_cannot_be_undone_wants_more_than_a_bare_yes(hall: Hall) -> None:
    code = await hall.call("Fractions")
    offer = await hall.answer(hall.chair, f"!cop meeting cancel {code}")
    assert f"or type: Call off {code}" in offer["content"]["body"]
    assert f"or type: Call off {code}" in await hall.body(hall.chair, "yes")
    assert "Fractions: " in await hall.planned()
    offer = await hall.answer(hall.chair, f"!cop meeting cancel {code}")
    told = await hall.body(hall.chair, "yes", **reply_to(offer["event_id"]))
    assert f"Called off: {code}" in told


# Likewise.
@pytest.mark.thorough
async def test_its_word_is_enough_and_other_talk_closes_the_offer(hall: Hall) -> None:
    code = await hall.call("Fractions")
    await hall.answer(hall.chair, f"!cop meeting cancel {code}")
    await silent(hall, "the hall is taken")
    await silent(hall, f"call off {code}")
    await hall.answer(hall.chair, f"!cop meeting cancel {code}")
    assert f"Called off: {code}" in await hall.body(hall.chair, f"!cop call off {code}")


# Likewise.
@pytest.mark.thorough
async def test_a_meeting_called_by_a_yes_can_be_undone(hall: Hall) -> None:
    await hall.answer(hall.chair, MEETING.format(title="Fractions"))
    called = await hall.answer(hall.chair, "yes")
    code = code_in(called["content"]["body"])
    assert f"!cop meeting cancel {code}" in called["content"]["body"]
    assert f"Called off: {code}" in await hall.body(hall.chair, "Undo")
    assert "No meeting" in await hall.planned()


# Likewise.
@pytest.mark.thorough
async def test_a_question_is_for_the_one_who_was_asked(hall: Hall) -> None:
    asked = await hall.answer(hall.chair, "!cop meeting new")
    relation = {"m.relates_to": {"m.in_reply_to": {"event_id": asked["event_id"]}}}
    for content in ({}, relation):
        message = await hall.rogue.say(hall.room, "Hijacked", **content)
        await hall.town.dealt_with(hall.rogue, hall.room)
        assert await hall.town.answers(hall.rogue, hall.room, message) == []
    assert "begin" in await hall.body(hall.chair, "Fractions")


async def test_replies_and_edits_give_nobody_a_role(hall: Hall) -> None:
    offer = await hall.answer(hall.chair, MEETING.format(title="Fractions"))
    relation = {"m.relates_to": {"m.in_reply_to": {"event_id": offer["event_id"]}}}
    line = MEETING.format(title="Mine")
    assert "facilitator" in await hall.body(hall.rogue, line, **relation)
    asked = await hall.rogue.say(hall.room, "hello")
    await hall.edit(hall.rogue, asked, line)
    theirs = await hall.chair.say(hall.room, "hello again")
    await hall.edit(hall.rogue, theirs, line)
    await hall.town.dealt_with(hall.rogue, hall.room)
    for message in (asked, theirs):
        assert await hall.town.answers(hall.rogue, hall.room, message) == []
    assert "No meeting" in await hall.planned()


async def test_nobody_edits_the_words_of_others_in_the_minutes(hall: Hall) -> None:
    await hall.body(hall.chair, "!cop meeting start Fractions")
    decided = await hall.chair.say(hall.room, "#decision We use stones")
    await hall.town.dealt_with(hall.chair, hall.room)
    untagged = await hall.chair.say(hall.room, "we use stones")
    noted = await hall.rogue.say(hall.room, "#idea More stones")
    await hall.town.dealt_with(hall.rogue, hall.room)
    for words in ("nothing", "#decision We use guns", "#info We use guns"):
        for message in (decided, untagged):
            await hall.edit(hall.rogue, message, words)
        await hall.edit(hall.chair, noted, words)
    assert (await hall.rogue.try_to("PUT", *hall.taking_back(decided))).status_code == 403
    await hall.town.dealt_with(hall.rogue, hall.room)
    minutes = await hall.body(hall.chair, "!cop minutes show")
    assert "Decision: We use stones" in minutes
    assert "Idea: More stones" in minutes
    assert "guns" not in minutes


async def test_only_plain_messages_to_the_bot_are_commands(hall: Hall) -> None:
    quoted = "> <@lindiwe:example.org> !cop next\n\nwhat is this?"
    sent = [
        await hall.rogue.send(hall.room, "m.room.message", {"msgtype": kind, "body": "!cop next"})
        for kind in ("m.notice", "m.emote")
    ]
    sent.append(await hall.rogue.say(hall.room, quoted))
    sent.append(await hall.rogue.say(hall.room, "!copnext"))
    await hall.town.dealt_with(hall.rogue, hall.room)
    for message in sent:
        assert await hall.town.answers(hall.rogue, hall.room, message) == []


# Odd events by the hundred are tried in tests/attacks/test_events.py and test_hearing.py.
@pytest.mark.thorough
async def test_odd_events_stop_nobody(hall: Hall) -> None:
    for content in (
        {"msgtype": "m.text"},
        {"msgtype": "m.text", "body": "!cop next", "m.relates_to": "x"},
        {"msgtype": "m.text", "body": "!cop next", "m.relates_to": {"m.in_reply_to": [1]}},
        {"msgtype": "m.text", "body": "!cop \x01\x1b[31m\u202e"},
        {"msgtype": "m.text", "body": "", "m.mentions": {"user_ids": [hall.town.bot_account]}},
    ):
        path = f"/rooms/{hall.room}/send/m.room.message/{uuid4().hex}"
        await hall.rogue.try_to("PUT", path, content)
    await hall.town.dealt_with(hall.rogue, hall.room)
    await hall.town.dealt_with(hall.chair, hall.room)
