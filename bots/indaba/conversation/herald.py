"""What rooms are told without asking: cards kept true, reminders, changes."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from indaba.contracts import find
from indaba.contracts.ids import CommunityId, MeetingId
from indaba.contracts.membership import CommunityCard, FindAccounts, FindPlaces
from indaba.contracts.refusal import Fault, Refusal, Unavailable
from indaba.contracts.scheduling import (
    MeetingCancelled,
    MeetingFacts,
    MeetingMoved,
    MeetingStatus,
    ReminderDue,
    ShowMeeting,
)
from indaba.conversation import notice
from indaba.conversation.answer import Answer
from indaba.conversation.platform import ChatPlatform, Post, PostKind
from indaba.conversation.services import Asker, Passports, Services
from indaba.conversation.store import CardDue, Draft, Store
from indaba.ledger import Ledger
from indaba.process import logs
from indaba.process.loops import Wake

CALM = timedelta(seconds=2)
"""A card is redrawn at most this often: a storm of answers becomes a few edits."""

LOOK_SECONDS = 1.0
CARD_LASTS = timedelta(days=7)
TOGETHER = 20
"""How many people one reminder names."""


class Herald:
    """Draws cards that are behind, and writes notices. Killed anywhere, it says nothing twice."""

    def __init__(
        self, platform: ChatPlatform, ledger: Ledger, passports: Passports, portal_url: str
    ) -> None:
        self._platform = platform
        self._ledger = ledger
        self._passports = passports
        self._portal_url = portal_url
        self.wake = Wake()
        self.written: Callable[[], None] = lambda: None

    async def run(self) -> None:
        """Look after cards and notices for ever."""
        while True:
            try:
                await self._cards()
                await self._notices()
            except (Unavailable, Refusal, Fault) as away:
                logs.get(process=self._ledger.name).warning("herald.waits", why=type(away).__name__)
            await self.wake.wait(LOOK_SECONDS)

    async def _cards(self) -> None:
        async with self._ledger.database.begin() as connection:
            due = await Store(connection, self._ledger.world.now()).cards.cards_due(CALM)
        for card in due:
            # Not up yet: what it shows is brought up to date once it is.
            if None not in card.places.values():
                await self._draw(card)

    async def _draw(self, card: CardDue) -> None:
        """Draw one card; one that cannot be drawn waits for its meeting's next change."""
        try:
            await self._draw_as_it_stands(card)
        except Refusal as refusal:
            logs.get(process=self._ledger.name).warning("card.not-drawn", code=refusal.code)
            async with self._ledger.database.begin() as connection:
                store = Store(connection, self._ledger.world.now())
                await store.cards.drawn(card.meeting, card.wanted, [])

    async def _draw_as_it_stands(self, card: CardDue) -> None:
        """Ask how the meeting stands now, and keep one post or edit per room."""
        services = self._services(card.community, f"card/{card.meeting}", card.correlation)
        shown = await services.ask(ShowMeeting(meeting=MeetingId(card.meeting)))
        there = await services.ask(FindPlaces())
        rooms = [p.room for p in there.places if p.platform is self._platform.platform]
        issued = await self._passports.of(services.asker, card.correlation)
        drawn = self._drawn(shown.meeting, there.community, issued.passport.locale)
        async with self._ledger.database.begin() as connection:
            store = Store(connection, self._ledger.world.now())
            for room in rooms:
                message = card.places.get(room)
                if message:
                    await self._edit(store, card, room, message, shown.meeting, drawn)
                elif shown.meeting.status is MeetingStatus.SCHEDULED:
                    await self._post(store, card, room, shown.meeting, drawn)
            await store.cards.drawn(card.meeting, shown.meeting.version, rooms)
        self.written()

    async def _post(
        self, store: Store, card: CardDue, room: str, meeting: MeetingFacts, drawn: dict[str, Any]
    ) -> None:
        opening = self._platform.draw(notice.thread_opening(meeting))[0]
        seeds = [{"emoji": emoji} for emoji in ("👍", "🤔", "👎")]
        post = Post(f"card/{card.meeting}/{room}", PostKind.MESSAGE, room, drawn, code=meeting.code)
        expires_at = self._ledger.world.now() + CARD_LASTS
        await store.posting.post(
            Draft(
                post,
                card.correlation,
                expires_at,
                lane=1,
                follow_ups=(*seeds, opening),
                meeting=card.meeting,
            )
        )

    async def _edit(
        self,
        store: Store,
        card: CardDue,
        room: str,
        message: str,
        meeting: MeetingFacts,
        drawn: dict[str, Any],
    ) -> None:
        await store.posting.drop_stale_edits(room, card.meeting)
        key = f"card/{card.meeting}/{room}/v{meeting.version}"
        post = Post(key, PostKind.EDIT, room, drawn, target=message)
        expires_at = self._ledger.world.now() + CARD_LASTS
        await store.posting.post(Draft(post, card.correlation, expires_at, lane=1))

    def _drawn(
        self, meeting: MeetingFacts, community: CommunityCard, locale: str
    ) -> dict[str, Any]:
        card = notice.card(meeting, community, self._portal_url, locale, self._platform.prefix)
        return self._platform.draw(card)[0]

    async def _notices(self) -> None:
        async with self._ledger.database.begin() as connection:
            due = await Store(connection, self._ledger.world.now()).cards.notices_due()
        for row in due:
            contract = find(row["wire"])
            write = _WRITERS.get(row["wire"])
            if contract is None or write is None:
                continue
            event = contract.model_validate(row["event"])
            await self._write(row, await write(self, event, row["correlation"]), event)

    async def _write(self, row: dict[str, Any], answers: list[Answer], event: Any) -> None:
        """Keep a notice as replies in each card's thread; wait while a card is not up yet."""
        async with self._ledger.database.begin() as connection:
            store = Store(connection, self._ledger.world.now())
            places = await store.cards.places_of(event.meeting.id)
            if not places or None in places.values():
                return
            for room, message in places.items():
                for number, answer in enumerate(answers):
                    content = self._platform.draw(answer)[0]
                    key = f"notice/{row['id']}/{room}/{number}"
                    post = Post(key, PostKind.MESSAGE, room, content, thread=message or "")
                    await store.posting.post(
                        Draft(post, row["correlation"], row["expires_at"], lane=1)
                    )
            await store.cards.notice_written(row["id"])
        self.written()

    async def remind(self, event: ReminderDue, correlation: UUID) -> list[Answer]:
        """Name those concerned, twenty to a message; nobody of them here, nothing."""
        services = self._services(event.meeting.community, f"remind/{event.reminder}", correlation)
        wanted = FindAccounts(platform=self._platform.platform, members=event.members)
        accounts = sorted((await services.ask(wanted)).accounts.values())
        now = self._ledger.world.now()
        locale = (await self._passports.of(services.asker, correlation)).passport.locale
        groups = (accounts[n : n + TOGETHER] for n in range(0, len(accounts), TOGETHER))
        prefix = self._platform.prefix
        return [
            notice.reminder(event.meeting, tuple(group), now, locale, prefix) for group in groups
        ]

    def _services(self, community: UUID, act: str, correlation: UUID) -> Services:
        asker = Asker(community=CommunityId(community))
        return Services(
            self._ledger.bus, self._ledger.world, self._passports, asker, act, correlation
        )


async def _remind(herald: Herald, event: ReminderDue, correlation: UUID) -> list[Answer]:
    return await herald.remind(event, correlation)


async def _moved(_: Herald, event: MeetingMoved, _correlation: UUID) -> list[Answer]:
    return [notice.moved(event.meeting)]


async def _cancelled(_: Herald, event: MeetingCancelled, _correlation: UUID) -> list[Answer]:
    return [notice.cancelled(event.meeting)]


_WRITERS: dict[str, Callable[[Herald, Any, UUID], Awaitable[list[Answer]]]] = {
    ReminderDue.wire: _remind,
    MeetingMoved.wire: _moved,
    MeetingCancelled.wire: _cancelled,
}
