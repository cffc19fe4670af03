"""A report on Matrix: written alone, told to the lead, read by the lead. On a real Synapse."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from bots.matrix_people import Person
from bots.matrix_town import Town, town_with_a_bot
from dumps import dumped, where
from indaba.operate.local.engines import Engines, Synapse
from workshop import until

pytestmark = pytest.mark.asyncio(loop_scope="module")
DIRECT: dict[str, Any] = {"name": "", "is_direct": True, "preset": "trusted_private_chat"}


@dataclass
class Hall:
    """A community's room, and the chats of three people with the bot."""

    town: Town
    room: str
    chats: dict[str, tuple[Person, str]]

    async def line(self, name: str, line: str) -> dict[str, Any]:
        """Say something in one's own chat; gives the answer."""
        who, room = self.chats[name]
        return await self.town.answer(who, room, await who.say(room, line))

    async def hears(self, name: str, words: str) -> str:
        """Wait until the bot has said words in somebody's chat; gives all that it said."""
        who, room = self.chats[name]
        heard: list[str] = []

        async def there() -> bool:
            spoken = await self.town.spoken(who, room)
            heard[:] = [str(event["content"]["body"]) for event in spoken]
            return any(words in body for body in heard)

        await until(there, 20)
        return "\n".join(heard)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(engines: Engines, synapse: Synapse) -> AsyncIterator[Town]:
    async with town_with_a_bot(engines, synapse) as there:
        yield there


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hall(town: Town) -> Hall:
    people = {
        "chair": await town.person("lindiwe"),
        "member": await town.person("zinhle"),
        "lead": await town.lead(),
    }
    room = await town.room_with_bot(people["chair"])
    await people["chair"].ask(
        "POST", f"/rooms/{room}/invite", {"user_id": people["member"].account}
    )
    await people["member"].join(room)
    await town.founded(people["chair"], room)
    await town.joined(people["member"], room)
    chats = {name: (who, await town.room_with_bot(who, **DIRECT)) for name, who in people.items()}
    there = Hall(town, room, chats)
    for name in chats:
        await there.line(name, "help")
    return there


def _body(event: dict[str, Any]) -> str:
    return str(event["content"]["body"])


async def test_a_report_reaches_the_lead_though_nobody_listens_in_between(hall: Hall) -> None:
    town, (member, chat) = hall.town, hall.chats["member"]
    asked = _body(await hall.line("member", "safety report"))
    assert "safeguarding leads" in asked
    assert "Childline 116, police 10111" in asked
    preview = await hall.line("member", "Sesame happened after the meeting")
    assert "not sent yet" in _body(preview)

    await town.stop_bot()
    await member.react(chat, preview["event_id"], "✅")
    await town.start_bot()
    await hall.hears("member", "Sent. It is kept sealed")
    told = await hall.hears("lead", "A report has come")
    assert "Sesame" not in told
    code = re.findall(r"safety read (\w+)", told)[-1]

    assert code in _body(await hall.line("lead", "safety list"))
    read = _body(await hall.line("lead", f"safety read {code}"))
    assert "Sesame happened after the meeting" in read
    assert member.account not in read
    for name in ("chair", "member"):
        for line in ("safety list", f"safety read {code}", f"safety close {code}"):
            assert "Only the safeguarding leads" in _body(await hall.line(name, line))
    assert "is deleted on" in _body(await hall.line("lead", f"safety close {code}"))

    ledgers = [*town._services, town.bots[-1]._ledger]

    async def nowhere() -> bool:
        return where(await dumped(ledgers), "Sesame") == set()

    await until(nowhere, 30)


async def test_in_a_room_people_are_told_to_ask_alone(hall: Hall) -> None:
    lead, _ = hall.chats["lead"]
    chair, _ = hall.chats["chair"]
    await chair.ask("POST", f"/rooms/{hall.room}/invite", {"user_id": lead.account})
    await lead.join(hall.room)
    for line in ("!cop safety report I was hurt", "!cop safety list", "!cop safety read S7K2Q"):
        answer = _body(await hall.town.answer(lead, hall.room, await lead.say(hall.room, line)))
        assert "between you and me" in answer
        assert "direct chat" in answer


async def test_what_is_not_sent_reaches_nobody(hall: Hall) -> None:
    before = _body(await hall.line("lead", "safety list"))
    member, chat = hall.chats["member"]
    preview = await hall.line("member", "safety report Poppy happened")
    await member.react(chat, preview["event_id"], "❌")
    await hall.town.answer(member, chat, preview["event_id"])
    assert "Poppy" not in await hall.hears("lead", "help")
    assert _body(await hall.line("lead", "safety list")) == before
