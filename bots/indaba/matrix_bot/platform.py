"""Matrix's half of a conversation: draws, posts each thing once, knows who runs a room."""

import base64
import hashlib
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from indaba.contracts.membership import Place, Platform
from indaba.conversation.answer import Answer
from indaba.conversation.delivery.chat_events import FileSent, Written
from indaba.conversation.delivery.platform import CannotPost, InRoom, Post, PostKind, Wait
from indaba.matrix_bot import render
from indaba.matrix_bot.client import Homeserver, Refused
from indaba.matrix_bot.crypto import ENCRYPTED, sealed_file
from indaba.matrix_bot.exchange import Exchange
from indaba.matrix_bot.files import opened
from indaba.matrix_bot.own_chats import OwnChats
from indaba.matrix_bot.past import Past
from indaba.matrix_bot.rooms import Rooms
from indaba.matrix_bot.settings import MatrixBotSettings
from indaba.process.world import World

KEY = "org.indaba.key"
"""Where each event of ours carries its post's key, so that it can be found again."""

TRANSACTIONS_LAST = timedelta(hours=20)
"""A homeserver knows a transaction for a day; after this we look for the message ourselves."""

UNNAMED_KIND = "application/octet-stream"
T = TypeVar("T")

MOST_PAGES = 20
MOST_KEPT = 1000


class MatrixPlatform:
    """Implements `ChatPlatform` for Matrix."""

    platform = Platform.MATRIX
    has_buttons = False
    hears_departures = True

    def __init__(
        self,
        homeserver: Homeserver,
        rooms: Rooms,
        exchange: Exchange,
        world: World,
        settings: MatrixBotSettings,
    ) -> None:
        self.prefix = f"{settings.prefix} "
        self._homeserver = homeserver
        self._rooms = rooms
        self._world = world
        self._exchange = exchange
        self._portal_url = settings.portal_url
        self._own_chats = OwnChats(homeserver)
        self.past = Past(homeserver, rooms, exchange)
        self._threads: dict[str, str] = {}
        self._uploaded: dict[str, dict[str, Any]] = {}

    def draw(self, answer: Answer) -> Sequence[dict[str, Any]]:
        """The answer as message contents; files last."""
        return render.contents(answer, self._portal_url)

    async def post(self, post: Post) -> str:
        """Post; gives the event's id, empty for a reaction that is there already."""
        mark = mark_of(post.key)
        if self._may_be_forgotten(post) and (there := await self._find(post, mark)):
            return there
        try:
            kind, content = await self._event(post)
            message = await self._homeserver.send(post.room, kind, mark, content | {KEY: mark})
        except Refused as refused:
            if refused.code == "M_DUPLICATE_ANNOTATION":
                return ""
            raise CannotPost(str(refused)) from None
        _keep(self._threads, message, self._thread_of(post))
        self._uploaded.pop(post.key, None)
        return message

    async def has_power(self, room: str, account: str) -> bool:
        """Whether an account runs a room."""
        return (await self._rooms.of(room)).has_power(account)

    async def room_at(self, address: str) -> str:
        """The id of a room by its alias; an id is its own address."""
        if address.startswith("!"):
            return address
        try:
            return await self._homeserver.room_at(address)
        except (Refused, Wait):  # another server's trouble must not keep anybody waiting here
            return ""

    async def people_called(self, room: str, name: str) -> Sequence[InRoom]:
        """Those in the room of whom the local part or the display name begins so."""
        facts = await self._rooms.of(room)
        there = [InRoom(account, facts.names_of(account)) for account in sorted(facts.members)]
        wanted = name.casefold()
        return [
            one
            for one in there
            if one.account != self._homeserver.user_id
            and not facts.is_ghost(one.account)
            and any(each.casefold().startswith(wanted) for each in one.names)
        ]

    async def _event(self, post: Post) -> tuple[str, dict[str, Any]]:
        """Type and content. In an encrypted room all but reactions is sealed, as people's is."""
        sealed = await self._seals(post.room)
        content = await self._content(post, sealed=sealed)
        if post.kind is PostKind.REACTION:
            return "m.reaction", content
        kind = render.POLL_TYPE if content.pop(render.POLL, None) else "m.room.message"
        if not sealed:
            return kind, content
        return ENCRYPTED, await self._exchange.seal(post.room, kind, content)

    async def _seals(self, room: str) -> bool:
        """Whether what goes to a room is encrypted."""
        return self._exchange.keyring.wanted and (await self._rooms.of(room)).encrypted

    async def message_at(self, room: str, message: str) -> Written | None:
        """A message or file of somebody else, from after we came into the room."""
        return await self.past.written(room, message)

    async def may_edit(self, room: str, message: str, account: str) -> bool:
        """Homeservers take replacements from anybody; apps show only the writer's."""
        return await self.past.writer(room, message) == account

    def open_file(self, file: FileSent) -> AsyncIterator[bytes]:
        """The bytes of a file; one that is too large breaks off one byte later."""
        return opened(self._homeserver, file)

    async def direct_room(self, account: str) -> str:  # noqa: ARG002 - the seam's
        """None: on Matrix a direct chat is opened by whoever wants one."""
        return ""

    async def alone_with(self, room: str, account: str) -> bool:
        """Whether only an account and we read a room, now and later."""
        return await self._own_chats.alone_with(room, account)

    async def invite_to_own_chat(self, account: str) -> bool:
        """Invite an account to a room of our own, once while it stands open."""
        return await self._own_chats.invite(account)

    async def is_in(self, place: Place, account: str) -> bool:
        """Whether an account has joined a room; yes where we are not in it ourselves."""
        members = (await self._rooms.of(place.room)).members
        return self._homeserver.user_id not in members or account in members

    async def successor_of(self, room: str) -> str:
        """The room that a tombstone names, if that room says it took this one's place."""
        successor = (await self._rooms.of(room)).successor
        if not successor or (await self._rooms.of(successor)).predecessor != room:
            return ""
        return successor

    async def bridged_room(self, room: str) -> Place | None:
        """The Discord channel that a bridge makes one with this room."""
        return (await self._rooms.of(room)).twin

    async def _content(self, post: Post, *, sealed: bool) -> dict[str, Any]:
        match post.kind:
            case PostKind.REACTION:
                emoji = post.content["emoji"]
                relation = {"rel_type": "m.annotation", "event_id": post.target, "key": emoji}
                return {"m.relates_to": relation}
            case PostKind.EDIT:
                return render.edit_of(post.content, post.target)
            case PostKind.MESSAGE:
                content = await self._with_file(post, sealed=sealed)
                relation = _relation(self._thread_of(post), post.reply_to)
                return content | {"m.relates_to": relation} if relation else content

    def _thread_of(self, post: Post) -> str:
        """A pick by reaction knows no thread: its answer goes where the choices are."""
        return post.thread or self._threads.get(post.reply_to, "")

    async def _with_file(self, post: Post, *, sealed: bool) -> dict[str, Any]:
        content = dict(post.content)
        file = content.pop(render.FILE, None)
        if file is None:
            return content
        if post.key not in self._uploaded:
            _keep(self._uploaded, post.key, await self._upload(file, sealed=sealed))
        return content | self._uploaded[post.key]

    async def _upload(self, file: dict[str, Any], *, sealed: bool) -> dict[str, Any]:
        """Where the file is; for an encrypted room it is uploaded encrypted, without its name."""
        data, kind, name = base64.b64decode(file["data"]), file["media_type"], file["name"]
        if not sealed:
            return {"url": await self._homeserver.upload(data, kind, name)}
        data, keys = sealed_file(data)
        return {"file": {"url": await self._homeserver.upload(data, UNNAMED_KIND, "file"), **keys}}

    def _may_be_forgotten(self, post: Post) -> bool:
        """Whether an earlier try is so old that the homeserver would post it a second time."""
        if not post.retried or post.created_at is None:
            return False
        return self._world.now() - post.created_at > TRANSACTIONS_LAST

    async def _find(self, post: Post, mark: str) -> str:
        """Our own message with this mark, among those since the post was first made."""
        start, since = "", post.created_at.timestamp() * 1000 if post.created_at else 0.0
        for _ in range(MOST_PAGES):
            try:
                page = await self._homeserver.messages(post.room, start, limit=100)
            except Refused:
                return ""
            events = [event for event in page.get("chunk", []) if isinstance(event, dict)]
            for event in events:
                if _is_ours(event, self._homeserver.user_id, mark):
                    return str(event.get("event_id", ""))
            start = str(page.get("end") or "")
            if not start or all(_sent(event) < since for event in events):
                return ""
        return ""


def mark_of(key: str) -> str:
    """A post's key as a transaction id: short, and safe in an address."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def _relation(thread: str, reply_to: str) -> dict[str, Any]:
    if not thread:
        return {"m.in_reply_to": {"event_id": reply_to}} if reply_to else {}
    answers = bool(reply_to) and reply_to != thread
    return {
        "rel_type": "m.thread",
        "event_id": thread,
        "is_falling_back": not answers,
        "m.in_reply_to": {"event_id": reply_to or thread},
    }


def _is_ours(event: dict[str, Any], me: str, mark: str) -> bool:
    content = event.get("content")
    return event.get("sender") == me and isinstance(content, dict) and content.get(KEY) == mark


def _sent(event: dict[str, Any]) -> float:
    sent = event.get("origin_server_ts")
    return float(sent) if isinstance(sent, int | float) else 0.0


def _keep(kept: dict[str, T], name: str, value: T) -> None:
    if len(kept) >= MOST_KEPT:
        kept.pop(next(iter(kept)))
    kept[name] = value
