"""Whether members are still where their communities are, and where rooms went."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from indaba.contracts.ids import CommunityId
from indaba.contracts.membership import Place
from indaba.contracts.passport import Passport
from indaba.contracts.removal import (
    Departure,
    Home,
    MovePlace,
    NoteDeparture,
    NoteSign,
    ShowHomes,
)
from indaba.conversation.delivery.platform import ChatPlatform
from indaba.conversation.delivery.service_client import Asker, BusServiceClient, Passports
from indaba.conversation.store import QueuedEvent
from indaba.ledger import Ledger

LOOKED_FOR_EVERY = timedelta(minutes=10)
"""As long as a passport lasts."""

MOST_KNOWN = 5000


class Whereabouts:
    """Follows what a platform says of people and rooms, in the name of the bot itself."""

    def __init__(self, platform: ChatPlatform, ledger: Ledger, passports: Passports) -> None:
        self._platform = platform
        self._ledger = ledger
        self._passports = passports
        self._seen: dict[str, datetime] = {}
        self._signs: dict[tuple[str, CommunityId], date] = {}

    async def follow(self, queued: QueuedEvent, how: Departure, by: str) -> None:
        """Somebody went. Raises `Wait` and what asking raises.

        Who runs one of a community's servers or rooms decides who is there, and not in the others:
        a ban counts where the person is in none of them, and may be of somebody who never came.
        """
        event, services = queued.event, self._services(queued)
        there = self._place(queued)
        if how is Departure.UNBANNED:
            await services.ask(self._note(event.account, how, by, place=there))
            return
        banned = there if how is Departure.BANNED else None
        for home in await self._homes(services, event.account):
            beside = [place for place in home.places if not _same(there, place)]
            lives = len(beside) < len(home.places)
            left = beside if banned else home.places
            if lives and not await self._is_in_any(left, event.account):
                await services.ask(self._note(event.account, how, by, home=home, place=banned))

    async def look_for(self, queued: QueuedEvent) -> None:
        """Look whether who writes in a direct chat is still in any room of each community.

        Only where the platform does not tell, and once in ten minutes. Raises `Wait` and what
        asking raises.
        """
        event, now = queued.event, self._ledger.world.now()
        if self._platform.hears_departures or not event.direct:
            return
        if self._seen.get(event.account, now) > now:
            return
        services = self._services(queued)
        for home in await self._homes(services, event.account):
            if not await self._is_in_any(home.places, event.account):
                await services.ask(self._note(event.account, Departure.GONE, "", home=home))
                self._passports.drop_all()
        if len(self._seen) >= MOST_KNOWN:
            self._seen.clear()
        self._seen[event.account] = now + LOOKED_FOR_EVERY

    async def note_sign(self, account: str, passport: Passport, services: BusServiceClient) -> None:
        """Let membership know that somebody takes part, once a day each as far as we remember.

        Raises what asking raises.
        """
        if passport.community is None:
            return
        today, who = self._ledger.world.now().date(), (account, passport.community)
        if self._signs.get(who) == today:
            return
        await services.ask(NoteSign())
        if len(self._signs) >= MOST_KNOWN:
            self._signs.clear()
        self._signs[who] = today

    async def move(self, queued: QueuedEvent, successor: str) -> None:
        """A room was replaced: the community lives on in the new one, if both rooms say so."""
        old = self._place(queued)
        if not successor or await self._platform.successor_of(old.room) != successor:
            return
        new = old.model_copy(update={"room": successor})
        await self._services(queued).ask(MovePlace(old=old, new=new))

    def _note(
        self,
        account: str,
        how: Departure,
        by: str,
        *,
        home: Home | None = None,
        place: Place | None = None,
    ) -> NoteDeparture:
        return NoteDeparture(
            platform=self._platform.platform,
            account=account,
            community=home.community if home else None,
            place=place,
            how=how,
            by=by,
        )

    def _place(self, queued: QueuedEvent) -> Place:
        event = queued.event
        return Place(platform=self._platform.platform, room=event.room, house=event.house)

    async def _homes(self, services: BusServiceClient, account: str) -> Iterable[Home]:
        shown = await services.ask(ShowHomes(platform=self._platform.platform, account=account))
        return shown.homes.get(account, ())

    async def _is_in_any(self, places: Iterable[Place], account: str) -> bool:
        for place in places:
            if await self._platform.is_in(place, account):
                return True
        return False

    def _services(self, queued: QueuedEvent) -> BusServiceClient:
        return BusServiceClient(
            self._ledger.bus,
            self._ledger.world,
            self._passports,
            Asker(),
            f"{queued.event.id}/whereabouts",
            queued.correlation,
        )


def _same(there: Place, place: Place) -> bool:
    """Whether a room is meant, or the house that holds it."""
    return there.room == place.room or bool(there.house and there.house == place.house)
