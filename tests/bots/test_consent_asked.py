"""Whoever agreed long ago is asked about a new wording once, alone, and answers with a tap."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bots.answering import MEMBER, said
from bots.matrix_people import Person
from bots.matrix_town import Town
from indaba.contracts.consenting import ConsentShown, PurposeShown
from indaba.contracts.membership import CONSENT_VERSION
from indaba.contracts.purposes import OPTIONAL, WORDED, Purpose
from indaba.conversation.answer import Audience
from indaba.conversation.commands.topics.consenting import asked_about
from indaba.conversation.wording import PSEUDO, Wording
from indaba.operate.local.engines import Engines, Synapse
from workshop import do, rows, until

pytestmark = pytest.mark.asyncio(loop_scope="module")
DIRECT: dict[str, Any] = {"name": "", "is_direct": True, "preset": "trusted_private_chat"}
NEW = WORDED[Purpose.STANDING_IN].words


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(engines: Engines, synapse: Synapse) -> AsyncIterator[Town]:
    there = Town(synapse, engines)
    await there.begin()
    await there.expect_a_bot()
    await there.start_bot()
    yield there
    await there.farewell()
    await there.end()


async def _agreed_long_ago(town: Town) -> None:
    aged = "UPDATE receipts SET wording = '2026-11-24'"
    await do(town._services[0], aged)


async def _asked_in(town: Town, person: Person, room: str) -> list[dict[str, Any]]:
    """What the bot asked there about the wording."""
    return [e for e in await town.spoken(person, room) if "worded anew" in e["content"]["body"]]


async def test_it_is_asked_once_in_their_own_chat_and_a_tap_answers(town: Town) -> None:
    thandi = await town.person("thandi")
    room = await town.room_with_bot(thandi)
    await town.founded(thandi, room)
    await _agreed_long_ago(town)
    await town.dealt_with(thandi, room)
    assert await _asked_in(town, thandi, room) == []
    direct = await town.room_with_bot(thandi, **DIRECT)
    await town.dealt_with(thandi, direct)

    async def asked() -> bool:
        return bool(await _asked_in(town, thandi, direct))

    await until(asked, 30)
    await town.dealt_with(thandi, direct)
    await town.dealt_with(thandi, room)
    [question] = await _asked_in(town, thandi, direct)
    assert NEW in question["content"]["body"]
    assert await _asked_in(town, thandi, room) == []

    await thandi.react(direct, question["event_id"], "✅")

    async def agreed() -> bool:
        query = "SELECT purpose FROM consents WHERE agreed"
        found = await rows(town._services[0], query)
        return [purpose for (purpose,) in found] == [Purpose.STANDING_IN]

    await until(agreed, 20)


def _shown(**facts: Any) -> ConsentShown:
    purposes = tuple(PurposeShown(purpose=purpose) for purpose in OPTIONAL)
    return ConsentShown(purposes=purposes, wording=CONSENT_VERSION, **facts)


async def test_what_is_open_still_is_offered_where_somebody_looks() -> None:
    both = [
        await said("me consent", MEMBER, ShowConsent=_shown(unanswered=unanswered))
        for unanswered in ((), OPTIONAL)
    ]

    assert [len(answer.choices()) for answer in both] == [0, 2]
    assert all(answer.audience is Audience.ALONE for answer in both)
    assert all(worded.words in both[0].text() for worded in WORDED.values())


@pytest.mark.parametrize("purpose", OPTIONAL)
@pytest.mark.parametrize("state", ["on", "off"])
async def test_each_purpose_is_given_and_taken_back_by_a_line(purpose: Purpose, state: str) -> None:
    answer = await said(f"me consent {purpose} {state}", MEMBER, AnswerConsent=_shown())

    assert WORDED[purpose].words in answer.text()


@pytest.mark.parametrize("purpose", Purpose)
async def test_news_are_said_whole_and_only_what_can_be_refused_is_asked(purpose: Purpose) -> None:
    answer = asked_about((purpose,), "me consent", Wording())

    assert WORDED[purpose].words in answer.text()
    assert len(answer.choices()) == (2 if purpose in OPTIONAL else 0)
    pseudo = asked_about((purpose,), "me consent", Wording(PSEUDO)).text()
    assert all("⟦" in line for line in pseudo.splitlines() if line)
