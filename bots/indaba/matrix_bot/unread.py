"""Messages we could not read: kept in mind until their key comes, and said once in their room."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from indaba.conversation.delivery.inbox_worker import InboxWorker
from indaba.process.metrics import UNREADABLE
from indaba.process.world import World

UNREAD = "unread"
GRACE = timedelta(seconds=5)
"""Keys may come a little after the message."""

KEPT = timedelta(hours=24)
SILENCE = timedelta(hours=24)
MOST_WAITING = 500
MOST_IN_ROOM = 50
MOST_ROOMS = 2000
MOST_TRIES = 3


@dataclass(slots=True)
class Envelope:
    """A message that waits for its key `session`."""

    room: str
    event: str
    session: str
    since: datetime


@dataclass(slots=True)
class Told:
    """A room that was told, and whether something was read there since."""

    at: datetime
    read: bool = False


class Unread:
    """What could not be read, and who knows of it. Lives in the bot's database, among positions."""

    def __init__(self, inbox: InboxWorker, world: World) -> None:
        self._inbox = inbox
        self._world = world
        self._waiting: dict[str, Envelope] = {}
        self._told: dict[str, Told] = {}
        self._tries: dict[str, int] = {}
        self._kept = ""

    async def load(self) -> None:
        """Take up what is kept."""
        self._kept = await self._inbox.position(UNREAD)
        found = json.loads(self._kept) if self._kept else {}
        self._waiting = {
            event: Envelope(room, event, session, datetime.fromisoformat(since))
            for room, event, session, since in found.get("waiting", [])
        }
        self._told = {
            room: Told(datetime.fromisoformat(at), read) for room, at, read in found.get("told", [])
        }

    async def keep(self) -> None:
        """Keep what changed."""
        now = self._world.now()
        self._waiting = {e: one for e, one in self._waiting.items() if now - one.since < KEPT}
        self._told = dict(list(self._told.items())[-MOST_ROOMS:])
        text = json.dumps(
            {
                "waiting": [
                    [one.room, one.event, one.session, one.since.isoformat()]
                    for one in self._waiting.values()
                ],
                "told": [[room, t.at.isoformat(), t.read] for room, t in self._told.items()],
            }
        )
        if text != self._kept:
            await self._inbox.hear([], (UNREAD, text))
            self._kept = text

    @property
    def waiting(self) -> list[Envelope]:
        """Messages whose key may still come, first said first."""
        return list(self._waiting.values())

    @property
    def is_urgent(self) -> bool:
        """Whether a room is to be told soon."""
        return any(self._may_be_told(one) for one in self._waiting.values())

    def note(self, room: str, event: dict[str, Any]) -> None:
        """A message could not be read. Of a flood only the first are kept in mind."""
        name, session = event["event_id"], event["content"].get("session_id")
        in_room = sum(one.room == room for one in self._waiting.values())
        if name in self._waiting or in_room >= MOST_IN_ROOM or len(self._waiting) >= MOST_WAITING:
            return
        UNREADABLE.labels("matrix_bot").inc()
        named = session if isinstance(session, str) else ""
        self._waiting[name] = Envelope(room, name, named[:255], self._world.now())

    def was_read(self, room: str) -> None:
        """A message was read: all is well in the room."""
        if room in self._told:
            self._told[room].read = True

    def drop(self, event: str) -> None:
        """A message needs to be kept in mind no more."""
        self._waiting.pop(event, None)
        self._tries.pop(event, None)

    def try_again(self, event: str) -> bool:
        """Whether to look at a message whose key is here once more: three times in a life."""
        self._tries[event] = self._tries.get(event, 0) + 1
        return self._tries[event] <= MOST_TRIES

    def to_tell(self) -> list[Envelope]:
        """The first unread message of each room that is to be told now."""
        now, firsts = self._world.now(), dict[str, Envelope]()
        for one in self._waiting.values():
            if now - one.since >= GRACE and self._may_be_told(one):
                firsts.setdefault(one.room, one)
        return list(firsts.values())

    def told(self, room: str) -> None:
        """A room knows now."""
        self._told.pop(room, None)
        self._told[room] = Told(self._world.now())

    def _may_be_told(self, one: Envelope) -> bool:
        told = self._told.get(one.room)
        return told is None or (told.read and one.since - told.at > SILENCE)
