"""discord.py's client, which passes on events, and calls to Discord's API."""

import asyncio
import io
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

import aiohttp
import discord
from discord.http import Route

from indaba.conversation.delivery.platform import Limited, Wait
from indaba.discord_bot.pace import Pace
from indaba.process import logs

if TYPE_CHECKING:
    from indaba.discord_bot.gateway import Gateway

LONGEST_LIMIT = 30.0
"""Seconds that discord.py may wait for a rate limit itself. We wait for longer ones."""

AWAY = timedelta(seconds=5)
SERVER_ERROR, TOO_MANY = 500, 429
_NOWHERE: Mapping[str, Any] = {}


class Refused(Exception):  # noqa: N818 - a refusal, read by operators
    """Discord refused a request. `code` is Discord's error code, 0 if it gave none."""

    def __init__(self, status: int, code: int, words: str) -> None:
        super().__init__(f"{status} {code}: {words}"[:300])
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote in a poll. `option` counts from 1; 0 means that the vote was taken back."""

    house: str
    channel: str
    message: str
    account: str
    option: int


@dataclass(frozen=True, slots=True)
class Change:
    """An edit or deletion: then `text` is `None` and `account` empty. Direct: no `house`."""

    house: str
    channel: str
    message: str
    account: str
    text: str | None


class Ears(Protocol):
    """Receives what happens on Discord."""

    async def connected(self) -> None:
        """All servers are known. Called after every connection that is not a resumed one."""
        ...

    def began_anew(self) -> None:
        """A new connection has begun, and what happened before it is not repeated."""
        ...

    def lost(self) -> None:
        """The connection is lost for now."""
        ...

    def appeared(self, guild: discord.Guild) -> None:
        """A server has become available to this connection."""
        ...

    def resumed(self) -> None:
        """The connection is back. Discord repeats what was missed."""
        ...

    async def interaction(self, interaction: discord.Interaction) -> None:
        """Somebody used a command, button or form, or types an option that completes."""
        ...

    async def message(self, message: discord.Message) -> None:
        """Somebody wrote a message in a channel that we see."""
        ...

    async def changed(self, change: Change) -> None:
        """A message was edited, or deleted."""
        ...

    async def chose(self, ballot: Ballot) -> None:
        """Somebody voted in a poll, or took their vote back."""
        ...

    async def spoke(self, channel: str, account: str) -> None:
        """Somebody joined a voice channel."""
        ...

    async def banned(self, house: str, account: str, *, lifted: bool) -> None:
        """Somebody was banned from a server, or may come back."""
        ...

    async def interested(self, house: str, event: str, account: str) -> None:
        """Somebody pressed Interested on a native event."""
        ...


def intents() -> discord.Intents:
    """The gateway intents we ask for. None is privileged, so none needs Discord's approval."""
    wanted = discord.Intents.none()
    wanted.guilds = True
    wanted.guild_messages = True
    wanted.dm_messages = True
    wanted.guild_scheduled_events = True
    wanted.guild_polls = True
    wanted.moderation = True
    wanted.voice_states = True
    return wanted


class Client(discord.Client):
    """discord.py's client. It passes events to `ears` and starts no tasks of its own."""

    def __init__(self, ears: Ears, pace: Pace) -> None:
        super().__init__(
            intents=intents(),
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=LONGEST_LIMIT,
            max_messages=None,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            http_trace=pace.trace(),
        )
        self._ears = ears
        self.before_again: Callable[[], Awaitable[None]] | None = None
        """Awaited before it identifies again. May raise."""

        self.identifying = asyncio.Event()
        """Set when it identifies, and when it closes without doing so."""

        # discord.py drops these events for members it has not cached, and without the members
        # intent it caches hardly anybody.
        parsers = self._connection.parsers
        parsers["GUILD_SCHEDULED_EVENT_USER_ADD"] = self._marked
        parsers["MESSAGE_POLL_VOTE_ADD"] = self._voted
        parsers["MESSAGE_POLL_VOTE_REMOVE"] = self._unvoted
        self._keep_voice = parsers["VOICE_STATE_UPDATE"]
        parsers["VOICE_STATE_UPDATE"] = self._moved
        parsers["MESSAGE_UPDATE"] = self._edited
        parsers["MESSAGE_DELETE"] = self._deleted
        # An exception in a parser ends discord.py's connection. READY and RESUMED may end it:
        # without them there is no connection.
        for name in parsers.keys() - {"READY", "RESUMED"}:
            parsers[name] = self._carefully(name, parsers[name])

    def be_shard(self, shard: int, count: int) -> None:
        """Make this client one shard of several. Call it before connecting."""
        self.shard_id, self.shard_count = shard, count
        self._connection.shard_count = count

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait for our turn to identify. The first time, that was done before connecting."""
        if self.shard_count is None:
            await super().before_identify_hook(shard_id, initial=initial)
        if self.before_again is not None and not initial:
            await self.before_again()
        self.identifying.set()

    async def close(self) -> None:
        """Close the connection. Idempotent."""
        self.identifying.set()
        await super().close()

    async def on_connect(self) -> None:
        """Identified: called before any other event of the connection."""
        self._ears.began_anew()

    async def on_ready(self) -> None:
        """All servers of a new connection are known."""
        await self._ears.connected()

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """A server is available: when the connection begins, or after an outage."""
        self._ears.appeared(guild)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """We joined a server."""
        self._ears.appeared(guild)

    async def on_member_ban(self, guild: discord.Guild, user: discord.abc.User) -> None:
        """Somebody was banned."""
        await self._ears.banned(str(guild.id), str(user.id), lifted=False)

    async def on_member_unban(self, guild: discord.Guild, user: discord.abc.User) -> None:
        """A ban was lifted."""
        await self._ears.banned(str(guild.id), str(user.id), lifted=True)

    async def on_resumed(self) -> None:
        """The connection was resumed."""
        self._ears.resumed()

    async def on_disconnect(self) -> None:
        """The connection was lost."""
        self._ears.lost()

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Somebody used a command, button or form, or is typing an option."""
        await self._ears.interaction(interaction)

    async def on_message(self, message: discord.Message) -> None:
        """Somebody wrote a message."""
        await self._ears.message(message)

    async def on_marked(self, data: dict[str, Any]) -> None:
        """Somebody pressed Interested on a native event."""
        house, event = str(data["guild_id"]), str(data["guild_scheduled_event_id"])
        await self._ears.interested(house, event, str(data["user_id"]))

    async def on_ballot(self, data: dict[str, Any], option: int) -> None:
        """Somebody voted in a poll, or took their vote back (`option` 0)."""
        ballot = Ballot(
            house=str(data.get("guild_id") or ""),
            channel=str(data["channel_id"]),
            message=str(data["message_id"]),
            account=str(data["user_id"]),
            option=option,
        )
        await self._ears.chose(ballot)

    async def on_presence(self, data: dict[str, Any]) -> None:
        """Somebody joined a voice channel, or changed something about themselves in one."""
        await self._ears.spoke(str(data["channel_id"]), str(data["user_id"]))

    async def on_changed(self, data: dict[str, Any], text: str | None) -> None:
        """A message was edited, or deleted (`text` is `None`)."""
        account, house = data.get("author", {}).get("id", ""), data.get("guild_id") or ""
        channel, message = str(data["channel_id"]), str(data["id"])
        await self._ears.changed(Change(str(house), channel, message, str(account), text))

    def _carefully(self, name: str, parse: Callable[[Any], Any]) -> Callable[[Any], None]:
        def parsed(data: Any) -> None:
            try:
                parse(data)
            except Exception as error:  # noqa: BLE001 - one event must not keep others from being heard
                why = type(error).__name__
                logs.get(process="discord_bot").error("event.set-aside", heard=name, error=why)

        return parsed

    def _marked(self, data: dict[str, Any]) -> None:
        self.dispatch("marked", data)

    def _voted(self, data: dict[str, Any]) -> None:
        self.dispatch("ballot", data, int(data["answer_id"]))

    def _unvoted(self, data: dict[str, Any]) -> None:
        self.dispatch("ballot", data, 0)

    def _moved(self, data: dict[str, Any]) -> None:
        self._keep_voice(data)
        if data.get("channel_id"):
            self.dispatch("presence", data)

    def _edited(self, data: dict[str, Any]) -> None:
        if data.get("content") and not data.get("author", {}).get("bot"):
            self.dispatch("changed", data, str(data["content"]))

    def _deleted(self, data: dict[str, Any]) -> None:
        self.dispatch("changed", data, None)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002 - discord.py's own signature
        """Log a failed event by its name, without any of its content."""
        import sys

        error = sys.exc_info()[0]
        name = error.__name__ if error else ""
        logs.get(process="discord_bot").error("event.failed", heard=event_method, error=name)


class Api:
    """Calls to Discord's API. Each returns, or raises `Wait` (try later) or `Refused`."""

    def __init__(
        self, gateway: "Gateway", others: Callable[[], Sequence["Gateway"]] = lambda: ()
    ) -> None:
        self._gateway = gateway
        self._others = others

    @property
    def client(self) -> Client:
        """The logged-in client. Raises `Wait` while there is none."""
        client = self._gateway.client
        if client is None or client.http.token is None or client.user is None:
            raise Wait(AWAY)
        return client

    @property
    def knows_all(self) -> bool:
        """Whether this connection receives events of all servers. Raises `Wait`."""
        return self.client.shard_count is None

    def channel(self, number: str) -> Any:
        """A channel that any connection of this process sees, or `None`. Raises `Wait`."""
        return next(filter(None, (c.get_channel(int(number)) for c in self._clients(number))), None)

    def guild(self, number: str) -> discord.Guild | None:
        """A server that any connection of this process sees, or `None`. Raises `Wait`."""
        return next(filter(None, (c.get_guild(int(number)) for c in self._clients(number))), None)

    def _clients(self, number: str) -> Iterator[Client]:
        if number.isdecimal():
            yield self.client
            yield from (g.client for g in self._others() if g.client is not None)

    @property
    def me(self) -> int:
        """The id of our own account. Raises `Wait`."""
        user = self.client.user
        return user.id if user else 0

    @property
    def application(self) -> int:
        """The id of our application. Raises `Wait`."""
        return self.client.application_id or self.me

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        files: Sequence[discord.File] = (),
        query: dict[str, Any] | None = None,
        where: Mapping[str, Any] = _NOWHERE,
    ) -> Any:
        """Send a request and return Discord's answer. Raises `Wait` or `Refused`.

        `where` fills the placeholders of `path`, by which discord.py tells rate limits apart.
        """
        client = self.client
        options: dict[str, Any] = {"params": query} if query else {}
        if files:
            options |= {"form": _form(body, files), "files": list(files)}
        elif body is not None:
            options["json"] = body
        return await ask_discord(
            lambda: client.http.request(Route(method, path, **where), **options)
        )


async def ask_discord(question: Callable[[], Awaitable[Any]]) -> Any:
    """Await a call of discord.py, with its errors turned into `Wait` or `Refused`."""
    try:
        return await question()
    except discord.RateLimited as limit:
        raise Limited(timedelta(seconds=limit.retry_after)) from None
    except discord.HTTPException as error:
        if error.status >= SERVER_ERROR or error.status == TOO_MANY:
            raise Wait(AWAY) from None
        raise Refused(error.status, error.code, error.text) from None
    except (aiohttp.ClientError, OSError, TimeoutError, RuntimeError):
        raise Wait(AWAY) from None


def _form(body: Any, files: Sequence[discord.File]) -> list[dict[str, Any]]:
    form: list[dict[str, Any]] = [{"name": "payload_json", "value": json.dumps(body)}]
    for number, file in enumerate(files):
        form.append(
            {
                "name": f"files[{number}]",
                "value": file.fp,
                "filename": file.filename,
                "content_type": "application/octet-stream",
            }
        )
    return form


def file_of(data: bytes, name: str) -> discord.File:
    """The bytes as an attachment to send."""
    return discord.File(io.BytesIO(data), filename=name)
