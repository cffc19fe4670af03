"""Which meeting is on in a room, asked of scheduling where the news of it is still on its way."""

from collections.abc import Sequence
from uuid import UUID

from indaba.contracts.membership import FindPlaces, Place
from indaba.contracts.refusal import Expired, Refusal, Unavailable
from indaba.contracts.scheduling import ListMeetings, MeetingStatus
from indaba.conversation.delivery.platform import ChatPlatform
from indaba.conversation.dispatch.people import People
from indaba.conversation.store import QueuedEvent

LOOKED_THROUGH = 10
"""Meetings that begin soonest; one that is on has begun, so it is among them."""


class LiveMeetings:
    """Asks what a bot has not queued yet: people read that a meeting begins before its event comes.

    Nothing is kept of what made us ask.
    """

    def __init__(self, platform: ChatPlatform, people: People) -> None:
        self._platform = platform
        self._people = people

    async def here(self, queued: QueuedEvent) -> tuple[UUID, str] | None:
        """The meeting in progress in the room of an event, and its code.

        Raises `Unavailable`, or `Wait`, if nobody can say.
        """
        services = self._people.services(queued)
        if not await self.is_home(queued):
            return None
        try:
            listed = await services.ask(ListMeetings(limit=LOOKED_THROUGH))
        except Expired as late:
            raise Unavailable(late.words) from None
        except Refusal:
            return None  # no community lives here
        on = [meeting for meeting in listed.meetings if meeting.status is MeetingStatus.LIVE]
        return (on[-1].id, on[-1].code) if on else None

    async def is_home(self, queued: QueuedEvent) -> bool:
        """Whether a community lives in the room of an event, and it is ours to speak there.

        Raises `Unavailable`, or `Wait`, if nobody can say.
        """
        try:
            there = await self._people.services(queued).ask(FindPlaces())
        except Expired as late:
            raise Unavailable(late.words) from None
        except Refusal:
            return False
        return queued.event.room in await rooms_in(there.places, self._platform)


async def rooms_in(places: Sequence[Place], platform: ChatPlatform) -> list[str]:
    """The rooms of these on a platform where we speak: of twins, one does. Raises `Wait`."""
    rooms = [place.room for place in places if place.platform is platform.platform]
    return [room for room in rooms if not await _speaks_elsewhere(room, places, platform)]


async def _speaks_elsewhere(room: str, places: Sequence[Place], platform: ChatPlatform) -> bool:
    """Whether a bridge makes a room one with another of these."""
    twin = await platform.bridged_room(room)
    return any(twin and (p.platform, p.room) == (twin.platform, twin.room) for p in places)
