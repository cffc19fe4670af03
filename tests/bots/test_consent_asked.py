"""Whoever agreed long ago is asked about a new wording once, alone, and answers with a tap."""

from collections.abc import AsyncIterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from bots.answering import COMMUNITY, MEMBER, NOW, BusServiceClient, passport, said
from bots.matrix_people import Person
from bots.matrix_town import Town
from bots.test_links_told import MIGRATIONS, WithChats
from conftest import FreshDatabase
from indaba.contracts.consenting import ConsentAsked, ConsentDue, ConsentShown, PurposeShown
from indaba.contracts.ids import MemberId
from indaba.contracts.membership import CONSENT_VERSION, Accounts, PassportIssued
from indaba.contracts.purposes import OPTIONAL, WORDED, Purpose
from indaba.conversation.answer import Audience
from indaba.conversation.cards.direct_messages import DirectMessages
from indaba.conversation.commands.topics.consenting import asked_about
from indaba.conversation.wording import PSEUDO, Wording
from indaba.operate.local.engines import Engines, Synapse
from indaba.process.loops import Wake
from workshop import do, ledger_of, rows, until

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


async def test_only_who_has_a_chat_is_claimed_and_after_a_crash_with_the_same_key(
    database: FreshDatabase, bus_url: str
) -> None:
    ledger = ledger_of("matrix_bot", await database(MIGRATIONS), bus_url, migrations=MIGRATIONS)
    members = {str(MemberId(UUID(int=n))): f"@member{n}" for n in (1, 2)}
    services: Any = BusServiceClient(
        FindAccounts=Accounts(accounts=members), AskConsent=ConsentAsked(news=OPTIONAL)
    )
    services.asker, acts = None, []
    issued = PassportIssued(token="t", passport=passport(), community=COMMUNITY)

    async def held(*_: Any) -> PassportIssued:
        return issued

    def asking(_: Any, act: str, __: Any) -> Any:
        acts.append(act)
        return services

    there: Any = WithChats("@member2")
    passports: Any = SimpleNamespace(of=held)
    direct = DirectMessages(there, ledger, passports, Wake(), "")
    direct._asking = asking  # type: ignore[method-assign, assignment]
    due = ConsentDue(
        aggregate=uuid4(),
        version=1,
        community=COMMUNITY.id,
        members=tuple(MemberId(UUID(member)) for member in members),
        until=NOW + timedelta(hours=20),
    )

    told = [await direct.ask_consent(due, services, uuid4()) for _ in range(2)]

    assert [[one.account for one in each] for each in told] == [["@member2"]] * 2
    assert acts == [f"consent/{due.aggregate}/{UUID(int=2)}"] * 2
    assert {one.answer.audience for each in told for one in each} == {Audience.ALONE}
    await ledger.database.dispose()


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
