"""Discord's gateway: hello, identify, heartbeat, resume, and all the ways in which it goes."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from aiohttp import WSMsgType, web

from wire.world import Json, World

DISPATCH, HEARTBEAT, IDENTIFY, RESUME = 0, 1, 2, 6
RECONNECT, INVALID, HELLO, ACKNOWLEDGED = 7, 9, 10, 11
NO_SUCH_SHARD, TOO_FEW_SHARDS = 4010, 4011
REPLAYED = 2000
A_DAY_IN_MS = 86_400_000
ALONE = (0, 1)
"""The shard of a bot that has no others."""

Place = tuple[int, int]
"""A shard, and how many there are."""


@dataclass
class Session:
    """What a bot was told since it identified, to be told again where it missed some."""

    id: str
    shard: Place = ALONE
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

    def is_told_of(self, guild: str) -> bool:
        """Whether a server belongs to its shard; what belongs to none is told to the first."""
        number, count = self.shard
        return (int(guild or 0) >> 22) % count == number if guild else number == 0

    @property
    def is_open(self) -> bool:
        """Whether somebody listens."""
        return self.socket is not None and not self.socket.closed


@dataclass
class Limits:
    """What Discord wants of those who connect. `apart` is seconds between two in a group."""

    shards: int = 1
    max_concurrency: int = 1
    starts_left: int = 1000
    apart: float = 5.0
    most_guilds: int = 2500


class Gateway:
    """One bot's way to hear. `address` is told to it as the place to resume at."""

    def __init__(self, world: World, heartbeat: float = 1.0) -> None:
        self._world = world
        self._heartbeat = heartbeat
        self._sessions: dict[str, Session] = {}
        self._newest: dict[Place, Session] = {}
        self._identified_at: dict[int, float] = {}
        self._dead: set[web.WebSocketResponse] = set()
        self.limits = Limits()
        self.away: set[str] = set()
        """Servers that nothing is told of."""

        self.address = ""
        self.happened: Counter[str] = Counter()
        """Identified, resumed, told invalid, and how connections ended."""

    @property
    def connected(self) -> bool:
        """Whether a bot would be told what happens now, on whichever server."""
        heard = {place for place, session in self._newest.items() if session.is_open}
        return any(all((n, count) in heard for n in range(count)) for _, count in heard)

    def told_now(self) -> dict[Place, web.WebSocketResponse]:
        """The connection per shard on which a bot listens now."""
        found = self._newest.items()
        return {place: s.socket for place, s in found if s.is_open and s.socket is not None}

    def information(self) -> Json:
        """What a bot reads before it connects."""
        return {
            "url": self.address,
            "shards": self.limits.shards,
            "session_start_limit": {
                "total": 1000,
                "remaining": max(0, self.limits.starts_left),
                "reset_after": A_DAY_IN_MS,
                "max_concurrency": self.limits.max_concurrency,
            },
        }

    async def tell(self, event: str, data: Json) -> None:
        """Something happened: the bot is told, or will be when it resumes."""
        guild = str(data.get("guild_id") or (data["id"] if event.startswith("GUILD_") else ""))
        for session in [each for each in self._newest.values() if each.is_told_of(guild)]:
            sent = session.note(event, data)
            if session.socket is not None and session.socket not in self._dead:
                await self._send(session.socket, sent)

    async def goes_away(self, guild: str) -> None:
        """A server is not to be reached for a while."""
        self.away.add(guild)
        await self.tell("GUILD_DELETE", {"id": guild, "unavailable": True})

    async def comes_back(self, guild: str) -> None:
        """A server is there again."""
        self.away.discard(guild)
        await self.tell("GUILD_CREATE", self._world.whole_guild(guild))

    async def drop(self, code: int = 4000) -> None:
        """All connections break."""
        for session in list(self._newest.values()):
            if session.socket is not None:
                self.happened["dropped"] += 1
                socket, session.socket = session.socket, None
                await socket.close(code=code)

    async def ask_to_reconnect(self) -> None:
        """Discord wants the bot to come again."""
        self.happened["asked to reconnect"] += 1
        for socket in self._sockets():
            await self._send(socket, {"op": RECONNECT, "d": None})

    async def invalidate(self, *, resumable: bool) -> None:
        """The sessions are not good any more, or only after they were resumed."""
        for place, session in list(self._newest.items()):
            if session.socket is None:
                continue
            session.resumable = resumable
            self.happened["told invalid"] += 1
            await self._send(session.socket, {"op": INVALID, "d": resumable})
            if not resumable:
                session.socket = None
                del self._newest[place]

    async def play_dead(self) -> None:
        """The connection stays open and nothing comes any more, no acknowledgement either."""
        self.happened["played dead"] += 1
        self._dead.update(self._sockets())

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
                await self._identify(socket, frame["d"])
            case 6:
                await self._resume(socket, frame["d"])

    async def _identify(self, socket: web.WebSocketResponse, asked: Json) -> None:
        number, count = shard = tuple(asked.get("shard") or ALONE)
        if refused := self._refused(number, count):
            self.happened[f"closed with {refused}"] += 1
            await socket.close(code=refused)
            return
        if not self._may_start(number, count):
            await self._send(socket, {"op": INVALID, "d": False})
            return
        self.happened["identified"] += 1
        session = Session(uuid4().hex, shard, socket=socket)
        self._sessions = {i: s for i, s in self._sessions.items() if s.shard != shard}
        self._sessions[session.id] = session
        there = [guild for guild in self._world.guilds if session.is_told_of(guild)]
        ready = {
            "v": 10,
            "user": self._world.bot,
            "guilds": [{"id": guild, "unavailable": True} for guild in there],
            "session_id": session.id,
            "shard": list(shard),
            "resume_gateway_url": self.address,
            "application": {"id": self._world.me, "flags": 0},
        }
        await self._send(socket, session.note("READY", ready))
        self._newest[shard] = session
        for guild in [one for one in there if one not in self.away]:
            await self._send(socket, session.note("GUILD_CREATE", self._world.whole_guild(guild)))

    def _refused(self, number: int, count: int) -> int:
        """The code with which a connection is closed at once; 0 where it is not."""
        if not 0 <= number < count:
            return NO_SUCH_SHARD
        return TOO_FEW_SHARDS if len(self._world.guilds) > self.limits.most_guilds * count else 0

    def _may_start(self, number: int, count: int) -> bool:
        """Whether a session may begin: there are some left, and it is its group's turn.

        A bot of one shard is let in at once: drills kill it every other second.
        """
        group, now = number % self.limits.max_concurrency, time.monotonic()
        before = self._identified_at.get(group)
        self._identified_at[group] = now
        if count > 1 and before is not None and now - before < self.limits.apart:
            self.happened["identified too soon"] += 1
            return False
        self.limits.starts_left -= 1
        if self.limits.starts_left < 0:
            self.happened["identified beyond the limit"] += 1
        return self.limits.starts_left >= 0

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
        session.socket, self._newest[session.shard] = socket, session
        await self._send(socket, session.note("RESUMED", {"_trace": []}))

    def _sockets(self) -> Iterator[web.WebSocketResponse]:
        return iter([s.socket for s in self._newest.values() if s.socket is not None])

    async def _send(self, socket: web.WebSocketResponse, frame: dict[str, Any]) -> None:
        try:
            await asyncio.wait_for(socket.send_str(json.dumps(frame)), timeout=5)
        except (ConnectionError, TimeoutError, RuntimeError):
            # It is told when it resumes.
            self.happened["not sent"] += 1
