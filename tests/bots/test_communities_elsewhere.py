"""A bot keeps what is to be told only of communities that have a room on its platform."""

import hashlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import pytest

import indaba.conversation
from bots.quiet_platform import Quiet
from bots.test_notices import MEETING
from clock import TestWorld
from conftest import FreshDatabase
from indaba.contracts.actions import ActionsDue
from indaba.contracts.digest import DigestDue
from indaba.contracts.erasure import DiscordBotErased, MatrixBotErased
from indaba.contracts.group_sizes import GroupSizeAsked, GroupSizeChanged
from indaba.contracts.ids import MemberId, SeriesId
from indaba.contracts.linking import PlacesChanged
from indaba.contracts.membership import CommunityFounded, Place, Platform
from indaba.contracts.scheduling import MeetingChanged, MeetingMoved, MeetingScheduled
from indaba.contracts.series import Pattern, SeriesCalledOff, SeriesFacts
from indaba.contracts.wire import Envelope, Event
from indaba.conversation import reactions
from indaba.conversation.cards.direct_messages import DirectMessages
from indaba.conversation.cards.updater import CardUpdater
from indaba.conversation.delivery.service_client import Passports
from indaba.conversation.store import Store
from indaba.discord_bot.client import Api
from indaba.discord_bot.gateway import Gateway
from indaba.discord_bot.native_events import MirroringReactions, NativeEvents
from indaba.ledger import Ledger, Work
from indaba.ledger.session import Session
from indaba.process.loops import Wake
from workshop import do, ledger_of, rows

MIGRATIONS = Path(indaba.conversation.__file__).parent / "migrations"
HOME, SOMEBODY = MEETING.community, MemberId(UUID(int=7))
LATER = TestWorld().now() + timedelta(days=3)
ON_MATRIX = Place(platform=Platform.MATRIX, room="!maths:example.org")
ON_DISCORD = Place(platform=Platform.DISCORD, room="4711", house="4710")
ON = {
    Platform.MATRIX: (ON_MATRIX, ON_DISCORD),
    Platform.DISCORD: (ON_DISCORD, ON_MATRIX),
}
"""A room on a platform, and one elsewhere."""


class Kept(NamedTuple):
    """Meetings whose card is due, wires of notices and direct messages due, native events due."""

    cards: int
    notices: list[str]
    direct: list[str]
    mirrors: int


class Bot:
    """A bot's reactions, on a database of its own; it says nothing."""

    def __init__(self, platform: Platform, ledger: Ledger) -> None:
        self.ledger = ledger
        self.by_event: dict[type[Event], Callable[[Any, Work], Awaitable[None]]] = {}
        self.passports = passports = Passports(ledger.bus, platform, ledger.world)
        quiet: Any = Quiet()
        updater = CardUpdater(quiet, ledger, passports, "")
        direct = DirectMessages(quiet, ledger, passports, Wake(), "")
        ear: Any = self
        if platform is Platform.MATRIX:
            own = reactions.Reactions("matrix_bot", updater, direct, passports, MatrixBotErased)
        else:
            own = MirroringReactions("discord_bot", updater, direct, passports, DiscordBotErased)
            own.native = NativeEvents(Api(Gateway("a token")), ledger, passports, "")
        reactions.wire(ear, own)

    def on(self, event: type[Event], reaction: Callable[[Any, Work], Awaitable[None]]) -> None:
        self.by_event[event] = reaction

    async def hear(self, told: Sequence[Event]) -> None:
        for event in told:
            async with self.ledger.database.begin() as connection:
                work = Work(connection, self.ledger.world, _around(event, self.ledger))
                await self.by_event[type(event)](event, work)

    async def kept_after(self, told: Sequence[Event]) -> Kept:
        """What is due once a bot that knew nothing has heard all of this."""
        await do(self.ledger, "TRUNCATE cards, card_places, notices, errands, communities, mirrors")
        await self.hear(told)
        return await self.kept()

    async def kept(self) -> Kept:
        # Wherever a card is due it is up by now, or its notices would wait for it.
        up = "INSERT INTO card_places SELECT meeting, 'room', 'up' FROM cards"
        await do(self.ledger, f"{up} ON CONFLICT DO NOTHING")
        async with self.ledger.database.connect() as connection:
            store = Store(Session(connection, self.ledger.world.now()))
            return Kept(
                len(await store.cards.cards_due(timedelta())),
                sorted(row["wire"] for row in await store.cards.notices_due()),
                sorted(row["wire"] for row in await store.errands.due()),
                len(await store.mirrors.due()),
            )


@pytest.fixture
async def bots(database: FreshDatabase, bus_url: str) -> AsyncIterator[dict[Platform, Bot]]:
    made = {}
    for platform in Platform:
        url = await database(MIGRATIONS)
        ledger = ledger_of(f"{platform}_bot", url, bus_url, migrations=MIGRATIONS)
        made[platform] = Bot(platform, ledger)
    yield made
    for bot in made.values():
        await bot.ledger.database.dispose()


def founded(*places: Place) -> CommunityFounded:
    return CommunityFounded(
        aggregate=HOME, version=1, author=SOMEBODY, name="Maths", purpose="", language="en",
        zone="Etc/UTC", key="k", places=places,
    )  # fmt: skip


def changed(version: int, *places: Place, added: Place | None = None) -> PlacesChanged:
    return PlacesChanged(aggregate=HOME, version=version, added=added, places=places)


def happened() -> list[Event]:
    """A meeting that is called, moved and changed; and what is told outside of its thread."""
    meetings = [MEETING.model_copy(update={"version": v, "announced": True}) for v in (1, 2, 3)]
    pattern = Pattern(first=MEETING.starts, zone="Etc/UTC", rule="FREQ=WEEKLY")
    series = SeriesFacts(
        id=SeriesId(UUID(int=5)), community=HOME, version=2, author=SOMEBODY, title="Fractions",
        minutes=60, pattern=pattern, words="every week",
    )  # fmt: skip
    week: dict[str, Any] = {"community": HOME, "until": LATER}
    return [
        MeetingScheduled.of(meetings[0]),
        MeetingMoved.of(meetings[1]),
        MeetingChanged.of(meetings[2]),
        DigestDue(aggregate=UUID(int=8), version=1, members=(), **week),
        SeriesCalledOff(
            aggregate=series.id, version=2, series=series, cancelled=2, author=SOMEBODY
        ),
        GroupSizeAsked(aggregate=HOME, version=4, size=8, now=5, begins_at=LATER),
    ]


def private() -> list[Event]:
    """What members are told in chats of their own."""
    week: dict[str, Any] = {"community": HOME, "until": LATER}
    return [
        DigestDue(aggregate=UUID(int=9), version=1, members=(SOMEBODY,), **week),
        ActionsDue(aggregate=UUID(int=10), version=1, member=SOMEBODY, actions=(), **week),
    ]


@pytest.mark.parametrize("platform", Platform)
async def test_of_a_community_elsewhere_nothing_is_due_but_private_messages(
    bots: dict[Platform, Bot], platform: Platform
) -> None:
    bot, (own, other) = bots[platform], ON[platform]
    nothing_known = await bot.kept_after([*happened(), *private()])
    assert nothing_known == all_of_it(platform)
    assert await bot.kept_after([founded(own), *happened(), *private()]) == nothing_known
    elsewhere = await bot.kept_after([founded(other), *happened(), *private()])
    assert elsewhere == Kept(0, [], sorted(e.wire for e in private()), 0)


@pytest.mark.thorough(keep=8)
@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("platform", Platform)
@pytest.mark.parametrize("leaves", [False, True])
async def test_in_any_order_and_twice_the_same_is_due(
    bots: dict[Platform, Bot], platform: Platform, seed: int, *, leaves: bool
) -> None:
    bot, (own, other) = bots[platform], ON[platform]
    lived = [founded(other), changed(2, other, own, added=own)]
    if leaves:
        lived.append(changed(3, other))
    told = [*lived, *happened(), *private()]
    in_order = await bot.kept_after(told)
    due = all_of_it(platform)
    if leaves:
        assert in_order == Kept(0, [], sorted(e.wire for e in private()), 0)
    else:
        assert in_order == due

    chance = random.Random(seed)
    mixed = told + chance.sample(told, len(told) // 2)
    chance.shuffle(mixed)

    assert await bot.kept_after(mixed) == in_order


@pytest.mark.parametrize("platform", Platform)
async def test_what_came_before_the_first_room_here_appears_with_it_and_not_for_long(
    bots: dict[Platform, Bot], platform: Platform
) -> None:
    bot, (own, other) = bots[platform], ON[platform]
    await bot.kept_after([founded(other), *happened()])
    await bot.hear([changed(2, other, own, added=own)])
    assert await bot.kept() == all_of_it(platform, privately=False)

    await bot.kept_after([founded(other), *happened()])
    async with bot.ledger.database.begin() as connection:
        await Store(Session(connection, LATER)).forget_old()
    assert await rows(bot.ledger, "SELECT 1 FROM notices UNION ALL SELECT 1 FROM errands") == []
    await bot.hear([changed(2, other, own, added=own)])
    assert await bot.kept() == Kept(1, [], [], int(platform is Platform.DISCORD))


@pytest.mark.parametrize("platform", Platform)
@pytest.mark.parametrize("days", [0, 2])
async def test_passports_show_a_number_that_changed_and_rooms_read_it_for_a_day(
    bots: dict[Platform, Bot], platform: Platform, days: int
) -> None:
    bot, (own, _) = bots[platform], ON[platform]
    await bot.kept_after([founded(own)])
    dropped, since = bot.passports._dropped, bot.ledger.world.now() - timedelta(days=days)
    await bot.hear([GroupSizeChanged(aggregate=HOME, version=5, size=8, before=5, since=since)])
    assert bot.passports._dropped == dropped + 1
    assert (await bot.kept()).direct == [GroupSizeChanged.wire] * (days == 0)


def all_of_it(platform: Platform, *, privately: bool = True) -> Kept:
    """Everything that a bot is to tell of what happened."""
    direct = [*happened()[-3:], *(private() if privately else ())]
    native = int(platform is Platform.DISCORD)
    return Kept(1, [MeetingMoved.wire], sorted(event.wire for event in direct), native)


def _around(event: Event, ledger: Ledger) -> Envelope:
    """The same event has the same id, however often it comes."""
    digest = hashlib.sha256(event.model_dump_json().encode()).digest()
    known = UUID(bytes=digest[:16])
    return Envelope.around(event, id=known, occurred_at=ledger.world.now(), correlation=known)
