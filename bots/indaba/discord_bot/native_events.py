"""Mirrors meetings as scheduled events of Discord servers. Nothing is read back from them."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from indaba.contracts.holding import MeetingStarted
from indaba.contracts.ids import CommunityId, MeetingId
from indaba.contracts.linking import PlacesChanged
from indaba.contracts.membership import (
    CommunityCard,
    CommunityFounded,
    FindPlaces,
    Place,
    Platform,
)
from indaba.contracts.publishing import AddressRenewed
from indaba.contracts.refusal import Refused as Denied
from indaba.contracts.scheduling import (
    MeetingBlanked,
    MeetingCancelled,
    MeetingChanged,
    MeetingClosed,
    MeetingEvent,
    MeetingFacts,
    MeetingMoved,
    MeetingRestored,
    MeetingScheduled,
    MeetingStatus,
    ShowMeeting,
)
from indaba.conversation.cards.updater import GONE
from indaba.conversation.delivery.platform import Wait
from indaba.conversation.delivery.service_client import Asker, BusServiceClient, Passports
from indaba.conversation.reactions import Reactions
from indaba.conversation.store import MirrorDue, Store
from indaba.conversation.wording import plain
from indaba.discord_bot.client import Api, Refused
from indaba.discord_bot.render import escaped, shortened
from indaba.ledger import Ledger, Work
from indaba.ledger.failures import reason_of
from indaba.ledger.session import Session
from indaba.process import logs
from indaba.process.loops import Wake

MIRRORED = (
    MeetingScheduled,
    MeetingMoved,
    MeetingChanged,
    MeetingCancelled,
    MeetingRestored,
    MeetingStarted,
    MeetingClosed,
    MeetingBlanked,
)
LOOK_SECONDS = 1.0
PAUSE = timedelta(seconds=30)
LONGEST = 100
ELSEWHERE, MEMBERS_ONLY = 3, 2
SCHEDULED, ACTIVE, COMPLETED, CANCELED = 1, 2, 3, 4
EVENTS = "/guilds/{guild_id}/scheduled-events"
EVENT = f"{EVENTS}/{{event_id}}"


async def _nothing(place: Place, meeting: MeetingFacts) -> None:
    """Ignore that a meeting is on."""


class NativeEvents:
    """Keeps native events up to date. If a server refuses one, that is logged and given up."""

    def __init__(self, api: Api, ledger: Ledger, passports: Passports, portal_url: str) -> None:
        self._api = api
        self._ledger = ledger
        self._passports = passports
        self._portal_url = portal_url
        self._later: dict[MeetingId, datetime] = {}
        self.wake = Wake()
        self.on_live: Callable[[Place, MeetingFacts], Awaitable[None]] = _nothing
        """Awaited for each Discord room of a meeting that is on, whenever its events are drawn."""

    async def run(self) -> None:
        """Keep native events up to date, for ever."""
        while True:
            await self._look()
            await self.wake.wait(LOOK_SECONDS)

    async def _look(self) -> None:
        now = self._ledger.world.now()
        async with self._ledger.reading.connect() as connection:
            due = await Store(Session(connection, now)).mirrors.due()
        for each in due:
            if self._later.get(MeetingId(each.meeting), now) <= now:
                await self._mirror(each)

    async def _mirror(self, due: MirrorDue) -> None:
        """Bring one meeting's events up to date. If that fails, others come first."""
        try:
            await self._as_it_stands(due)
        except Exception as error:  # noqa: BLE001 - one meeting must not stop all others
            if not (isinstance(error, Denied) and error.told in GONE):
                pause = error.after if isinstance(error, Wait) else PAUSE
                self._later[MeetingId(due.meeting)] = self._ledger.world.now() + pause
                self._log().warning("event.not-drawn", reason=reason_of(error))
                return
        self._later.pop(MeetingId(due.meeting), None)
        async with self._ledger.database.begin() as connection:
            await Store(Session(connection, self._ledger.world.now())).mirrors.done(due)

    async def _as_it_stands(self, due: MirrorDue) -> None:
        asker = Asker(community=CommunityId(due.community))
        services = BusServiceClient(
            self._ledger.bus,
            self._ledger.world,
            self._passports,
            asker,
            f"event/{due.meeting}",
            due.correlation,
        )
        meeting = (await services.ask(ShowMeeting(meeting=MeetingId(due.meeting)))).meeting
        there = await services.ask(FindPlaces())
        ours = [place for place in there.places if place.platform is Platform.DISCORD]
        for place in ours if meeting.status is MeetingStatus.LIVE else ():
            await self.on_live(place, meeting)
        for house in sorted({place.house for place in ours if place.house}):
            try:
                await self._in_house(house, meeting, there.community)
            except Refused as refused:
                self._log().warning("event.refused", house=house, code=refused.code)

    async def _in_house(self, house: str, meeting: MeetingFacts, community: CommunityCard) -> None:
        async with self._ledger.reading.connect() as connection:
            mirrors = Store(Session(connection, self._ledger.world.now())).mirrors
            event = await mirrors.event_of(meeting.id, house)
        event = event or await self._made_before(house, meeting)
        if event and not await self._follow(house, event, meeting, community):
            # Discord never reopens a cancelled event, so a restored meeting gets a new one.
            event = ""
        if not event and self._is_to_come(meeting):
            body = self._drawn(meeting, community)
            event = str(
                (await self._api.call("POST", EVENTS, body, where={"guild_id": house}))["id"]
            )
        if event:
            async with self._ledger.database.begin() as connection:
                mirrors = Store(Session(connection, self._ledger.world.now())).mirrors
                await mirrors.keep(meeting.id, house, event, meeting.version)

    async def _made_before(self, house: str, meeting: MeetingFacts) -> str:
        """The event that an earlier try made, found by the code in its description; else empty."""
        me = str(self._api.me)
        for event in await self._api.call("GET", EVENTS, where={"guild_id": house}):
            if str(event.get("creator_id")) == me and _mark(meeting) in (
                event.get("description") or ""
            ):
                return str(event["id"])
        return ""

    async def _follow(
        self, house: str, event: str, meeting: MeetingFacts, community: CommunityCard
    ) -> bool:
        """Bring an event up to date. False if it was cancelled, and the meeting needs a new one."""
        where = {"guild_id": house, "event_id": event}
        status = int((await self._api.call("GET", EVENT, where=where))["status"])
        if status == CANCELED:
            return not self._is_to_come(meeting)
        if status != COMPLETED:
            for body in self._steps(status, meeting, community):
                await self._api.call("PATCH", EVENT, body, where=where)
        return True

    def _steps(
        self, status: int, meeting: MeetingFacts, community: CommunityCard
    ) -> list[dict[str, Any]]:
        """The changes to send, in order. An event that is running can only be completed."""
        if status == ACTIVE:
            over = meeting.status not in (MeetingStatus.SCHEDULED, MeetingStatus.LIVE)
            return [{"status": COMPLETED}] if over else []
        if meeting.status is MeetingStatus.LIVE:
            return [{"status": ACTIVE}]
        if meeting.status is MeetingStatus.CANCELLED:
            return [{"status": CANCELED}]
        if meeting.status is MeetingStatus.CLOSED:
            return [{"status": ACTIVE}, {"status": COMPLETED}]
        return [dict(self._drawn(meeting, community))] if self._is_to_come(meeting) else []

    def _is_to_come(self, meeting: MeetingFacts) -> bool:
        is_planned = meeting.status is MeetingStatus.SCHEDULED
        return is_planned and meeting.starts_at > self._ledger.world.now()

    def _drawn(self, meeting: MeetingFacts, community: CommunityCard) -> Mapping[str, Any]:
        place = f"{self._portal_url}/c/{community.key}" if self._portal_url else community.name
        ends = meeting.starts_at + timedelta(minutes=meeting.minutes)
        words = f"{_mark(meeting)} Say whether you come on its card, or with /meeting yes."
        return {
            "name": shortened(escaped(plain(meeting.title)) or meeting.code, LONGEST),
            "description": f"{words}\n{plain(community.name)}",
            "scheduled_start_time": meeting.starts_at.isoformat(),
            "scheduled_end_time": ends.isoformat(),
            "entity_type": ELSEWHERE,
            "entity_metadata": {"location": shortened(place, LONGEST)},
            "privacy_level": MEMBERS_ONLY,
        }

    def _log(self) -> Any:
        return logs.get(process="discord_bot")


class MirroringReactions(Reactions):
    """A bot's reactions, which redraw native events as well as cards."""

    native: NativeEvents

    async def redraw(self, event: MeetingEvent, work: Work) -> bool:
        """Redraw the meeting's card, and its native events if they show what changed."""
        here = await super().redraw(event, work)
        if here and isinstance(event, MIRRORED):
            mirrors = Store(work).mirrors
            await mirrors.want(event.meeting.id, event.version)
            self.native.wake.ring()
        return here

    async def settle(self, event: CommunityFounded | PlacesChanged, work: Work) -> bool:
        """Note where a community lives. If it has come to Discord, draw its native events."""
        came = await super().settle(event, work)
        community, store = CommunityId(event.aggregate), Store(work)
        if await store.communities.lives_elsewhere(community):
            await store.mirrors.want_none(community)
        elif came:
            await store.mirrors.want_all(community)
            self.native.wake.ring()
        return came

    async def readdress(self, event: AddressRenewed, work: Work) -> bool:
        """Native events show the address as well."""
        here = await super().readdress(event, work)
        if here:
            await Store(work).mirrors.want_all(CommunityId(event.aggregate))
            self.native.wake.ring()
        return here


def _mark(meeting: MeetingFacts) -> str:
    return f"Meeting {meeting.code}."
