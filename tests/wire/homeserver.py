"""A homeserver that knows just enough for our Matrix bot, and answers at once."""

import asyncio
import itertools
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from aiohttp import web

Json = dict[str, Any]
PREFIX = "/_matrix/client/v3"


@dataclass
class Homeserver:
    """Rooms of one person and the bot each; `events` is all that was said, in order."""

    me: str = "@indaba:stub"
    people: dict[str, str] = field(default_factory=dict)
    """Room by room, the person in it."""

    events: list[Json] = field(default_factory=list)
    repeated: int = 0
    """Transactions that came again."""

    url: str = ""
    answered: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._transactions: dict[str, str] = {}
        self._numbers = itertools.count(1)
        self._news = asyncio.Event()
        self._direct_messages: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen on a free port of this machine."""
        app = web.Application()
        room = f"{PREFIX}/rooms/{{room}}"
        app.add_routes(
            [
                web.get(f"{PREFIX}/account/whoami", self._whoami),
                web.get(f"{PREFIX}/sync", self._sync),
                web.put(f"{room}/send/{{kind}}/{{transaction}}", self._send),
                web.get(f"{room}/state", self._state),
                web.get(f"{room}/messages", self._messages),
            ]
        )
        self._direct_messages = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._direct_messages.setup()
        await web.TCPSite(self._direct_messages, "127.0.0.1", 0, backlog=1024).start()
        self.url = f"http://127.0.0.1:{self._direct_messages.addresses[0][1]}"

    async def stop(self) -> None:
        """Go."""
        if self._direct_messages is not None:
            self._news.set()
            await self._direct_messages.cleanup()

    def say(self, room: str, words: str) -> str:
        """The person in a room writes; gives the event's id."""
        said = {"msgtype": "m.text", "body": words}
        return self._happened(room, self.people[room], "m.room.message", said)

    def _happened(self, room: str, sender: str, kind: str, content: Json) -> str:
        made = f"${next(self._numbers)}"
        self.events.append(
            {
                "event_id": made,
                "room_id": room,
                "sender": sender,
                "type": kind,
                "content": content,
                "origin_server_ts": int(time.time() * 1000),
            }
        )
        self._news.set()
        return made

    async def _whoami(self, _: web.Request) -> web.Response:
        return web.json_response({"user_id": self.me, "device_id": "STUB"})

    async def _sync(self, request: web.Request) -> web.Response:
        since = request.query.get("since", "")
        if not since:
            return web.json_response({"next_batch": f"s{len(self.events)}", "rooms": {}})
        begun = int(since[1:])
        if begun >= len(self.events):
            self._news.clear()
            try:
                async with asyncio.timeout(int(request.query.get("timeout", "0")) / 1000):
                    await self._news.wait()
            except TimeoutError:
                pass
        joined: dict[str, Json] = {}
        for event in self.events[begun:]:
            timeline = {"events": [], "limited": False, "prev_batch": since}
            part = joined.setdefault(event["room_id"], {"timeline": timeline})
            part["timeline"]["events"].append(event)
        return web.json_response({"next_batch": f"s{len(self.events)}", "rooms": {"join": joined}})

    async def _send(self, request: web.Request) -> web.Response:
        transaction = request.match_info["transaction"]
        if transaction in self._transactions:
            self.repeated += 1
        else:
            room, kind = unquote(request.match_info["room"]), request.match_info["kind"]
            content = json.loads(await request.read())
            self._transactions[transaction] = self._happened(room, self.me, kind, content)
        return web.json_response({"event_id": self._transactions[transaction]})

    async def _state(self, request: web.Request) -> web.Response:
        person = self.people[unquote(request.match_info["room"])]
        contents: list[tuple[str, str, Json]] = [
            ("m.room.create", "", {"room_version": "10"}),
            ("m.room.name", "", {"name": "Maths teachers"}),
            ("m.room.power_levels", "", {"users": {person: 100}}),
            ("m.room.member", person, {"membership": "join"}),
            ("m.room.member", self.me, {"membership": "join"}),
        ]
        return web.json_response(
            [
                {"type": kind, "state_key": key, "sender": person, "content": content}
                for kind, key, content in contents
            ]
        )

    async def _messages(self, request: web.Request) -> web.Response:
        room = unquote(request.match_info["room"])
        return web.json_response({"chunk": [e for e in self.events[::-1] if e["room_id"] == room]})
