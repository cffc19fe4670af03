"""Messages that people point at: fetched again, opened, and read as their writers meant them."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from indaba.conversation.delivery.chat_events import FileSent, Written
from indaba.conversation.delivery.platform import Wait
from indaba.matrix_bot.client import Homeserver, Refused
from indaba.matrix_bot.crypto import ENCRYPTED
from indaba.matrix_bot.events import came_in, clean, is_id, without_quote
from indaba.matrix_bot.exchange import NOT_YET, Exchange
from indaba.matrix_bot.rooms import Rooms

FILES = ("m.file", "m.image", "m.audio", "m.video")
MOST_NAMES = 20
"""How often we may have changed our name in a room since we came in."""


class Past:
    """What was said in a room since we came into it. Methods raise `Wait`."""

    def __init__(self, homeserver: Homeserver, rooms: Rooms, exchange: Exchange) -> None:
        self._homeserver = homeserver
        self._rooms = rooms
        self._exchange = exchange

    async def message(self, room: str, name: str) -> dict[str, Any] | None:
        """A message as it was before it was encrypted; `None` if it is gone or closed to us.

        What was said before we came in is closed to us, whatever the homeserver shows.
        """
        event = await self._open_to_us(room, name)
        if event is None or event["type"] != ENCRYPTED:
            return event
        return await self._opened(room, event)

    async def writer(self, room: str, name: str) -> str:
        """The account that wrote a message; empty if it is gone or closed to us."""
        event = await self._open_to_us(room, name)
        return str(event["sender"]) if event else ""

    async def written(self, room: str, name: str) -> Written | None:
        """A message that somebody else wrote, or a file that they sent."""
        event = await self.message(room, name)
        if event is None or event["sender"] == self._homeserver.user_id:
            return None
        content = event["content"]
        if _part(content, "m.relates_to").get("rel_type") == "m.replace":
            return None
        file = file_in(content)
        if file is None and (content.get("msgtype") != "m.text" or not text_in(content)):
            return None
        return Written(
            message=name,
            account=event["sender"],
            text=_caption(content) if file else text_in(content),
            written_at=_when(event),
            file=file,
        )

    async def _open_to_us(self, room: str, name: str) -> dict[str, Any] | None:
        """A message as it was sent, from after we came in."""
        event: Any = await self._event(room, name) if is_id(name) else None
        if not _is_message(event, name) or _sent(event) < await self._came_in(room):
            return None
        return dict(event)

    async def _event(self, room: str, name: str) -> Any:
        try:
            return await self._homeserver.event(room, name)
        except Refused:
            return None

    async def _opened(self, room: str, event: dict[str, Any]) -> dict[str, Any] | None:
        keyring = self._exchange.keyring
        if not keyring.wanted:
            return None
        if not keyring.is_open:
            raise Wait(NOT_YET)
        if strangers := keyring.strangers(room, [event]):
            with suppress(Wait):  # whose server is silent now is asked when they speak next
                await self._exchange.know(strangers)
        opened = keyring.read(room, event)
        return opened if opened and opened["type"] == "m.room.message" else None

    async def _came_in(self, room: str) -> float:
        """When we came into a room, by its homeserver's clock; our last new name where unknown."""
        me = self._homeserver.user_id
        event: Any = (await self._rooms.of(room)).own_membership
        for _ in range(MOST_NAMES):
            before = _part(event, "unsigned").get("replaces_state")
            if came_in(event, me) or not is_id(before):
                break
            earlier = await self._event(room, str(before))
            if not isinstance(earlier, dict):
                break
            event = earlier
        return _sent(event) if event else float("inf")


def text_in(content: dict[str, Any]) -> str:
    """The words of a message, without what old clients quote above a reply."""
    body = content.get("body")
    if not isinstance(body, str):
        return ""
    replied = _part(_part(content, "m.relates_to"), "m.in_reply_to")
    return clean(without_quote(body) if replied else body).strip()


def file_in(content: dict[str, Any]) -> FileSent | None:
    """The file that a message carries; its handle says where it lies and how it is opened."""
    if content.get("msgtype") not in FILES:
        return None
    sealed, info = _part(content, "file"), _part(content, "info")
    where = {"url": content.get("url")} | {name: sealed[name] for name in _SEALED if name in sealed}
    if not isinstance(where["url"], str):
        return None
    kind, size = info.get("mimetype"), info.get("size")
    return FileSent(
        handle=json.dumps(where),
        name=_name(content),
        media_type=clean(kind) if isinstance(kind, str) else "",
        size=size if isinstance(size, int) and not isinstance(size, bool) and size > 0 else 0,
    )


_SEALED = ("url", "key", "iv", "hashes")


def _name(content: dict[str, Any]) -> str:
    named = content.get("filename")
    body = content.get("body")
    found = named if isinstance(named, str) and named else body
    return clean(found) if isinstance(found, str) else ""


def _caption(content: dict[str, Any]) -> str:
    """What was said with a file: the words, where the name stands elsewhere."""
    return "" if content.get("filename") in {None, content.get("body")} else text_in(content)


def _is_message(event: object, name: str) -> bool:
    """Whether it is what we asked for, and has a content still."""
    if not isinstance(event, dict) or "state_key" in event or not is_id(event.get("sender")):
        return False
    content = event.get("content")
    if not isinstance(content, dict) or event.get("event_id") != name:
        return False
    return event.get("type") in ("m.room.message", ENCRYPTED) and (
        "ciphertext" in content or "msgtype" in content
    )


def _sent(event: dict[str, Any]) -> float:
    sent = event.get("origin_server_ts")
    return float(sent) if isinstance(sent, int | float) else 0.0


def _when(event: dict[str, Any]) -> datetime:
    return datetime.fromtimestamp(min(_sent(event) / 1000, 253_000_000_000), UTC)


def _part(event: object, name: str) -> dict[str, Any]:
    found = event.get(name) if isinstance(event, dict) else None
    return found if isinstance(found, dict) else {}
