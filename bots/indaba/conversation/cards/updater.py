"""Keeps cards up to date, and writes reminders and changes to rooms."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from indaba.contracts.agenda import AgendaItem, ShowAgenda
from indaba.contracts.ids import CommunityId, MeetingId, MemberId
from indaba.contracts.membership import CommunityCard, FindPlaces
from indaba.contracts.reaching import Reach
from indaba.contracts.refusal import NoCommunity, Refused
from indaba.contracts.scheduling import MeetingEvent, MeetingFacts, MeetingStatus, ShowMeeting
from indaba.conversation.answer import Answer
from indaba.conversation.cards import cards
from indaba.conversation.cards.announcements import TOLD, AnnouncementContext
from indaba.conversation.cards.reaching import reach
from indaba.conversation.delivery.keeping import OFFERS_LAST, Delivery, keep_post
from indaba.conversation.delivery.platform import ChatPlatform, Post, PostKind
from indaba.conversation.delivery.service_client import Asker, BusServiceClient, Passports
from indaba.conversation.dispatch.live_meetings import rooms_in
from indaba.conversation.store import CardDue, Draft, Store
from indaba.conversation.store.outgoing_posts import NOTICES
from indaba.ledger import Ledger
from indaba.ledger.failures import reason_of
from indaba.ledger.session import Session
from indaba.process import logs
from indaba.process.loops import Act, Wake, in_parts
from indaba.process.metrics import POSTS
from indaba.process.world import made_at

CALM = timedelta(seconds=2)
"""A card is redrawn at most this often: a storm of answers becomes a few edits."""

SOME = 40
LOOK_SECONDS = 1.0
CARD_LASTS = timedelta(days=7)
NOTICE_PAUSE = timedelta(seconds=5)
FRESH = timedelta(seconds=20)
"""So long after an event its meeting is as the event says, unless a newer one was heard of."""

Reached = Mapping[CommunityId, Reach]

UP = frozenset({MeetingStatus.SCHEDULED, MeetingStatus.LIVE})
"""A meeting that is on or to come gets its card; one that is past only keeps it."""

GONE = frozenset({"no-such-meeting", NoCommunity.code})


class CardUpdater:
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
            cards = await self._cards()
            if not await self._notices() and not cards:
                await self.wake.wait(LOOK_SECONDS)

    async def _cards(self) -> bool:
        """Draw some cards; whether there may be more."""
        async with self._ledger.database.begin() as connection:
            due = await Store(Session(connection, self._ledger.world.now())).cards.cards_due(
                CALM, SOME
            )
        await in_parts([[partial(self._draw, card)] for card in due])
        return len(due) == SOME

    async def _draw(self, card: CardDue) -> None:
        """Draw one card; one that cannot be drawn lets others come first."""
        try:
            await self._draw_as_it_stands(card)
        except Exception as error:  # noqa: BLE001 - one card must not stop all others
            self._log("card.not-drawn", error, card.correlation)
            async with self._ledger.database.begin() as connection:
                cards = Store(Session(connection, self._ledger.world.now())).cards
                if _is_gone(error):
                    await cards.drawn(card.meeting, card.wanted, [])
                else:
                    await cards.draw_later(card.meeting)

    async def _draw_as_it_stands(self, card: CardDue) -> None:
        """Ask how the meeting stands now, and keep one post or edit per room."""
        services = self._services(card.community, f"card/{card.meeting}", card.correlation)
        shown = await services.ask(ShowMeeting(meeting=MeetingId(card.meeting)))
        there = await services.ask(FindPlaces())
        rooms = await rooms_in(there.places, self._platform)
        issued = await self._passports.of(services.asker, card.correlation)
        agenda = await services.ask(ShowAgenda(code=shown.meeting.code))
        drawn = self._drawn(shown.meeting, there.community, issued.passport.locale, agenda.items)
        # The same version is drawn once more where the community's address is another.
        version = f"{shown.meeting.version}/{there.community.key}"
        posted: list[str] = []
        async with self._ledger.database.begin() as connection:
            store = Store(Session(connection, self._ledger.world.now()))
            for room in rooms:
                message = card.places.get(room)
                if message:
                    await self._edit(store, card, room, message, version, drawn)
                elif shown.meeting.announced and shown.meeting.status in UP:
                    await self._post(store, card, room, shown.meeting, drawn)
                    posted.append(room)
            await store.cards.drawn(card.meeting, shown.meeting.version, posted)
        self.written()

    async def _post(
        self, store: Store, card: CardDue, room: str, meeting: MeetingFacts, drawn: dict[str, Any]
    ) -> None:
        opening = self._platform.draw(cards.thread_opening(meeting))[0]
        emojis = () if self._platform.has_buttons else ("👍", "🤔", "👎")
        seeds = [{"emoji": emoji} for emoji in emojis]
        # A card given up in a room is posted anew with the meeting's next version.
        key = f"card/{card.meeting}/{room}/first/v{meeting.version}"
        post = Post(key, PostKind.MESSAGE, room, drawn, code=meeting.code)
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
        version: str,
        drawn: dict[str, Any],
    ) -> None:
        await store.posting.drop_stale_edits(room, card.meeting)
        key = f"card/{card.meeting}/{room}/v{version}"
        post = Post(key, PostKind.EDIT, room, drawn, target=message)
        expires_at = self._ledger.world.now() + CARD_LASTS
        await store.posting.post(Draft(post, card.correlation, expires_at, lane=1))

    def _drawn(
        self,
        meeting: MeetingFacts,
        community: CommunityCard,
        locale: str,
        agenda: tuple[AgendaItem, ...],
    ) -> dict[str, Any]:
        card = cards.card(
            meeting,
            community,
            self._portal_url,
            locale,
            self._platform.prefix,
            has_buttons=self._platform.has_buttons,
            agenda=agenda,
        )
        return self._platform.draw(card)[0]

    async def _notices(self) -> bool:
        """Write some notices, those of a meeting in order; whether there may be more."""
        async with self._ledger.database.begin() as connection:
            cards = Store(Session(connection, self._ledger.world.now())).cards
            late = await cards.drop_late_notices()
            due = await cards.notices_due(SOME)
        POSTS.labels(self._ledger.name, "too-late").inc(late)
        if not due:
            return False
        events = {row["id"]: _TOLD[row["wire"]][0].model_validate(row["event"]) for row in due}
        reached = asyncio.create_task(self._reach(events.values(), due[0]["correlation"]))
        by_meeting: dict[UUID, list[Act]] = defaultdict(list)
        for row in due:
            tell = partial(self._tell, row, events[row["id"]], reached)
            by_meeting[row["meeting"]].append(tell)
        await in_parts(list(by_meeting.values()))
        return len(due) == SOME

    async def _reach(self, events: Iterable[MeetingEvent], correlation: UUID) -> Reached:
        wanted: dict[CommunityId, list[MemberId]] = defaultdict(list)
        for event in events:
            wanted[event.meeting.community].extend(getattr(event, "members", ()))
        act = f"notices/{self._ledger.world.new_id()}"
        services = BusServiceClient(
            self._ledger.bus, self._ledger.world, self._passports, Asker(), act, correlation
        )
        return await reach(services, self._platform.platform, wanted)

    async def _tell(
        self, row: dict[str, Any], event: MeetingEvent, reached: asyncio.Task[Reached]
    ) -> None:
        """Write one notice; one that cannot be written lets others come first."""
        try:
            there = (await reached).get(event.meeting.community)
            if there is None:
                await self._leave(row["id"])
            else:
                await self._write(row, await self._answers(row, event, there))
        except Exception as error:  # noqa: BLE001 - one notice must not stop all others
            self._log("notice.not-written", error, row["correlation"])
            await self._leave(row["id"], None if _is_gone(error) else NOTICE_PAUSE)

    async def _leave(self, notice: UUID, pause: timedelta | None = None) -> None:
        """Write a notice later, or never: what it tells of is gone."""
        async with self._ledger.database.begin() as connection:
            cards = Store(Session(connection, self._ledger.world.now())).cards
            if pause is None:
                await cards.notice_written(notice)
            else:
                await cards.notice_later(notice, pause)

    async def _answers(
        self, row: dict[str, Any], event: MeetingEvent, there: Reach
    ) -> list[Answer]:
        """What is to be said; nothing if it has lost its sense."""
        context = AnnouncementContext(
            self._services(event.meeting.community, f"notice/{row['id']}", row["correlation"]),
            there.locale,
            self._platform.prefix,
            self._ledger.world.now(),
            self._platform.has_buttons,
            known=self._known(row, event),
            reached=there.accounts,
            page=f"{self._portal_url}/c/{there.key}" if there.key else "",
        )
        return await _TOLD[row["wire"]][1](event, context)

    def _known(self, row: dict[str, Any], event: MeetingEvent) -> MeetingFacts | None:
        """The meeting as the event tells it; `None` once it may be otherwise."""
        age = self._ledger.world.now() - made_at(row["id"])
        return event.meeting if age < FRESH and row["wanted"] <= event.version else None

    async def _write(self, row: dict[str, Any], answers: list[Answer]) -> None:
        """Keep a notice as replies in each card's thread; wait while a card is not up yet."""
        async with self._ledger.database.begin() as connection:
            store = Store(Session(connection, self._ledger.world.now()))
            places = await store.cards.places_of(row["meeting"])
            if not places or None in places.values():
                return
            for room, message in places.items():
                for number, answer in enumerate(answers):
                    content = self._platform.draw(answer)[0]
                    key = f"notice/{row['id']}/{room}/{number}"
                    post = Post(key, PostKind.MESSAGE, room, content, thread=message or "")
                    await self._keep(store, post, answer, row)
            await store.cards.notice_written(row["id"])
        self.written()

    async def _keep(self, store: Store, post: Post, answer: Answer, row: dict[str, Any]) -> None:
        """One post of a notice, with what anybody may pick under it."""
        delivery = Delivery(row["correlation"], row["expires_at"], NOTICES, "", OFFERS_LAST)
        await keep_post(store, self._platform, post, answer.choices(), delivery)
        poll = answer.poll()
        if poll is not None:
            await store.errands.poll(post.key, poll.vote)

    def _services(self, community: UUID, act: str, correlation: UUID) -> BusServiceClient:
        asker = Asker(community=CommunityId(community))
        return BusServiceClient(
            self._ledger.bus, self._ledger.world, self._passports, asker, act, correlation
        )

    def _log(self, what: str, error: Exception, correlation: UUID) -> None:
        logs.get(process=self._ledger.name).warning(
            what, reason=reason_of(error), correlation_id=str(correlation)
        )


def _is_gone(error: Exception) -> bool:
    """Whether there is nothing to be told any more; all other errors may pass."""
    return isinstance(error, Refused) and error.told in GONE


_TOLD = {kind.wire: (kind, tell) for kind, tell in TOLD.items()}
