"""Takes what was said in encrypted rooms out of its envelopes."""

from collections.abc import Sequence
from typing import Any

from indaba.conversation.delivery.platform import Wait
from indaba.matrix_bot.client import SYNC_SECONDS, Homeserver, Refused
from indaba.matrix_bot.crypto import ENCRYPTED
from indaba.matrix_bot.events import is_id
from indaba.matrix_bot.exchange import Exchange
from indaba.matrix_bot.greetings import Greetings
from indaba.matrix_bot.rooms import RoomFacts
from indaba.matrix_bot.unread import Envelope, Unread

URGENT_SECONDS = 1.0
Events = Sequence[Any]


class Reading:
    """The bot's spectacles. Without keys it gives everything as it is and says nothing."""

    def __init__(
        self, homeserver: Homeserver, exchange: Exchange, unread: Unread, greetings: Greetings
    ) -> None:
        self._homeserver = homeserver
        self._exchange = exchange
        self._keyring = exchange.keyring
        self._unread = unread
        self._greetings = greetings
        self._late: list[str] = []

    @property
    def patience(self) -> float:
        """How many seconds a sync may wait: few where a room is to be told something soon."""
        return URGENT_SECONDS if self._keyring.wanted and self._unread.is_urgent else SYNC_SECONDS

    async def begin(self) -> None:
        """Take the keys up. Raises `Wait` if they cannot be used."""
        await self._exchange.begin()
        await self._unread.load()

    def end(self) -> None:
        """Put the keys away."""
        self._keyring.close()

    def take(self, news: dict[str, Any], since: str) -> None:
        """Take in the keys that a sync brought."""
        if self._keyring.wanted:
            self._keyring.take(news, since)
            self._exchange.wake.ring()

    async def opened(self, room: str, events: Events, facts: RoomFacts) -> list[Any]:
        """The events of a room, those that can be read as they were written."""
        sealed = [event for event in events if self._is_sealed(event, facts)]
        if not sealed or not self._keyring.wanted:
            return [*events]
        await self._meet(room, sealed)
        read = {event["event_id"]: self._keyring.read(room, event) for event in sealed}
        for event in sealed:
            if read[event["event_id"]] is None:
                self._unread.note(room, event)
            else:
                self._unread.was_read(room)
        names = [event.get("event_id") if isinstance(event, dict) else None for event in events]
        return [read.get(name) or one for name, one in zip(names, events, strict=True)]

    async def late(self) -> list[tuple[str, dict[str, Any]]]:
        """Messages from before whose key has come since, with their rooms."""
        found = []
        self._late = []
        for one in self._unread.waiting if self._keyring.wanted else ():
            if self._keyring.knows(one.room, one.session) and (event := await self._again(one)):
                found.append((one.room, event))
                self._late.append(one.event)
                self._unread.was_read(one.room)
        return found

    async def keep(self) -> None:
        """Keep in mind what could not be read. To be done before the position is kept."""
        await self._unread.keep()

    async def settle(self) -> None:
        """What was late is kept now; tell the rooms that have to know."""
        for event in self._late:
            self._unread.drop(event)
        for one in self._unread.to_tell():
            await self._greetings.unreadable(one.room, one.event)
            self._unread.told(one.room)
        await self._unread.keep()

    async def _again(self, one: Envelope) -> dict[str, Any] | None:
        try:
            event = await self._homeserver.event(one.room, one.event)
        except Refused:
            self._unread.drop(one.event)
            return None
        except Wait:
            return None
        if not _is_envelope(event) or event["event_id"] != one.event:
            self._unread.drop(one.event)
            return None
        if not self._unread.try_again(one.event):
            return None
        await self._meet(one.room, [event])
        return self._keyring.read(one.room, event)

    async def _meet(self, room: str, events: Events) -> None:
        """Ask whose the keys of messages are. Where nobody answers, the messages are late."""
        if strangers := self._keyring.strangers(room, events):
            try:
                await self._exchange.know(strangers)
            except Wait:
                self._exchange.wake.ring()

    def _is_sealed(self, event: object, facts: RoomFacts) -> bool:
        """Whether it is somebody's message in an envelope; what was taken back has none."""
        if not _is_envelope(event) or not isinstance(event, dict):
            return False
        sender = event["sender"]
        return sender != self._homeserver.user_id and not facts.is_ghost(sender)


def _is_envelope(event: object) -> bool:
    if not isinstance(event, dict) or event.get("type") != ENCRYPTED or "state_key" in event:
        return False
    content = event.get("content")
    if not is_id(event.get("event_id")) or not is_id(event.get("sender")):
        return False
    return isinstance(content, dict) and "ciphertext" in content
