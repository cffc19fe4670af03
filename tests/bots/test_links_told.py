"""Facilitators hear of links in their own chats, or, where none has one, by a line in the room."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest

import indaba.conversation
from bots import kept_links
from bots.answering import COMMUNITY, NOW, BusServiceClient, passport
from bots.kept_links import HERE, THERE
from bots.quiet_platform import Quiet
from conftest import FreshDatabase
from indaba.contracts.ids import CommunityId
from indaba.contracts.linking import LinkNews, LinkSide, LinkTelling, LinkTold
from indaba.contracts.membership import PassportIssued, Place, Places, Platform
from indaba.conversation.answer import Audience
from indaba.conversation.cards.direct_messages import DirectMessages
from indaba.conversation.cards.links import FACILITATORS, OPENLY
from indaba.conversation.cards.whom_to_tell import Told
from indaba.process.loops import Wake
from workshop import ledger_of

MIGRATIONS = Path(indaba.conversation.__file__).parent / "migrations"
CHAIRS = ("@chair", "@other")
Tell = Callable[..., Awaitable[list[Told]]]


class WithChats(Quiet):
    """A platform on which some have a chat of their own with the bot."""

    def __init__(self, *accounts: str) -> None:
        self._accounts = accounts

    async def direct_room(self, account: str) -> str:
        return f"!{account}" if account in self._accounts else ""


@pytest.fixture
async def tell(database: FreshDatabase, bus_url: str) -> Any:
    ledger = ledger_of("matrix_bot", await database(MIGRATIONS), bus_url, migrations=MIGRATIONS)
    issued = PassportIssued(token="t", passport=passport(), community=COMMUNITY)

    async def held(*_: Any) -> PassportIssued:
        return issued

    async def told(event: LinkTold, chairs: tuple[str, ...], *chats: str) -> list[Told]:
        telling = LinkTelling(link=kept_links.facts(NOW), tell_facilitators=chairs)
        places = Places(
            community=COMMUNITY, places=(Place(platform=Platform.MATRIX, room="!room"),)
        )
        services: Any = BusServiceClient(TellLink=telling, FindPlaces=places)
        services.asker = None
        there: Any = WithChats(*chats)
        passports: Any = SimpleNamespace(of=held)
        direct = DirectMessages(there, ledger, passports, Wake(), "")
        return await direct.tell_link(event, services, uuid4())

    yield told
    await ledger.database.dispose()


def _event(what: LinkNews) -> LinkTold:
    return LinkTold(
        aggregate=UUID(int=11),
        version=1,
        community=CommunityId(COMMUNITY.id),
        what=what,
        side=LinkSide.FACILITATORS,
        until=NOW + timedelta(days=7),
    )


@pytest.mark.parametrize("what", list(LinkNews))
async def test_facilitators_without_a_chat_hear_of_it_in_the_room_without_a_name(
    tell: Tell, what: LinkNews
) -> None:
    aloud = await tell(_event(what), CHAIRS)
    assert [told.room for told in aloud] == ["!room"] * (what in FACILITATORS)
    for told in aloud:
        text = told.answer.text()
        assert told.answer.audience is Audience.ROOM
        assert "direct chat" in text
        assert not any(account.account in text for account in (HERE, THERE))


@pytest.mark.parametrize("what", sorted(FACILITATORS))
async def test_the_room_hears_nothing_where_a_facilitator_is_told_or_there_is_none(
    tell: Tell, what: LinkNews
) -> None:
    assert [told.room for told in await tell(_event(what), CHAIRS, "@chair")] == ["!@chair"]
    assert await tell(_event(what), ()) == []


def test_all_that_facilitators_are_told_can_be_said_without_a_name() -> None:
    assert OPENLY.keys() == FACILITATORS.keys()
