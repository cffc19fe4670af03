"""Reads the rooms from a kept position on: what was said while we were away is heard as well."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.exc import DBAPIError

from indaba.conversation.delivery.chat_events import ChatEvent, ReactionRemoved, RoomReplaced
from indaba.conversation.delivery.inbox_worker import InboxWorker
from indaba.conversation.delivery.platform import Wait
from indaba.ledger.failures import is_passing
from indaba.matrix_bot.bridged_rooms import BridgedRooms
from indaba.matrix_bot.client import REFUSED_PAUSE, Homeserver, HomeserverFailed, Refused, patiently
from indaba.matrix_bot.events import LONGEST_ID, Scene, came_in, chat_event_of, is_id
from indaba.matrix_bot.greetings import Greetings
from indaba.matrix_bot.invitations import Invitations
from indaba.matrix_bot.reading import Reading
from indaba.matrix_bot.rooms import RoomFacts, Rooms
from indaba.process import logs
from indaba.process.world import World

POSITION = "sync"
MOST_PAGES = 100
"""Of 500 events each, read back in one room at most."""

MOST_TRIES = 5
Events = list[Any]


class Hearing:
    """The bot's ears. Killed anywhere, it goes on from the last position kept."""

    def __init__(  # noqa: PLR0913 - the composition root calls this
        self,
        homeserver: Homeserver,
        rooms: Rooms,
        invitations: Invitations,
        inbox: InboxWorker,
        greetings: Greetings,
        reading: Reading,
        *,
        twins: BridgedRooms,
        world: World,
        prefix: str,
    ) -> None:
        self._homeserver = homeserver
        self._rooms = rooms
        self._invitations = invitations
        self._inbox = inbox
        self._greetings = greetings
        self._reading = reading
        self._twins = twins
        self._world = world
        self._prefix = prefix
        self._failed: Counter[str] = Counter()

    async def run(self) -> None:
        """Hear for ever."""
        try:
            await self._hear()
        finally:
            self._reading.end()

    async def _hear(self) -> None:
        begun = False
        since = await self._inbox.position(POSITION)
        while True:
            try:
                # What waited is read at once: a homeserver may still hold the answer to the last
                # request of our life before, from before things were taken back.
                if not begun:
                    await self._begin(since)
                    since = await self._round(since, 0.0)
                    begun = True
                since = await self._round(since, self._reading.patience)
            except Wait as wait:
                await patiently(wait)

    async def _begin(self, since: str) -> None:
        await self._homeserver.introduce()
        await self._reading.begin()
        if since:
            self._invitations.take(await self._homeserver.open_invites())

    async def _round(self, since: str, patience: float) -> str:
        """Hear what came after `since`; gives the next position, which is kept by then."""
        try:
            news = await self._homeserver.sync(since, patience)
        except Refused as refused:
            if not since:
                raise Wait(REFUSED_PAUSE) from refused
            self._log().error("position.lost", why=str(refused))
            return ""
        following = _text(news, "next_batch")
        if not following:
            raise Wait(REFUSED_PAUSE)
        self._reading.take(news, since)
        rooms = _part(news, "rooms")
        chat_events: list[ChatEvent] = []
        for room, happened in _part(rooms, "join").items():
            if is_id(room) and isinstance(happened, dict):
                chat_events += await self._room(room, happened, since)
        chat_events += await self._late()
        await self._reading.keep()
        await self._keep(chat_events, following)
        await self._reading.settle()
        self._look_at_doors(rooms)
        return following

    async def _room(self, room: str, happened: dict[str, Any], since: str) -> list[ChatEvent]:
        """What was said in one room, first said first."""
        self._invitations.no_more(room)
        timeline, state = _part(happened, "timeline"), _events(_part(happened, "state"))
        limited = timeline.get("limited") is True
        events = _events(timeline)
        self._rooms.note(room, [*state, *events], gap=limited)
        if limited and since and not self._begun(events):
            events = await self._gap(room, _text(timeline, "prev_batch"), since) + events
        entered = self._begun(events)
        if not since and not entered:
            return []
        if not events and not state:
            return []
        facts = await self._rooms.of(room)
        if entered:
            if not await self._invitations.belongs(room, facts):
                return []
            await self._greetings.hello(room, facts)
        elif since and any(_encrypts(event) for event in [*state, *events]):
            await self._greetings.encrypted(room)
        events = await self._reading.opened(room, events[entered:], facts)
        chat_events = self._chat_events(events, self._scene(room, facts))
        chat_events += self._replacing(room, facts, chat_events, entered=bool(entered))
        return [await self._twins.meant(one, facts) for one in chat_events]

    def _replacing(
        self, room: str, facts: RoomFacts, events: Sequence[ChatEvent], *, entered: bool
    ) -> list[ChatEvent]:
        """Ask to follow a room that was replaced; what it says of that, once we have come there."""
        for one in events:
            if isinstance(one, RoomReplaced):
                self._invitations.move(one, facts)
        if not entered or not facts.predecessor:
            return []
        came = RoomReplaced(
            id=f"took-over/{room}"[:LONGEST_ID],
            room=facts.predecessor,
            account=self._homeserver.user_id,
            sent_at=self._world.now(),
            successor=room,
        )
        return [came]

    async def _late(self) -> list[ChatEvent]:
        """What was said before, and can only now be read."""
        chat_events: list[ChatEvent] = []
        for room, event in await self._reading.late():
            facts = await self._rooms.of(room)
            late = self._chat_events([event], self._scene(room, facts))
            chat_events += [await self._twins.meant(one, facts) for one in late]
        return chat_events

    def _scene(self, room: str, facts: RoomFacts) -> Scene:
        return Scene(room, self._homeserver.user_id, self._prefix, facts, self._world.now())

    def _begun(self, events: Events) -> int:
        """How many events lie up to our own coming in; 0 where we were in before."""
        me = self._homeserver.user_id
        return max((n for n, event in enumerate(events, start=1) if came_in(event, me)), default=0)

    async def _gap(self, room: str, start: str, since: str) -> Events:
        """What lies between the position and the timeline, oldest first; not before we came in."""
        pages: Events = []
        for _ in range(MOST_PAGES):
            if not start:
                break
            try:
                page = await self._homeserver.messages(room, start, since)
            except Refused:
                break  # we are out of the room again
            except HomeserverFailed:
                if self._give_up(room):
                    break
                raise
            pages += _events(page, "chunk")
            following = _text(page, "end")
            start = "" if following == start else following
            if self._begun(pages):
                break
        else:
            self._log().error("gap.too-long", room=room)
        self._failed.pop(room, None)
        return pages[::-1]

    def _give_up(self, room: str) -> bool:
        """Whether reading back in a room failed so often that the others need not wait longer."""
        self._failed[room] += 1
        if self._failed[room] < MOST_TRIES:
            return False
        self._log().error("gap.not-read", room=room)
        return True

    def _chat_events(self, events: Iterable[object], scene: Scene) -> list[ChatEvent]:
        chat_events: list[ChatEvent] = []
        for event in events:
            try:
                one = chat_event_of(event, scene)
            except Exception as error:  # noqa: BLE001 - one event must not keep others from being heard
                self._log().error("event.set-aside", error=type(error).__name__)
                continue
            if one is not None:
                chat_events.append(one)
        return chat_events

    async def _keep(self, chat_events: Sequence[ChatEvent], position: str) -> None:
        """Keep what was said, without what was taken back again, and the position with it."""
        taken_back = {one.event for one in chat_events if isinstance(one, ReactionRemoved)}
        for event in taken_back:
            await self._inbox.unsay(event)
        kept = [one for one in chat_events if one.id not in taken_back]
        try:
            await self._inbox.hear(kept, (POSITION, position))
        except DBAPIError as error:
            if is_passing(error):
                raise
            await self._keep_one_by_one(kept, position)

    async def _keep_one_by_one(self, chat_events: Sequence[ChatEvent], position: str) -> None:
        """Something in it the database will not take: keep all the rest."""
        for one in chat_events:
            try:
                await self._inbox.hear([one])
            except DBAPIError as error:
                if is_passing(error):
                    raise
                self._log().error("event.set-aside", error=type(error).__name__)
        await self._inbox.hear([], (POSITION, position))

    def _look_at_doors(self, rooms: dict[str, Any]) -> None:
        self._invitations.take(rooms.get("invite"))
        for room in _part(rooms, "leave"):
            self._invitations.no_more(room)
            self._rooms.forget(room)

    def _log(self) -> Any:
        return logs.get(process="matrix_bot")


def _encrypts(event: object) -> bool:
    return isinstance(event, dict) and event.get("type") == "m.room.encryption"


def _events(part: object, name: str = "events") -> Events:
    found = part.get(name) if isinstance(part, dict) else None
    return found if isinstance(found, list) else []


def _part(news: object, name: str) -> dict[str, Any]:
    found = news.get(name) if isinstance(news, dict) else None
    return found if isinstance(found, dict) else {}


def _text(news: object, name: str) -> str:
    found = news.get(name) if isinstance(news, dict) else None
    return found if isinstance(found, str) else ""
