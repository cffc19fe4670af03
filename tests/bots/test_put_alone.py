"""What was put to somebody alone is neither shown, answered nor picked where others read.

Generated over kinds of chat events and ways of asking; then on a simulated Discord.
"""

from collections.abc import AsyncIterator
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from simcord.builders import ChannelHandle

import indaba.conversation
from bots.discord_town import Town, labels, words
from bots.test_between_us import KINDS, NOW, an_event
from conftest import FreshDatabase
from indaba.conversation.answer import Answer, Ask, Choice, Choices
from indaba.conversation.commands.never_mind import NeverMind
from indaba.conversation.commands.topics.changing import CallOff
from indaba.conversation.delivery.chat_events import ChatEvent, CommandInvoked, MessageSent
from indaba.conversation.delivery.platform import Post, PostKind
from indaba.conversation.dispatch import resolutions as means
from indaba.conversation.dispatch.context import Context, load_context
from indaba.conversation.dispatch.resolve import resolve_event
from indaba.conversation.store import Draft, QueuedEvent, Store
from indaba.discord_bot.client import Change
from indaba.discord_bot.in_meetings import InMeetings
from indaba.discord_bot.render import contents
from indaba.ledger.session import Session
from indaba.operate.local.engines import Engines
from workshop import ledger_of

MIGRATIONS = Path(indaba.conversation.__file__).parent / "migrations"
HOUR = timedelta(hours=1)
PRIVATE, OPEN = "$private", "$open"
ASK: dict[str, Any] = {
    "intent": "cop appeal",
    "filled": {},
    "field": "words",
    "question": "Why, and who?",
}
WAYS: dict[str, dict[str, Any]] = {
    "aloud": {},
    "direct": {"direct": True},
    "ephemeral": {"ephemeral": "handle"},
}

simulated = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture
async def store(database: FreshDatabase, bus_url: str) -> AsyncIterator[Store]:
    ledger = ledger_of("b", await database(MIGRATIONS), bus_url, migrations=MIGRATIONS)
    async with ledger.database.begin() as connection:
        yield Store(Session(connection, NOW))
    await ledger.stop()


async def _put(store: Store, to: ChatEvent, key: str) -> None:
    """A question, and a choice under a post, as an answer to this keeps them."""
    await store.dialogue.ask(to, "", ASK, HOUR)
    post = Post(key, PostKind.MESSAGE, to.room, {}, ephemeral=to.ephemeral)
    await store.posting.post(Draft(post, uuid4(), NOW + HOUR))
    choice = Choice("Remove Thandi", "✅", NeverMind())
    await store.dialogue.offer(post, [(choice, "{}")], to.account, HOUR)


@pytest.mark.parametrize("later", WAYS)
@pytest.mark.parametrize("put", WAYS)
async def test_what_was_put_alone_is_there_for_what_is_said_alone(
    store: Store, put: str, later: str
) -> None:
    await _put(store, an_event(CommandInvoked, **WAYS[put]), PRIVATE)
    for kind in KINDS:
        event = an_event(kind, **WAYS[later])
        # In a direct chat nobody else reads; what was put there came by no handle.
        seen = put == "aloud" or later != "aloud"
        assert (await store.dialogue.question_for(event) is not None) is seen
        if put != "direct":
            assert bool(await store.dialogue.newest_offers_to(event)) is seen
            assert bool(await store.dialogue.all_offers_to(event)) is seen
            assert await store.dialogue.waits_alone(event) is not seen
        await store.dialogue.no_question(event)
        await store.dialogue.ask(an_event(CommandInvoked, **WAYS[put]), "", ASK, HOUR)


async def test_a_question_put_alone_stays_open_whatever_is_said_aloud(store: Store) -> None:
    alone = an_event(CommandInvoked, ephemeral="handle")
    await _put(store, alone, PRIVATE)
    await store.dialogue.no_question(an_event(MessageSent))
    assert await store.dialogue.question_for(alone) == Ask(**ASK)


@pytest.mark.parametrize("said", ["yes", "no", "Ja", "maybe", "✅", "👍"])
async def test_a_yes_said_aloud_answers_nothing_after_what_was_asked_alone(
    store: Store, said: str
) -> None:
    await _put(store, an_event(CommandInvoked, ephemeral="handle"), PRIVATE)
    event = an_event(MessageSent, text=said, addressed=said)
    assert isinstance(event, MessageSent)
    context = await load_context(QueuedEvent(event, uuid4(), 1, NOW), store, NOW)
    assert resolve_event(event, context) == means.Say(means.ASKED_ALONE)
    named = replace(event, text=f"{said} M7K2", addressed=f"{said} M7K2")
    assert resolve_event(named, context) != means.Say(means.ASKED_ALONE)
    coming = replace(event, text="I am coming", addressed="I am coming")
    assert isinstance(resolve_event(coming, context), means.Perform)
    await store.dialogue.close_offers(event)
    context = await load_context(QueuedEvent(event, uuid4(), 1, NOW), store, NOW)
    assert resolve_event(event, context) != means.Say(means.ASKED_ALONE)


def test_nobody_is_invited_to_say_aloud_what_they_were_asked_alone() -> None:
    strict = Choices((Choice("Remove Thandi", "✅", CallOff(code="M7K2")),))
    assert "mention me and type" in contents(Answer((strict,)))[0]["content"]
    assert "typed" in {field.name for field in fields(Answer)}
    assert not contents(Answer((strict,), typed=False))


@pytest.mark.parametrize("house", ["", "800"])
async def test_an_edit_in_a_direct_chat_is_taken_for_one(house: str) -> None:
    kept: list[ChatEvent] = []

    async def hear(events: list[ChatEvent]) -> None:
        kept.extend(events)

    api: Any = SimpleNamespace(me=1, channel=lambda _: None)
    ledger: Any = SimpleNamespace(world=SimpleNamespace(now=lambda: NOW))
    listening = InMeetings(api, ledger, SimpleNamespace(hear=hear))  # type: ignore[arg-type]
    await listening.changed(Change(house, "900", "5", "7", "<@1> me link 7K2M-9QPX3"))
    [event] = kept
    assert (event.direct, event.house) == (not house, house)
    overheard = isinstance(resolve_event(event, Context()), means.Overheard)
    assert overheard is bool(house)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(engines: Engines) -> AsyncIterator[Town]:
    there = Town(engines)
    await there.begin()
    yield there
    await there.end()


@pytest_asyncio.fixture(loop_scope="module")
async def town(place: Town) -> AsyncIterator[Town]:
    await place.open()
    yield place
    await place.close()


async def _more_than(town: Town, channel: ChannelHandle, count: int) -> None:
    await town.until(lambda: len(channel.history()) > count)


@simulated
async def test_on_discord_nothing_of_what_was_asked_alone_is_said_in_the_channel(
    town: Town,
) -> None:
    channel, lindiwe = await town.founded()
    thandi = await town.joined(channel, "thandi")
    me = town.env.backend.bot_user.id
    await town.name_leads(thandi)
    asked = [
        await town.slash(lindiwe, channel, "safety report"),
        await town.slash(lindiwe, channel, "member remove", account=thandi, reason="Sesame"),
        await town.slash(lindiwe, channel, "me data", what="erase"),
    ]
    assert labels(asked[0].response) == ["Answer"]
    assert "mention me" not in "".join(map(words, asked))
    for said in ("yes", "meeting list", "no", "undo", "stop", "✅"):
        await lindiwe.send(channel, f"<@{me}> {said}")
        await _more_than(town, channel, len(channel.history()))
    heard = "\n".join(m.content for m in channel.history() if m.author.id == me)
    for secret in ("Sesame", "Remove", "member remove", "happened", "rase", str(thandi.id)):
        assert secret not in heard
    done = await town.press(lindiwe, asked[1], "Stop ❌")
    assert "nothing has changed" in words(done)


@simulated
async def test_a_form_that_somebody_else_sends_keeps_nobody_from_sending_theirs(
    town: Town,
) -> None:
    channel, lindiwe = await town.founded()
    thandi = await town.joined(channel, "thandi")
    me = town.env.backend.bot_user.id
    await lindiwe.send(channel, f'<@{me}> action add "see the books"')
    await town.said(channel, "You do it")
    shown = []
    for who in (lindiwe, thandi):
        count = len(channel.history())
        await who.send(channel, f"<@{me}> action due")
        await _more_than(town, channel, count + 1)
        shown.append(channel.history()[-1])
    for who in (thandi, lindiwe):
        form = await town.press(who, shown[0], "Answer")
        sent = await town.answered(await who.submit_modal(form, {"answer": "zzz"}))
        assert "sent already" not in words(sent)
        assert "Which action" in words(sent)
