"""Discord's API: the routes a bot of ours uses, behind the limits it has to honour."""

import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from aiohttp import web

from wire.buckets import Buckets, slowly
from wire.gateway import Gateway
from wire.world import DEAD_AFTER, TOKEN_LASTS, Interaction, Json, World, member, snowflake, user

VERSION = "/api/v10"
KEPT = 40
"""Requests with their answers that are kept of each route, to be held against the description."""

ONLY_AS_IT_CONNECTS = {"channels", "threads", "members", "voice_states", "presences"}
"""What a server is told with on the gateway, and not when it is asked for."""

Answered = tuple[int, Any]
NO_CONTENT: Answered = (204, None)


class Asked(NamedTuple):
    """One request, as far as a route needs it."""

    where: dict[str, str]
    query: dict[str, str]
    body: Any


@dataclass(frozen=True)
class Exchange:
    """One request and what it was answered."""

    method: str
    path: str
    json: Any
    status: int
    answer: Any


@dataclass(frozen=True)
class Way:
    """A route: what it does for the limits, and whether it answers an interaction."""

    do: Callable[[Asked], Awaitable[Answered]]
    doing: str = ""
    answers: bool = False


class Rest:
    """Serves the API."""

    def __init__(self, world: World, buckets: Buckets, gateway: Gateway) -> None:
        self.world = world
        self.buckets = buckets
        self._gateway = gateway
        self.base = ""
        self.takes = 0.0
        """Seconds that the way there and back takes."""

        self.slow_to_read: dict[str, float] = {}
        """Seconds that it takes to look up what was said, channel by channel."""

        self.exchanges: dict[str, list[Exchange]] = defaultdict(list)

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        channel = "/channels/{channel}"
        message = f"{channel}/messages/{{message}}"
        hook = "/webhooks/{application}/{token}"
        events = "/guilds/{guild}/scheduled-events"
        return [
            self._route("GET", "/gateway/bot", Way(self._gateway_information)),
            self._route("GET", "/users/@me", Way(self._me)),
            self._route("GET", "/oauth2/applications/@me", Way(self._application)),
            self._route("PUT", "/applications/{application}/commands", Way(self._commands)),
            self._route("GET", "/guilds/{guild}", Way(self._guild)),
            self._route("GET", "/guilds/{guild}/channels", Way(self._channels)),
            self._route("GET", "/guilds/{guild}/members/{account}", Way(self._member)),
            self._route("GET", channel, Way(self._channel)),
            self._route("POST", f"{channel}/messages", Way(self._say, "say")),
            self._route("GET", f"{channel}/messages", Way(self._history, "read")),
            self._route("GET", message, Way(self._read)),
            self._route("PATCH", message, Way(self._edit, "edit")),
            self._route("PUT", f"{message}/reactions/{{emoji}}/@me", Way(self._react, "react")),
            self._route("POST", f"{message}/threads", Way(self._open, "thread")),
            self._route("POST", "/users/@me/channels", Way(self._direct, "direct")),
            self._route("GET", events, Way(self._events)),
            self._route("POST", events, Way(self._event)),
            self._route("GET", f"{events}/{{event}}", Way(self._see_event)),
            self._route("PATCH", f"{events}/{{event}}", Way(self._change_event)),
            self._route(
                "POST",
                "/interactions/{interaction}/{token}/callback",
                Way(self._callback, answers=True),
            ),
            self._route(
                "PATCH",
                f"{hook}/messages/@original",
                Way(self._original, "whisper", answers=True),
            ),
            self._route("POST", hook, Way(self._follow_up, "whisper", answers=True)),
            self._route(
                "PATCH", f"{hook}/messages/{{message}}", Way(self._fill, "whisper", answers=True)
            ),
        ]

    def _route(self, method: str, path: str, way: Way) -> web.RouteDef:
        async def serve(request: web.Request) -> web.Response:
            body = await _body(request)
            where = dict(request.match_info)
            await slowly(self.takes)
            place = where.get("token") or where.get("channel") or where.get("guild") or ""
            refused = self.buckets.take(way.doing, place, counted=not way.answers)
            headers = self.buckets.headers(way.doing, place)
            if refused:
                told: Any = {
                    "message": "You are being rate limited.",
                    "retry_after": round(refused.after, 3),
                    "global": refused.scope == "global",
                }
                headers |= {"Retry-After": f"{refused.after:.3f}", "Via": "1.1 google"}
                headers["X-RateLimit-Scope"] = refused.scope
                status = 429
            else:
                status, told = await way.do(Asked(where, dict(request.query), body))
            self._note(method, path, request.path, body, (status, told))
            return _answer(status, told, headers)

        return web.route(method, f"{VERSION}{path}", serve)

    def _note(self, method: str, route: str, path: str, body: Any, answered: Answered) -> None:
        self.buckets.answered[answered[0]] += 1
        kept = self.exchanges[f"{method} {route} {answered[0]}"]
        if len(kept) < KEPT:
            plain = path.removeprefix(VERSION)
            kept.append(Exchange(method, plain, body, *answered))

    async def _me(self, _: Asked) -> Answered:
        return 200, self.world.bot

    async def _application(self, _: Asked) -> Answered:
        return 200, {
            "id": self.world.me,
            "name": "Indaba",
            "icon": None,
            "description": "",
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "00",
            "flags": 0,
            "owner": user("1", "owner"),
            "team": None,
            "type": None,
            "hook": True,
            "max_participants": None,
        }

    async def _commands(self, asked: Asked) -> Answered:
        self.world.commands = asked.body
        return 200, []

    async def _gateway_information(self, _: Asked) -> Answered:
        return 200, self._gateway.information()

    async def _guild(self, asked: Asked) -> Answered:
        if asked.where["guild"] not in self.world.guilds:
            return _no(404, 10004, "Unknown Guild")
        whole = self.world.whole_guild(asked.where["guild"])
        return 200, {key: whole[key] for key in whole.keys() - ONLY_AS_IT_CONNECTS}

    async def _channels(self, asked: Asked) -> Answered:
        return 200, self.world.whole_guild(asked.where["guild"])["channels"]

    async def _channel(self, asked: Asked) -> Answered:
        found = self.world.channels.get(asked.where["channel"])
        return (200, found) if found else _no(404, 10003, "Unknown Channel")

    async def _member(self, asked: Asked) -> Answered:
        return 200, member(user(asked.where["account"], "somebody"))

    async def _say(self, asked: Asked) -> Answered:
        channel, body = asked.where["channel"], asked.body
        if channel not in self.world.channels:
            return _no(404, 10003, "Unknown Channel")
        nonce = str(body.get("nonce") or "")
        if nonce and body.get("enforce_nonce") and (first := self.world.first_with(nonce, channel)):
            return 200, first | {"nonce": nonce}
        more = {"components": body.get("components", []), "flags": body.get("flags", 0)}
        if "message_reference" in body:
            given = body["message_reference"]
            more["message_reference"] = {
                "type": 0,
                "channel_id": channel,
                "message_id": str(given["message_id"]),
            }
        made = self.world.message(channel, self.world.bot, body.get("content", ""), **more)
        if nonce:
            self.world.remember(nonce, made)
        await self._gateway.tell("MESSAGE_CREATE", made | {"member": _half(member(made["author"]))})
        # Nobody but who sent it is told the nonce, and only now.
        return 200, made | ({"nonce": nonce} if nonce else {})

    async def _history(self, asked: Asked) -> Answered:
        await slowly(self.slow_to_read.get(asked.where["channel"], 0.0))
        found = list(self.world.messages[asked.where["channel"]].values())
        before, after = asked.query.get("before"), asked.query.get("after")
        if before:
            found = [m for m in found if int(m["id"]) < int(before)]
        if after:
            found = [m for m in found if int(m["id"]) > int(after)]
        newest = found[::-1][: int(asked.query.get("limit", 50))]
        return 200, [self._as_we_see(m) for m in newest]

    async def _read(self, asked: Asked) -> Answered:
        found = self.world.messages[asked.where["channel"]].get(asked.where["message"])
        return (200, self._as_we_see(found)) if found else _no(404, 10008, "Unknown Message")

    def _as_we_see(self, message: Json) -> Json:
        """Without its words where it is neither ours nor mentions us."""
        ours = message["author"]["id"] == self.world.me or message["mentions"]
        return message if ours else message | {"content": "", "components": []}

    async def _edit(self, asked: Asked) -> Answered:
        found = self.world.messages[asked.where["channel"]].get(asked.where["message"])
        if found is None:
            return _no(404, 10008, "Unknown Message")
        found |= {key: asked.body[key] for key in ("content", "components") if key in asked.body}
        return 200, found

    async def _react(self, asked: Asked) -> Answered:
        self.world.reactions.append((asked.where["message"], asked.where["emoji"]))
        return NO_CONTENT

    async def _open(self, asked: Asked) -> Answered:
        message, parent = asked.where["message"], asked.where["channel"]
        if message in self.world.channels:
            return _no(400, 160004, "A thread has already been created for this message")
        made = self.world.thread(message, parent, asked.body["name"])
        await self._gateway.tell("THREAD_CREATE", made)
        return 201, made

    async def _direct(self, asked: Asked) -> Answered:
        return _no(403, 50007, "Cannot send messages to this user")

    async def _events(self, asked: Asked) -> Answered:
        return 200, list(self.world.events[asked.where["guild"]].values())

    async def _event(self, asked: Asked) -> Answered:
        number = str(snowflake())
        made = {"id": number, "status": 1, "creator_id": self.world.me, **asked.body}
        self.world.events[asked.where["guild"]][number] = made
        return 200, made

    async def _see_event(self, asked: Asked) -> Answered:
        found = self.world.events[asked.where["guild"]].get(asked.where["event"])
        return (200, found) if found else _no(404, 10070, "Unknown Guild Scheduled Event")

    async def _change_event(self, asked: Asked) -> Answered:
        found = self.world.events[asked.where["guild"]][asked.where["event"]]
        found |= asked.body
        return 200, found

    async def _callback(self, asked: Asked) -> Answered:
        found = self.world.by_token.get(asked.where["token"])
        if found is None or found.id != asked.where["interaction"]:
            return _no(404, 10062, "Unknown interaction")
        age = found.age()
        if age > DEAD_AFTER:
            found.refused.append((age, 10062))
            return _no(404, 10062, "Unknown interaction")
        if found.callbacks:
            found.refused.append((age, 40060))
            return _no(400, 40060, "Interaction has already been acknowledged.")
        found.callbacks.append((age, asked.body))
        return NO_CONTENT

    async def _original(self, asked: Asked) -> Answered:
        found = self._answerable(asked.where["token"])
        if not isinstance(found, Interaction):
            return found
        found.edits.append(asked.body)
        found.edited_at = found.age()
        return 200, self._whispered(found, asked.body)

    async def _follow_up(self, asked: Asked) -> Answered:
        found = self._answerable(asked.where["token"])
        if not isinstance(found, Interaction):
            return found
        found.more.append(asked.body)
        made = self._whispered(found, asked.body)
        found.shown[made["id"]] = asked.body
        return 200, made

    async def _fill(self, asked: Asked) -> Answered:
        found = self._answerable(asked.where["token"])
        if not isinstance(found, Interaction):
            return found
        if asked.where["message"] not in found.shown:
            return _no(404, 10008, "Unknown Message")
        found.shown[asked.where["message"]] = asked.body
        return 200, self._whispered(found, asked.body) | {"id": asked.where["message"]}

    def _answerable(self, token: str) -> Interaction | Answered:
        found = self.world.by_token.get(token)
        if found is None or not found.callbacks:
            return _no(404, 10015, "Unknown Webhook")
        if found.age() > TOKEN_LASTS:
            found.refused.append((found.age(), 50027))
            return _no(401, 50027, "Invalid Webhook Token")
        return found

    def _whispered(self, found: Interaction, body: Json) -> Json:
        """A message that its asker alone sees: it is in no channel's history."""
        made = self.world.composed(found.channel, self.world.bot, body.get("content", ""))
        return made | {"flags": 64, "webhook_id": self.world.me}


async def _body(request: web.Request) -> Any:
    if request.content_type == "multipart/form-data":
        form = await request.post()
        return json.loads(str(form["payload_json"]))
    raw = await request.read()
    return json.loads(raw) if raw else None


def _answer(status: int, told: Any, headers: dict[str, str]) -> web.Response:
    if told is None:
        return web.Response(status=status, headers=headers)
    # discord.py reads JSON only where nothing follows the media type.
    body = json.dumps(told).encode()
    return web.Response(status=status, body=body, headers=headers, content_type="application/json")


def _no(status: int, code: int, words: str) -> Answered:
    return status, {"code": code, "message": words}


def _half(whole: Json) -> Json:
    return {key: value for key, value in whole.items() if key != "user"}
