"""Implements `ChatPlatform` for Discord: draws, posts once per key, and answers about rooms."""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

import discord
import httpx

from indaba.contracts.membership import Place, Platform
from indaba.conversation.answer import Answer
from indaba.conversation.commands.intent import SLASH
from indaba.conversation.delivery.chat_events import FileSent, Written
from indaba.conversation.delivery.platform import (
    CannotPost,
    CannotRead,
    InRoom,
    Post,
    PostKind,
    Wait,
)
from indaba.discord_bot import render
from indaba.discord_bot.client import AWAY, Api, Refused, ask_discord, file_of
from indaba.discord_bot.reading import file_in, written_at

UNKNOWN_CHANNEL, UNKNOWN_MESSAGE, HAS_A_THREAD = 10003, 10008, 160004
UNKNOWN_MEMBER, UNKNOWN_USER = 10007, 10013
NO_PERMISSION, NO_ACCESS = 50013, 50001
DIRECT = discord.ChannelType.private.value
LOOKED_BACK = 100
WEEK_IN_MINUTES = 10080
LONGEST_NAME, MOST_CALLED = 100, 25
LARGEST_FILE = 25 * 1024 * 1024
KEEPS_FILES = frozenset({"cdn.discordapp.com", "media.discordapp.net"})
NEVER = {
    UNKNOWN_CHANNEL: "the channel is gone",
    UNKNOWN_MESSAGE: "the message is gone",
    NO_ACCESS: "we cannot see the channel",
    NO_PERMISSION: "we lack the permission to post there",
}


class DiscordPlatform:
    """Implements `ChatPlatform` for Discord."""

    platform = Platform.DISCORD
    prefix = SLASH
    has_buttons = True
    hears_departures = False

    def __init__(self, api: Api) -> None:
        self._api = api

    def draw(self, answer: Answer) -> Sequence[dict[str, Any]]:
        """The answer as contents of posts, files last; empty if the answer is."""
        return render.contents(answer)

    async def post(self, post: Post) -> str:
        """Post; returns the message's id, empty for a reaction. Raises `Wait` or `CannotPost`."""
        try:
            if post.ephemeral:
                return await self._ephemeral(post)
            match post.kind:
                case PostKind.REACTION:
                    return await self._react(post)
                case PostKind.EDIT:
                    return await self._edit(post)
                case PostKind.MESSAGE:
                    return await self._say(post)
        except Refused as refused:
            raise CannotPost(f"{NEVER.get(refused.code, 'Discord refused')} ({refused})") from None

    async def has_power(self, room: str, account: str) -> bool:
        """Whether an account owns or may manage the channel's server. Raises `Wait`."""
        channel = await self._channel(room)
        if channel is None or not account.isdecimal():
            return False
        guild = channel.guild
        try:
            member = await ask_discord(lambda: guild.fetch_member(int(account)))
        except Refused:
            return False
        return bool(member.guild_permissions.manage_guild)

    async def room_at(self, address: str) -> str:
        """The channel's id again if we see it and may post there, else empty. Raises `Wait`."""
        channel = await self._channel(address)
        if channel is None:
            return ""
        guild = channel.guild
        may = channel.permissions_for(guild.me or await self._ourselves(guild))
        return address if may.view_channel and may.send_messages else ""

    async def people_called(self, room: str, name: str) -> Sequence[InRoom]:
        """Those on the channel's server whom Discord finds by name; none in direct chats."""
        guild = getattr(self._api.channel(room), "guild", None)
        if guild is None:
            return ()
        members = await ask_discord(
            lambda: guild.query_members(name, limit=MOST_CALLED, cache=False)
        )
        return [
            InRoom(
                str(member.id), tuple(filter(None, (member.nick, member.global_name, member.name)))
            )
            for member in members
            if not member.bot
        ]

    async def message_at(self, room: str, message: str) -> Written | None:
        """A message in a channel; `None` if it cannot be read. Raises `Wait`.

        Its text is empty if Discord does not show it to us, as for messages that do not mention us.
        """
        path = "/channels/{channel_id}/messages/{message_id}"
        try:
            where = {"channel_id": room, "message_id": message}
            return written_of(await self._api.call("GET", path, where=where))
        except Refused:
            return None

    async def may_edit(self, room: str, message: str, account: str) -> bool:  # noqa: ARG002 - see below
        """Always true: Discord lets only the author edit a message."""
        return True

    async def open_file(self, file: FileSent) -> AsyncIterator[bytes]:
        """An attachment's bytes, from Discord's own hosts only. Raises `Wait` or `CannotRead`."""
        address = urlsplit(file.handle)
        if address.scheme != "https" or address.hostname not in KEEPS_FILES:
            raise CannotRead(file.handle)
        read = 0
        try:
            async with (
                httpx.AsyncClient(timeout=30) as http,
                http.stream("GET", file.handle) as response,
            ):
                if response.is_server_error:
                    raise Wait(AWAY)
                if not response.is_success:
                    raise CannotRead(str(response.status_code))
                async for piece in response.aiter_bytes():
                    read += len(piece)
                    if read > LARGEST_FILE:
                        raise CannotRead("larger than 25 MB")
                    yield piece
        except httpx.HTTPError:
            raise Wait(AWAY) from None

    async def direct_room(self, account: str) -> str:
        """The direct channel with an account; empty if Discord refuses one. Raises `Wait`."""
        if not account.isdecimal():
            return ""
        try:
            channel = await self._api.call("POST", "/users/@me/channels", {"recipient_id": account})
        except Refused:
            return ""
        return str(channel["id"])

    async def alone_with(self, room: str, account: str) -> bool:
        """Whether a channel is the direct one with an account, which nobody else can ever join."""
        try:
            channel = await self._api.call(
                "GET", "/channels/{channel_id}", where={"channel_id": room}
            )
        except Refused:
            return False
        people = [str(person.get("id")) for person in channel.get("recipients", ())]
        return bool(channel.get("type") == DIRECT and people == [account])

    async def invite_to_own_chat(self, account: str) -> bool:  # noqa: ARG002 - see below
        """Always false: everybody can be answered privately here, so no chat is needed."""
        return False

    async def is_in(self, place: Place, account: str) -> bool:
        """Whether an account is on the server that holds a channel."""
        where = {"guild_id": place.house, "user_id": account}
        if not place.house.isdecimal() or not account.isdecimal():
            return True
        try:
            await self._api.call("GET", "/guilds/{guild_id}/members/{user_id}", where=where)
        except Refused as refused:
            return refused.code not in (UNKNOWN_MEMBER, UNKNOWN_USER)
        return True

    async def successor_of(self, room: str) -> str:  # noqa: ARG002 - channels are not replaced
        """Always empty: Discord upgrades no channels."""
        return ""

    async def bridged_room(self, room: str) -> Place | None:  # noqa: ARG002 - bridges tell Matrix only
        """Always `None`: Discord does not know about bridges."""
        return None

    async def _channel(self, room: str) -> discord.abc.GuildChannel | None:
        """A channel from the cache; from Discord if another process may have its shard."""
        channel = self._api.channel(room)
        if channel is None and room.isdecimal() and not self._api.knows_all:
            return await self._asked_for(room)
        return channel if isinstance(channel, discord.abc.GuildChannel) else None

    async def _asked_for(self, room: str) -> discord.abc.GuildChannel | None:
        client = self._api.client
        where = {"channel_id": room}
        try:
            data = await self._api.call("GET", "/channels/{channel_id}", where=where)
            number = int(data.get("guild_id") or 0)
            guild = await ask_discord(lambda: client.fetch_guild(number, with_counts=False))
            channels = await ask_discord(guild.fetch_channels)
        except Refused:
            return None
        return next((channel for channel in channels if channel.id == int(room)), None)

    async def _ourselves(self, guild: discord.Guild) -> discord.Member:
        ourselves: discord.Member = await ask_discord(lambda: guild.fetch_member(self._api.me))
        return ourselves

    async def _ephemeral(self, post: Post) -> str:
        """Answer an interaction: the first post replaces the placeholder, the others follow it.

        Discord takes no nonce here and does not list these messages, so only replacing is safe to
        repeat.
        """
        body, files = _with_file(render.body(post.content, post.key), post.content)
        path = "/webhooks/{webhook_id}/{webhook_token}"
        where = {"webhook_id": self._api.application, "webhook_token": post.ephemeral}
        if post.key.endswith(("/0", "/done")):
            edited = await self._api.call(
                "PATCH", f"{path}/messages/@original", body, files=files, where=where
            )
            return str(edited["id"])
        if post.target:
            where["message_id"] = post.target
            await self._api.call(
                "PATCH", f"{path}/messages/{{message_id}}", body, files=files, where=where
            )
            return post.target
        body["flags"] |= render.EPHEMERAL
        sent = await self._api.call(
            "POST", path, body, files=files, query={"wait": "true"}, where=where
        )
        return str(sent["id"])

    async def _react(self, post: Post) -> str:
        path = "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me"
        await self._api.call(
            "PUT",
            path,
            where={
                "channel_id": post.thread or post.room,
                "message_id": post.target,
                "emoji": post.content["emoji"],
            },
        )
        return ""

    async def _edit(self, post: Post) -> str:
        path = "/channels/{channel_id}/messages/{message_id}"
        body = render.body(post.content, post.key)
        await self._api.call(
            "PATCH", path, body, where={"channel_id": post.room, "message_id": post.target}
        )
        return post.target

    async def _say(self, post: Post) -> str:
        """Post in the channel or its thread. A thread that does not exist yet is opened."""
        if not post.thread:
            return await self._send(post, post.room)
        try:
            return await self._send(post, post.thread)
        except Refused as refused:
            if refused.code != UNKNOWN_CHANNEL:
                raise
        if await self._opened(post):
            return await self._send(post, post.thread)
        return await self._send(post, post.room, about=post.thread)

    async def _send(self, post: Post, channel: str, about: str = "") -> str:
        body, files = _with_file(render.body(post.content, post.key), post.content)
        body |= {"nonce": render.nonce_of(post.key), "enforce_nonce": True}
        reply_to = about or post.reply_to
        if reply_to and reply_to != channel and (about or channel in (post.room, post.thread)):
            body["message_reference"] = {"message_id": reply_to, "fail_if_not_exists": False}
        if post.retried and (posted := await self._find(post, channel, body)):
            return posted
        where = {"channel_id": channel}
        sent = await self._api.call(
            "POST", "/channels/{channel_id}/messages", body, files=files, where=where
        )
        return str(sent["id"])

    async def _find(self, post: Post, channel: str, body: dict[str, Any]) -> str:
        """The id of the message that an earlier try posted, among the newest; else empty."""
        path = "/channels/{channel_id}/messages"
        try:
            newest = await self._api.call(
                "GET", path, query={"limit": LOOKED_BACK}, where={"channel_id": channel}
            )
        except Refused:
            return ""
        since = _snowflake(post.created_at)
        for message in newest:
            ours = message["author"]["id"] == str(self._api.me) and int(message["id"]) >= since
            if ours and (message.get("nonce") == body["nonce"] or _same(message, body)):
                return str(message["id"])
        return ""

    async def _opened(self, post: Post) -> bool:
        """Open the thread on the message it belongs to; whether there is one now."""
        path = "/channels/{channel_id}/messages/{message_id}"
        where = {"channel_id": post.room, "message_id": post.thread}
        name = ""
        with suppress(Refused):
            name = render.plain_title((await self._api.call("GET", path, where=where))["content"])
        body = {
            "name": render.shortened(name or "Indaba", LONGEST_NAME),
            "auto_archive_duration": WEEK_IN_MINUTES,
        }
        try:
            await self._api.call("POST", f"{path}/threads", body, where=where)
        except Refused as refused:
            return refused.code == HAS_A_THREAD
        return True


def written_of(message: dict[str, Any]) -> Written:
    """A message of Discord's API as `Written`."""
    return Written(
        message=str(message["id"]),
        account=str(message["author"]["id"]),
        text=str(message.get("content") or ""),
        written_at=written_at(message["id"]),
        file=file_in(message.get("attachments")),
    )


def _same(message: dict[str, Any], body: dict[str, Any]) -> bool:
    """Whether a message is the one we sent: the same text, in reply to the same message."""
    return bool(
        body["content"]
        and message["content"] == body["content"]
        and _answered(message) == _answered(body)
    )


def _answered(message: dict[str, Any]) -> str:
    return str((message.get("message_reference") or {}).get("message_id") or "")


def _with_file(
    body: dict[str, Any], content: dict[str, Any]
) -> tuple[dict[str, Any], list[discord.File]]:
    file = render.attached(content)
    if file is None:
        return body, []
    data, name, alt = file
    sent = file_of(data, quote(name, safe=" ()-_.") or "file")
    described = {"id": 0, "filename": sent.filename, "description": alt}
    return body | {"attachments": [described]}, [sent]


def _snowflake(moment: datetime | None) -> int:
    return discord.utils.time_snowflake(moment) if moment else 0
