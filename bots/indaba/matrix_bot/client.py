"""The line to the homeserver."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from indaba.conversation.delivery.platform import Limited, Wait
from indaba.process import logs

if TYPE_CHECKING:
    from aiohttp import ClientResponse
    from nio import AsyncClient

CLIENT = "/_matrix/client/v3"
MEDIA = "/_matrix/media/v3"
DOWNLOADS = "/_matrix/client/v1/media/download"
ORDINARY_SECONDS = 30.0
DOWNLOAD_SECONDS = 300.0
PIECE = 64 * 1024
SYNC_SECONDS = 30.0
INTRODUCED_WITHIN = 2.0
TIMELINE = 50
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 20.0
REFUSED_PAUSE = timedelta(seconds=30)
BUSY_PAUSE_MS = 5000.0

OK, UNAUTHORISED, TOO_MANY, FAULT = 200, 401, 429, 500
HEARD_TYPES = (
    "m.room.message",
    "m.room.encrypted",
    "m.reaction",
    "m.room.redaction",
    "m.poll.response",
    "org.matrix.msc3381.poll.response",
)
STATE_TYPES = (
    "m.room.member",
    "m.room.create",
    "m.room.power_levels",
    "m.room.name",
    "m.room.canonical_alias",
    "m.room.encryption",
    "m.room.tombstone",
    "m.bridge",
    "uk.half-shot.bridge",
)
_NOTHING: dict[str, Any] = {"types": []}


class TokenRefused(Wait):
    """The homeserver does not know our token (any more)."""

    def __init__(self) -> None:
        super().__init__(REFUSED_PAUSE)


class HomeserverFailed(Wait):
    """The homeserver answered with a fault of its own."""


class Refused(Exception):  # noqa: N818 - read by operators
    """The homeserver understood and said no; asking again changes nothing."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


class Homeserver:
    """What we ask a homeserver. Answers are raw JSON, of which nothing is trusted.

    nio serves as connection and sender only: its parsing drops events it does not know, its retries
    sleep inside a request, and its position lives in memory, so one bad event or one limit would
    cost us commands. Every method raises `Wait` if the server is away or busy, else `Refused`.
    """

    def __init__(self, url: str, user_id: str, access_token: str, device_id: str = "") -> None:
        self.user_id = user_id
        self.trouble = "not connected to the homeserver yet"
        self._url = url
        self._token = access_token
        self.device = device_id
        self._known = asyncio.Event()
        self._failures = 0
        self._nio: AsyncClient | None = None

    async def introduce(self) -> None:
        """Make sure that the token is ours. Nothing is posted before that."""
        answer = await self._ask("GET", f"{CLIENT}/account/whoami")
        if answer.get("user_id") != self.user_id:
            self._is("the access token was refused: it is not that of the configured account")
            raise Wait(REFUSED_PAUSE)
        self.device = str(answer.get("device_id") or self.device)
        self._known.set()
        self._is("")

    async def sync(self, since: str, patience: float = SYNC_SECONDS) -> dict[str, Any]:
        """What happened after a position, or how rooms stand if there is none.

        Waits `patience` seconds at most for something to happen.
        """
        state = {"types": [*STATE_TYPES], "lazy_load_members": True}
        timeline = {"types": [*HEARD_TYPES, *STATE_TYPES], "limit": TIMELINE}
        room = {"state": state, "timeline": timeline}
        return await self._sync(since, patience if since else 0.0, room)

    async def open_invites(self) -> dict[str, Any]:
        """The invitations that wait, as the `invite` part of a sync."""
        timeline = {"types": [], "limit": 1}
        answer = await self._sync("", 0.0, {"state": _NOTHING, "timeline": timeline})
        rooms = answer.get("rooms")
        found = rooms.get("invite") if isinstance(rooms, dict) else None
        return found if isinstance(found, dict) else {}

    async def messages(self, room: str, start: str, to: str = "", limit: int = 500) -> Any:
        """A page of a room's past, newest first, from `start` back to `to`."""
        only = json.dumps({"types": [*HEARD_TYPES, *STATE_TYPES], "lazy_load_members": True})
        query = {"dir": "b", "from": start, "to": to, "limit": str(limit), "filter": only}
        given = urlencode({name: value for name, value in query.items() if value})
        return await self._ask("GET", f"{_room(room)}/messages?{given}")

    async def event(self, room: str, event: str) -> Any:
        """One event by its id. Raises `Refused` if it is gone."""
        return await self._ask("GET", f"{_room(room)}/event/{quote(event, safe='')}")

    async def keys(self, deed: str, content: dict[str, Any]) -> Any:
        """`upload` our keys, `query` those of others' devices, `claim` some for first letters."""
        return await self._ask("POST", f"{CLIENT}/keys/{deed}", content, seconds=60)

    async def send_letters(
        self, kind: str, transaction: str, letters: dict[str, dict[str, Any]]
    ) -> None:
        """Send to devices, once per transaction: contents by account and device."""
        path = f"{CLIENT}/sendToDevice/{quote(kind, safe='')}/{transaction}"
        await self._ask("PUT", path, {"messages": letters})

    async def state(self, room: str) -> Any:
        """A room's whole state, as a list of events."""
        return await self._ask("GET", f"{_room(room)}/state")

    async def room_at(self, alias: str) -> str:
        """The id of the room an alias leads to. Raises `Refused` if it leads nowhere."""
        found = await self._ask("GET", f"{CLIENT}/directory/room/{quote(alias, safe='')}")
        return str(found.get("room_id", "")) if isinstance(found, dict) else ""

    async def set_state(self, room: str, kind: str, content: dict[str, Any]) -> None:
        """Change a room's state. Raises `Refused` where we lack the power."""
        await self._ask("PUT", f"{_room(room)}/state/{quote(kind, safe='')}/", content)

    async def open_chat(self, account: str) -> str:
        """Make an invite-only room with a closed history and invite an account; gives its id."""
        history = {"history_visibility": "joined"}
        state = {"type": "m.room.history_visibility", "state_key": "", "content": history}
        wanted = {"preset": "private_chat", "is_direct": True, "invite": [account]}
        made = await self._ask("POST", f"{CLIENT}/createRoom", {**wanted, "initial_state": [state]})
        return str(made["room_id"])

    async def join(self, room: str) -> None:
        """Join a room that we were invited to."""
        await self._ask("POST", f"{CLIENT}/join/{quote(room, safe='')}", {}, seconds=90)

    async def decline(self, room: str, why: str) -> None:
        """Decline an invitation, in words for whoever sent it."""
        await self._ask("POST", f"{_room(room)}/leave", {"reason": why})

    async def leave(self, room: str) -> None:
        """Leave a room without a word."""
        await self._ask("POST", f"{_room(room)}/leave", {})

    async def send(self, room: str, kind: str, transaction: str, content: dict[str, Any]) -> str:
        """Post; gives the id of the event. The same transaction again within a day: the same id."""
        with suppress(TimeoutError):
            async with asyncio.timeout(INTRODUCED_WITHIN):
                await self._known.wait()
        if not self._known.is_set():
            raise Wait(timedelta(seconds=1))
        path = f"{_room(room)}/send/{quote(kind, safe='')}/{quote(transaction, safe='')}"
        return str((await self._ask("PUT", path, content)).get("event_id", ""))

    async def upload(self, data: bytes, media_type: str, name: str) -> str:
        """Keep a file at the homeserver; gives its `mxc` address."""
        path = f"{MEDIA}/upload?{urlencode({'filename': name})}"
        answer = await self._ask("POST", path, data, media_type=media_type, seconds=120)
        return str(answer.get("content_uri", ""))

    async def download(self, server: str, name: str) -> AsyncIterator[bytes]:
        """A file's bytes, piece by piece, however many there are. Raises `Refused` if gone."""
        from aiohttp import ClientError

        path = f"{DOWNLOADS}/{quote(server, safe=':[]')}/{quote(name, safe='')}"
        reply = await self._sent("GET", path, None, "application/json", DOWNLOAD_SECONDS)
        async with reply:
            if reply.status != OK:
                self._look_at_file(reply.status, _parsed(await reply.read()))
            try:
                async for piece in reply.content.iter_chunked(PIECE):
                    yield piece
            except (ClientError, OSError, TimeoutError):
                raise Wait(self._pause()) from None

    async def close(self) -> None:
        """Hang up. Idempotent."""
        if self._nio is not None:
            await self._nio.close()

    async def _sync(self, since: str, patience: float, room: dict[str, Any]) -> dict[str, Any]:
        quiet = {"presence": _NOTHING, "account_data": _NOTHING}
        silent = {"ephemeral": _NOTHING, "account_data": _NOTHING}
        query = {"filter": json.dumps({**quiet, "room": {**silent, **room}})}
        query["timeout"] = str(int(patience * 1000))
        if since:
            query["since"] = since
        path = f"{CLIENT}/sync?{urlencode(query)}"
        answer: dict[str, Any] = await self._ask("GET", path, seconds=patience + 60)
        return answer

    async def _ask(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | bytes | None = None,
        *,
        media_type: str = "application/json",
        seconds: float = ORDINARY_SECONDS,
    ) -> Any:
        from aiohttp import ClientError

        data = json.dumps(body).encode() if isinstance(body, dict) else body
        reply = await self._sent(method, path, data, media_type, seconds)
        try:
            text = await reply.read()
        except (ClientError, OSError, TimeoutError) as error:
            raise self._away(error) from None
        answer = _parsed(text)
        self._look(reply.status, answer)
        return answer

    async def _sent(
        self, method: str, path: str, data: bytes | None, media_type: str, seconds: float
    ) -> "ClientResponse":
        from aiohttp import ClientError

        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": media_type}
        try:
            reply: ClientResponse = await self._line().send(
                method, path, data, headers, None, seconds
            )
        except (ClientError, OSError, TimeoutError) as error:
            raise self._away(error) from None
        return reply

    def _away(self, error: Exception) -> Wait:
        self._is(f"the homeserver cannot be reached ({type(error).__name__})")
        return Wait(self._pause())

    def _look_at_file(self, status: int, answer: Any) -> None:
        """Another server's trouble with its file is not our homeserver's."""
        if status >= FAULT:
            raise HomeserverFailed(self._pause())
        self._look(status, answer)
        raise Refused(status, "without a file")

    def _look(self, status: int, answer: Any) -> None:
        told = answer if isinstance(answer, dict) else {}
        code = str(told.get("errcode", ""))
        if status == UNAUTHORISED:
            self._is("the homeserver refused the access token")
            raise TokenRefused
        if status == TOO_MANY or code == "M_LIMIT_EXCEEDED":
            raise Limited(timedelta(milliseconds=_milliseconds(told.get("retry_after_ms"))))
        if status >= FAULT or (status == OK and answer is None):
            self._is(f"the homeserver has trouble (status {status})")
            raise HomeserverFailed(self._pause())
        if status != OK:
            raise Refused(status, code or "without a code")
        self._failures = 0
        if self._known.is_set():
            self._is("")

    def _line(self) -> "AsyncClient":
        if self._nio is None:
            from nio import AsyncClient, AsyncClientConfig

            config = AsyncClientConfig(
                max_limit_exceeded=0, max_timeouts=0, encryption_enabled=False
            )
            self._nio = AsyncClient(self._url, self.user_id, self.device, config=config)
        return self._nio

    def _pause(self) -> timedelta:
        """Two seconds at first, growing a little while it stays away."""
        self._failures = min(self._failures + 1, 20)
        return timedelta(seconds=min(FIRST_PAUSE * 1.3 ** (self._failures - 1), LONGEST_PAUSE))

    def _is(self, trouble: str) -> None:
        if trouble == self.trouble:
            return
        self.trouble = trouble
        log = logs.get(process="matrix_bot")
        if not trouble:
            log.info("matrix_bot.connected")
        elif "refused" in trouble:
            log.error("matrix_bot.token-refused", why=trouble)
        else:
            log.warning("matrix_bot.homeserver-away", why=trouble)


async def patiently(wait: Wait) -> None:
    """Sit out what the homeserver asks for."""
    await asyncio.sleep(wait.after.total_seconds())


def _room(room: str) -> str:
    return f"{CLIENT}/rooms/{quote(room, safe='')}"


def _parsed(text: bytes) -> Any:
    """JSON, or `None` if it is none (a proxy's error page, nested without end)."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _milliseconds(given: object) -> float:
    if isinstance(given, int | float) and not isinstance(given, bool):
        return min(max(float(given), 100.0), 3_600_000.0)
    return BUSY_PAUSE_MS
