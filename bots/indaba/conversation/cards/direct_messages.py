"""Messages outside meetings' threads: digests, action follow-ups, series that end, news.

Private matters go to the direct chat that somebody opened with us; others type a command to read.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from indaba.contracts.actions import ActionsDue
from indaba.contracts.calendars import CalendarNotRead, CalendarRead
from indaba.contracts.consenting import AskConsent, ConsentDue
from indaba.contracts.digest import DigestDue, NewsDue, PublicationAsked, ShowDigest
from indaba.contracts.group_sizes import ShowGroupSize
from indaba.contracts.ids import CommunityId, MemberId
from indaba.contracts.linking import LinkTold, TellLink
from indaba.contracts.membership import FindAccounts, FindPlaces
from indaba.contracts.publishing import ShowPublication
from indaba.contracts.refusal import Refusal, Unavailable
from indaba.contracts.removal import CaseTold, ShowCase
from indaba.contracts.safeguarding import ReportCame, ShowLeads
from indaba.contracts.series import SeriesCalledOff
from indaba.conversation.answer import Answer, Audience, Text
from indaba.conversation.cards import group_sizes, links, matters
from indaba.conversation.cards.cards import series_called_off
from indaba.conversation.cards.news import RELEASE, news
from indaba.conversation.cards.open_earlier import what_stays_open, what_stays_open_aloud
from indaba.conversation.cards.whom_to_tell import Errand, Told, community_of
from indaba.conversation.commands.confiding import for_one
from indaba.conversation.commands.hints import typed_line
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.actions import asked_privately
from indaba.conversation.commands.topics.calendars import calendar_not_read, calendar_read
from indaba.conversation.commands.topics.consenting import asked_about
from indaba.conversation.commands.topics.digest import digest_blocks, newest
from indaba.conversation.commands.topics.safeguarding import has_come
from indaba.conversation.delivery.keeping import OFFERS_LAST, Delivery, keep_post
from indaba.conversation.delivery.platform import ChatPlatform, Post, PostKind
from indaba.conversation.delivery.service_client import Asker, BusServiceClient, Passports
from indaba.conversation.store import Store
from indaba.conversation.store.outgoing_posts import NOTICES
from indaba.conversation.wording import Wording
from indaba.ledger import Ledger
from indaba.ledger.failures import reason_of
from indaba.ledger.session import Session
from indaba.process import logs, release
from indaba.process.loops import Wake, in_parts
from indaba.process.metrics import POSTS

SOME = 40
LOOK_SECONDS = 5.0
PAUSE = timedelta(seconds=15)


class DirectMessages:
    """Does errands, each once. Killed anywhere, nothing is said twice."""

    def __init__(
        self,
        platform: ChatPlatform,
        ledger: Ledger,
        passports: Passports,
        written: Wake,
        portal_url: str,
    ) -> None:
        self._platform = platform
        self._portal_url = portal_url
        self._ledger = ledger
        self._passports = passports
        self._written = written
        self.wake = Wake()

    async def run(self) -> None:
        """Do errands for ever."""
        while True:
            if not await self._look():
                await self.wake.wait(LOOK_SECONDS)

    async def _look(self) -> bool:
        """Do some; whether there may be more."""
        async with self._ledger.database.begin() as connection:
            errands = Store(Session(connection, self._ledger.world.now())).errands
            late = await errands.drop_late()
            due = await errands.due(SOME)
        POSTS.labels(self._ledger.name, "too-late").inc(late)
        await in_parts([[partial(self._do, row)] for row in due])
        return len(due) == SOME

    async def _do(self, row: dict[str, Any]) -> None:
        """Do one errand; one that cannot be done lets others come first."""
        try:
            told = await self._told(row)
        except Exception as error:  # noqa: BLE001 - one errand must not stop all others
            self._log(error, row["correlation"])
            async with self._ledger.database.begin() as connection:
                errands = Store(Session(connection, self._ledger.world.now())).errands
                await errands.later(row["id"], PAUSE)
            return
        async with self._ledger.database.begin() as connection:
            store = Store(Session(connection, self._ledger.world.now()))
            for number, one in enumerate(told):
                await self._keep(store, one, f"errand/{row['id']}/{one.room}/{number}", row)
            await store.errands.done(row["id"])
        self._written.ring()

    async def _told(self, row: dict[str, Any]) -> list[Told]:
        kind, act = _BY_WIRE[row["wire"]]
        event = kind.model_validate(row["event"])
        services = self._services(community_of(event), row)
        return await act(self, event, services, row["correlation"])

    def _services(self, community: CommunityId | None, row: dict[str, Any]) -> BusServiceClient:
        asker = Asker(community=community)
        return self._asking(asker, f"errand/{row['id']}", row["correlation"])

    def _asking(self, asker: Asker, act: str, correlation: UUID) -> BusServiceClient:
        return BusServiceClient(
            self._ledger.bus, self._ledger.world, self._passports, asker, act, correlation
        )

    @property
    def _own_prefix(self) -> str:
        """What a line begins with in somebody's own chat."""
        return self._platform.prefix if self._platform.has_buttons else ""

    async def _wording(self, services: BusServiceClient, correlation: UUID) -> Wording:
        issued = await self._passports.of(services.asker, correlation)
        return Wording(issued.passport.locale)

    async def rooms(self, services: BusServiceClient) -> list[str]:
        """The community's rooms on this platform, one of two that a bridge joins."""
        there = await services.ask(FindPlaces())
        found = []
        for place in there.places:
            if place.platform is not self._platform.platform:
                continue
            twin = await self._platform.bridged_room(place.room)
            if not any(
                twin and (p.platform, p.room) == (twin.platform, twin.room) for p in there.places
            ):
                found.append(place.room)
        return found

    async def direct(
        self, services: BusServiceClient, members: Sequence[MemberId]
    ) -> dict[str, str]:
        """The direct chat per account of these members, where they have one."""
        wanted = FindAccounts(platform=self._platform.platform, members=tuple(members[:1000]))
        return await self._chats((await services.ask(wanted)).accounts.values())

    async def _chats(self, accounts: Iterable[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for account in accounts:
            async with self._ledger.reading.connect() as connection:
                errands = Store(Session(connection, self._ledger.world.now())).errands
                room = await errands.direct_room(account)
            room = room or await self._platform.direct_room(account)
            if room:
                found[account] = room
        return found

    async def tell_actions(
        self, event: ActionsDue, services: BusServiceClient, correlation: UUID
    ) -> list[Told]:
        """What somebody promised comes back to them alone."""
        wording = await self._wording(services, correlation)
        title = event.meeting.title if event.meeting else wording.say("the next meeting")
        answer = for_one(asked_privately(event.actions, title, wording), wording)
        chats = await self.direct(services, [event.member])
        return [Told(room, answer, account) for account, room in chats.items()]

    async def tell_digest(
        self, event: DigestDue, services: BusServiceClient, correlation: UUID
    ) -> list[Told]:
        """The week for the room, and for each who wants it their own."""
        wording = await self._wording(services, correlation)
        new = await newest(services)
        shown = await services.ask(ShowDigest())
        blocks = digest_blocks(shown, new, wording)
        title = Text(wording.say("This week:"))
        told = [
            Told(room, Answer((title, *blocks), Audience.ROOM))
            for room in (await self.rooms(services) if blocks else ())
        ]
        for account, room in (await self.direct(services, event.members)).items():
            own = await self._own_week(event, account, room, correlation)
            if own is not None:
                told.append(Told(room, own, account))
        return told

    async def _own_week(
        self, event: DigestDue, account: str, room: str, correlation: UUID
    ) -> Answer | None:
        asker = Asker(account, room, direct=True, community=event.community)
        services = self._asking(asker, f"digest/{event.aggregate}/{account}", correlation)
        try:
            issued = await self._passports.of(asker, correlation)
            shown = await services.ask(ShowDigest())
        except Refusal:
            return None
        wording = Wording(issued.passport.locale)
        mine = digest_blocks(shown, (), wording, issued.passport.zone)
        lead = Text(wording.say("Your week:"))
        off = Text(wording.say("To have this no more: {line}", line="me digest off"))
        return for_one(Answer((lead, *mine, off)), wording) if mine else None

    async def tell_series_off(
        self, event: SeriesCalledOff, services: BusServiceClient, correlation: UUID
    ) -> list[Told]:
        """That a series ends: once in the room, instead of once for each date."""
        wording = await self._wording(services, correlation)
        answer = series_called_off(event, wording)
        return [Told(room, answer) for room in await self.rooms(services)]

    async def tell_calendar(
        self, event: CalendarRead | CalendarNotRead, services: BusServiceClient, correlation: UUID
    ) -> list[Told]:
        """How it goes with a followed calendar."""
        wording = await self._wording(services, correlation)
        if isinstance(event, CalendarRead):
            answer = calendar_read(event, wording)
        else:
            answer = calendar_not_read(event, wording)
        return [Told(room, answer) for room in await self.rooms(services)]

    async def tell_group_size(
        self, event: group_sizes.Decided, services: BusServiceClient, correlation: UUID
    ) -> list[Told]:
        """What is decided about how many people figures stand for."""
        shown = await services.ask(ShowGroupSize())
        issued = await self._passports.of(services.asker, correlation)
        aloud = group_sizes.announced(event, shown, issued, self._platform.prefix)
        return [Told(room, each) for each in aloud for room in await self.rooms(services)]

    async def tell_news(
        self, event: NewsDue, services: BusServiceClient, correlation: UUID
    ) -> list[Told]:
        """What a release brings, in the facilitators' own chats; if none has one, in one room."""
        if release.is_newer(RELEASE, event.release):
            return []
        if event.release != RELEASE:
            raise Unavailable(f"a bot of release {event.release} tells this")
        issued = await self._passports.of(services.asker, correlation)
        name = issued.community.name if issued.community else ""
        wording, prefix = Wording(issued.passport.locale), self._platform.prefix
        chats = await self.direct(services, event.members)
        if not chats:
            openly = news(name, wording, prefix, INTENTS, alone=False)
            return [Told(room, openly) for room in (await self.rooms(services))[:1]]
        privately = news(name, wording, self._own_prefix, INTENTS, alone=True)
        answer = for_one(privately, wording)
        return [Told(room, answer, account) for account, room in chats.items()]

    async def tell_case(
        self, event: CaseTold, services: BusServiceClient, correlation: UUID
    ) -> list[Told]:
        """What concerns a member's place: those named alone, and rooms without a name."""
        platform = self._platform.platform
        wanted = ShowCase(case=event.aggregate, platform=platform, members=event.members[:1000])
        case = await services.ask(wanted)
        issued = await self._passports.of(services.asker, correlation)
        there = issued.community.name if issued.community else "", issued.passport.zone
        wording, prefix = Wording(issued.passport.locale), self._platform.prefix
        messages = []
        chats = await self._chats(case.tell.values())
        for account, room in chats.items():
            one = matters.privately(event, case, there, wording, self._own_prefix, account)
            messages.append(Told(room, for_one(one, wording), account))
        if event.openly and not chats:
            aloud = matters.openly(event, case, there, wording, prefix)
            messages += [Told(room, aloud) for room in await self.rooms(services)]
        return messages

    async def tell_link(
        self, event: LinkTold, services: BusServiceClient, correlation: UUID
    ) -> list[Told]:
        """That accounts are to be linked, or were, or are parted: each whom it concerns alone."""
        wanted = TellLink(link=event.aggregate, platform=self._platform.platform, side=event.side)
        telling = await services.ask(wanted)
        issued = await self._passports.of(services.asker, correlation)
        alone = [
            Told(room, answer, account)
            for accounts, answer in links.answers(event, telling, issued, self._platform, INTENTS)
            for account, room in (await self._chats(accounts)).items()
        ]
        aloud = links.openly(event, telling, issued)
        return alone or [Told(room, each) for each in aloud for room in await self.rooms(services)]

    async def tell_report(
        self, event: ReportCame, services: BusServiceClient, correlation: UUID
    ) -> list[Told]:
        """That a report has come, without its words, to those who may read it."""
        platform = self._platform.platform
        leads = await services.ask(ShowLeads(report=event.aggregate, platform=platform))
        if not leads.accounts:
            return []
        wording = await self._wording(services, correlation)
        answer = for_one(has_come(leads.code, wording, self._own_prefix, INTENTS), wording)
        chats = await self._chats(leads.accounts)
        return [Told(room, answer, account) for account, room in chats.items()]

    async def ask_what_stays_open(
        self, event: PublicationAsked, services: BusServiceClient, correlation: UUID
    ) -> list[Told]:
        """Each facilitator alone, or if none can be, one room; nobody once it is decided."""
        publication = (await services.ask(ShowPublication())).publication
        issued = await self._passports.of(services.asker, correlation)
        until, community = publication.until, issued.community
        if not publication.undecided() or until is None or community is None:
            return []
        wording, link = Wording(issued.passport.locale), f"{self._portal_url}/c/{community.key}"
        chats = await self.direct(services, event.members)
        if not chats:
            prefix = self._platform.prefix
            openly = what_stays_open_aloud(community, publication, until, prefix, wording)
            return [Told(room, openly) for room in (await self.rooms(services))[:1]]
        answer = for_one(what_stays_open(community, publication, until, link, wording), wording)
        return [Told(room, answer, account) for account, room in chats.items()]

    async def ask_consent(
        self, event: ConsentDue, services: BusServiceClient, correlation: UUID
    ) -> list[Told]:
        """What is new in the wording: once each, where they have a chat of their own with us.

        Whoever may ask is settled by membership, under a key of each member's own.
        """
        wanted = FindAccounts(platform=self._platform.platform, members=event.members[:1000])
        accounts = (await services.ask(wanted)).accounts
        chats = await self._chats(accounts.values())
        wording = await self._wording(services, correlation)
        line = typed_line("me consent", self._own_prefix, INTENTS)
        messages = []
        for member, account in sorted(accounts.items()):
            if account not in chats:
                continue
            act = f"consent/{event.aggregate}/{member}"
            asking = self._asking(services.asker, act, correlation)
            asked = await asking.ask(AskConsent(member=MemberId(UUID(member))))
            if asked.news:
                answer = for_one(asked_about(asked.news, line, wording), wording)
                messages.append(Told(chats[account], answer, account))
        return messages

    async def _keep(self, store: Store, told: Told, key: str, row: dict[str, Any]) -> None:
        answer = told.answer
        delivery = Delivery(
            row["correlation"],
            row["expires_at"],
            NOTICES,
            told.account,
            OFFERS_LAST,
            answer.otherwise,
            row["community"] if told.account else None,
        )
        for number, content in enumerate(self._platform.draw(answer)):
            post = Post(
                f"{key}/{number}",
                PostKind.MESSAGE,
                told.room,
                content,
                only_for=told.account,
            )
            choices = answer.choices() if number == 0 else ()
            await keep_post(store, self._platform, post, choices, delivery)
            delivery = replace(delivery, otherwise=())

    def _log(self, error: Exception, correlation: UUID) -> None:
        logs.get(process=self._ledger.name).warning(
            "errand.not-done", reason=reason_of(error), correlation_id=str(correlation)
        )


Act = Callable[[DirectMessages, Any, BusServiceClient, UUID], Awaitable[list[Told]]]
_ERRANDS: dict[type[Errand], Act] = {
    ActionsDue: DirectMessages.tell_actions,
    CaseTold: DirectMessages.tell_case,
    ConsentDue: DirectMessages.ask_consent,
    DigestDue: DirectMessages.tell_digest,
    **dict.fromkeys(group_sizes.DECIDED, DirectMessages.tell_group_size),
    LinkTold: DirectMessages.tell_link,
    NewsDue: DirectMessages.tell_news,
    ReportCame: DirectMessages.tell_report,
    PublicationAsked: DirectMessages.ask_what_stays_open,
    SeriesCalledOff: DirectMessages.tell_series_off,
    CalendarRead: DirectMessages.tell_calendar,
    CalendarNotRead: DirectMessages.tell_calendar,
}
_BY_WIRE = {kind.wire: (kind, act) for kind, act in _ERRANDS.items()}
ERRANDS = tuple(_ERRANDS)
"""Events that are told outside of threads."""
