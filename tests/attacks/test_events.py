"""Events that no platform should send, made up by the hundred; and who pretends to be somebody."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attacks.made_up import GOOD, ME, NOW, ROOM, THANDI, anything, events
from bots.discord_town import Town
from indaba.conversation.delivery.chat_events import ChatEvent, MessageSent
from indaba.matrix_bot.events import Scene, came_in, chat_event_of
from indaba.matrix_bot.rooms import BRIDGES, RoomFacts
from indaba.operate.local.engines import Engines
from selection import examples


def _scene(facts: RoomFacts) -> Scene:
    return Scene(ROOM, ME, "!cop", facts, NOW)


@settings(max_examples=examples(200), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(events | anything, max_size=6))
def test_no_matrix_event_keeps_the_next_good_one_from_being_heard(sent: list[Any]) -> None:
    facts = RoomFacts(ME)
    for event in sent:
        facts.apply(event)
        said = chat_event_of(event, _scene(facts))
        assert said is None or (
            isinstance(said, ChatEvent) and said.account == event["sender"] != ME
        )
        assert came_in(event, ME) in (True, False)
    for account in (THANDI, ME):
        assert facts.has_power(account) in (True, False)
    assert facts.direct in (True, False)
    assert facts.twin is None or facts.twin.room
    heard = chat_event_of(GOOD, _scene(RoomFacts(ME)))
    assert isinstance(heard, MessageSent)
    assert heard.addressed == "next"


MADE = {"type": "m.room.create", "state_key": "", "sender": "@who:x.org", "content": {}}
BRIDGE = {
    "type": BRIDGES[0],
    "state_key": "x",
    "sender": "@who:x.org",
    "content": {"bridgebot": "@discordbot:example.org", "protocol": {"id": "discord"}},
}
PRETENDERS: dict[str, dict[str, Any]] = {
    "our own account": {"sender": ME},
    "a bridge's bot": {"sender": "@discordbot:example.org"},
    "a puppet": {"sender": "@_discord_123:example.org"},
    "a puppet of another kind": {"sender": "@discord_123:example.org"},
    "a notice": {"content": {"msgtype": "m.notice", "body": "!cop next"}},
    "an emote": {"content": {"msgtype": "m.emote", "body": "!cop next"}},
    "state": {"state_key": ""},
    "nobody": {"sender": ""},
    "a list": {"sender": [THANDI]},
    "a quotation only": {"content": {"msgtype": "m.text", "body": 5}},
}


@pytest.mark.parametrize("who", PRETENDERS)
def test_who_is_no_person_is_not_heard(who: str) -> None:
    assert chat_event_of({**GOOD, **PRETENDERS[who]}, _scene(RoomFacts(ME, [MADE, BRIDGE]))) is None


CLAIMS: dict[str, dict[str, Any]] = {
    "a display name": {"displayname": THANDI},
    "a sender in the content": {"sender": THANDI},
    "a profile of this message": {"com.beeper.per_message_profile": {"id": THANDI}},
    "a puppet's mark": {"m.mentions": {"user_ids": [THANDI]}},
    "words": {"body": f"!cop next {THANDI} says"},
}


@pytest.mark.parametrize("how", CLAIMS)
def test_what_a_message_claims_of_its_sender_is_not_believed(how: str) -> None:
    claim: dict[str, Any] = {"msgtype": "m.text", "body": "!cop next", **CLAIMS[how]}
    heard = chat_event_of(
        {**GOOD, "sender": "@rogue:example.org", "content": claim}, _scene(RoomFacts(ME))
    )
    assert heard is not None
    assert heard.account == "@rogue:example.org"


@pytest_asyncio.fixture(loop_scope="function")
async def town(engines: Engines) -> AsyncIterator[Town]:
    there = Town(engines)
    await there.begin()
    await there.open()
    yield there
    await there.close()
    await there.end()


HEARD = (
    "MESSAGE_CREATE",
    "MESSAGE_UPDATE",
    "MESSAGE_DELETE",
    "INTERACTION_CREATE",
    "GUILD_SCHEDULED_EVENT_USER_ADD",
    "MESSAGE_POLL_VOTE_ADD",
    "MESSAGE_POLL_VOTE_REMOVE",
    "VOICE_STATE_UPDATE",
    "CHANNEL_UPDATE",
    "GUILD_UPDATE",
    "THREAD_CREATE",
)
ODD: tuple[Any, ...] = (
    {},
    {"id": None},
    {"author": None, "content": "x"},
    {"author": [], "content": {}},
    {"answer_id": "x"},
    {"guild_id": "x", "channel_id": [], "user_id": {}},
    {"id": "1", "channel_id": "9" * 5000},
    {"type": 10**9, "data": [], "token": None},
    [],
    None,
    "x",
)


FIELDS = tuple(
    re.findall(
        r"\S+",
        "id guild_id channel_id user_id message_id author content type data token member members "
        "mentions webhook_id application_id answer_id guild_scheduled_event_id custom_id options "
        "name components values resolved referenced_message message_reference thread position",
    )
)
payloads = anything | st.dictionaries(
    st.sampled_from(FIELDS),
    anything
    | st.sampled_from(["1", "9" * 19, 2, 3, 5])
    | st.dictionaries(st.sampled_from(FIELDS), anything, max_size=4),
    max_size=10,
)


async def test_no_discord_event_ends_the_connection_and_the_next_good_one_is_heard(
    town: Town,
) -> None:
    channel, lindiwe = await town.founded()
    assert town.bot is not None
    client: Any = town.bot._api.client
    for name in HEARD:
        for data in ODD:
            client._connection.parsers[name](data)

    @settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(HEARD), payloads)
    def made_up(name: str, data: object) -> None:
        client._connection.parsers[name](data)

    made_up()
    await asyncio.sleep(0.1)
    assert await town.called(channel, lindiwe)


async def test_bots_and_webhooks_are_not_heard_on_discord(town: Town) -> None:
    channel, lindiwe = await town.founded()
    me = town.env.backend.bot_user.id
    webhook = channel.guild.create_webhook(channel, name="lindiwe")  # type: ignore[union-attr]
    await webhook.send(f"<@{me}> meeting list", username="lindiwe")
    await lindiwe.send(channel, f"<@{me}> help")
    await town.said(channel, "meeting")
    assert not [m for m in channel.history() if "No meeting" in m.content]
