"""Discord's gateway: hello, identify, heartbeat, resume, and all the ways in which it goes."""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from aiohttp import WSMsgType, web

from wire.world import Json, World

DISPATCH, HEARTBEAT, IDENTIFY, RESUME = 0, 1, 2, 6
RECONNECT, INVALID, HELLO, ACKNOWLEDGED = 7, 9, 10, 11
REPLAYED = 2000


@dataclass
class Session:
    """What a bot was told since it identified, to be told again where it missed some."""

    id: str
    told: list[Json] = field(default_factory=list)
    sequence: int = 0
    socket: web.WebSocketResponse | None = None
    resumable: bool = True

    def note(self, event: str, data: Json) -> Json:
        """Number an event."""
        self.sequence += 1
        sent = {"op": DISPATCH, "t": event, "s": self.sequence, "d": data}
        self.told.append(sent)
        del self.told[:-REPLAYED]
        return sent


class Gateway:
    """One bot's way to hear. `address` is told to it as the place to resume at."""

    def __init__(self, world: World, heartbeat: float = 1.0) -> None:
        self._world = world
        self._heartbeat = heartbeat
        self._sessions: dict[str, Session] = {}
        self._newest: Session | None = None
        self._dead: set[web.WebSocketResponse] = set()
        self.away: set[str] = set()
        """Servers that nothing is told of."""

        self.address = ""
        self.happened: Counter[str] = Counter()
        """Identified, resumed, told invalid, and how connections ended."""

    @property
    def connected(self) -> bool:
        """Whether a bot would be told what happens now."""
        newest = self._newest
        return newest is not None and newest.socket is not None and not newest.socket.closed

    async def tell(self, event: str, data: Json) -> None:
        """Something happened: the bot is told, or will be when it resumes."""
        newest = self._newest
        if newest is None:
            return
        sent = newest.note(event, data)
        if newest.socket is not None and newest.socket not in self._dead:
            await self._send(newest.socket, sent)

    async def goes_away(self, guild: str) -> None:
        """A server is not to be reached for a while."""
        self.away.add(guild)
        await self.tell("GUILD_DELETE", {"id": guild, "unavailable": True})

    async def comes_back(self, guild: str) -> None:
        """A server is there again."""
        self.away.discard(guild)
        await self.tell("GUILD_CREATE", self._world.whole_guild(guild))

    async def drop(self) -> None:
        """The connection breaks."""
        await self._close(code=4000)

    async def ask_to_reconnect(self) -> None:
        """Discord wants the bot to come again."""
        self.happened["asked to reconnect"] += 1
        if self._newest and self._newest.socket:
            await self._send(self._newest.socket, {"op": RECONNECT, "d": None})

    async def invalidate(self, *, resumable: bool) -> None:
        """The session is not good any more, or only after it was resumed."""
        newest = self._newest
        if newest is None or newest.socket is None:
            return
        newest.resumable = resumable
        self.happened["told invalid"] += 1
        await self._send(newest.socket, {"op": INVALID, "d": resumable})
        if not resumable:
            newest.socket = self._newest = None

    async def play_dead(self) -> None:
        """The connection stays open and nothing comes any more, no acknowledgement either."""
        self.happened["played dead"] += 1
        if self._newest and self._newest.socket:
            self._dead.add(self._newest.socket)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One connection."""
        socket = web.WebSocketResponse(autoclose=True, max_msg_size=0)
        await socket.prepare(request)
        await self._send(
            socket, {"op": HELLO, "d": {"heartbeat_interval": int(self._heartbeat * 1000)}}
        )
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                break
            await self._heard(socket, json.loads(frame.data))
        self.happened["connection ended"] += 1
        self._dead.discard(socket)
        for session in self._sessions.values():
            if session.socket is socket:
                session.socket = None
        return socket

    async def _heard(self, socket: web.WebSocketResponse, frame: Json) -> None:
        if socket in self._dead:
            return
        match frame["op"]:
            case 1:
                await self._send(socket, {"op": ACKNOWLEDGED})
            case 2:
                await self._identify(socket)
            case 6:
                await self._resume(socket, frame["d"])

    async def _identify(self, socket: web.WebSocketResponse) -> None:
        self.happened["identified"] += 1
        session = Session(uuid4().hex, socket=socket)
        self._sessions = {session.id: session}
        ready = {
            "v": 10,
            "user": self._world.bot,
            "guilds": [{"id": guild, "unavailable": True} for guild in self._world.guilds],
            "session_id": session.id,
            "resume_gateway_url": self.address,
            "application": {"id": self._world.me, "flags": 0},
        }
        await self._send(socket, session.note("READY", ready))
        self._newest = session
        for guild in [one for one in self._world.guilds if one not in self.away]:
            await self._send(socket, session.note("GUILD_CREATE", self._world.whole_guild(guild)))

    async def _resume(self, socket: web.WebSocketResponse, asked: Json) -> None:
        session = self._sessions.get(asked["session_id"])
        if session is None or not session.resumable:
            self.happened["told invalid"] += 1
            await self._send(socket, {"op": INVALID, "d": False})
            return
        self.happened["resumed"] += 1
        heard = asked["seq"]
        # What happens while these are sent was missed as well.
        while missed := [sent for sent in session.told if sent["s"] > heard]:
            for sent in missed:
                await self._send(socket, sent)
                self.happened["told again"] += 1
            heard = missed[-1]["s"]
        session.socket, self._newest = socket, session
        await self._send(socket, session.note("RESUMED", {"_trace": []}))

    async def _close(self, code: int) -> None:
        if self._newest and self._newest.socket:
            self.happened["dropped"] += 1
            socket, self._newest.socket = self._newest.socket, None
            await socket.close(code=code)

    async def _send(self, socket: web.WebSocketResponse, frame: dict[str, Any]) -> None:
        try:
            await asyncio.wait_for(socket.send_str(json.dumps(frame)), timeout=5)
        except (ConnectionError, TimeoutError, RuntimeError):
            # It is told when it resumes.
            self.happened["not sent"] += 1
