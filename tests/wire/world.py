"""What there is on the made-up Discord: servers, channels, messages, interactions."""

import itertools
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

EPOCH_MS = 1_420_070_400_000
DEAD_AFTER = 3.0
TOKEN_LASTS = 900.0
NONCE_REMEMBERED = 180.0
TEXT_CHANNEL, PUBLIC_THREAD = 0, 11
COMMAND, BUTTON, COMPLETION = 2, 3, 4
EVERYTHING = str((1 << 53) - 1)
LONG_AGO = "2026-01-01T00:00:00+00:00"

Json = dict[str, Any]
_counter = itertools.count(1)


def snowflake() -> int:
    """An id that says when it was made, and is greater than all before it."""
    return ((time.time_ns() // 1_000_000 - EPOCH_MS) << 22) + (next(_counter) & 0x3FFFFF)


def instant() -> str:
    """Now, as Discord writes it."""
    return datetime.now(UTC).isoformat()


@dataclass
class Interaction:
    """Something pressed, typed or completed, and what came of it, in seconds since it was sent."""

    id: str
    token: str
    kind: int
    account: str
    channel: str
    began: float
    callbacks: list[tuple[float, Json]] = field(default_factory=list)
    refused: list[tuple[float, int]] = field(default_factory=list)
    edits: list[Json] = field(default_factory=list)
    more: list[Json] = field(default_factory=list)
    shown: dict[str, Json] = field(default_factory=dict)
    """What came after the first words, as it reads now."""

    edited_at: float = 0.0

    def age(self) -> float:
        """Seconds since it was sent to the bot."""
        return time.monotonic() - self.began


@dataclass
class World:
    """Servers with channels. What the bot does here is what anybody can see."""

    me: str = field(default_factory=lambda: str(snowflake()))
    guilds: dict[str, Json] = field(default_factory=dict)
    channels: dict[str, Json] = field(default_factory=dict)
    messages: dict[str, dict[str, Json]] = field(default_factory=lambda: defaultdict(dict))
    interactions: dict[str, Interaction] = field(default_factory=dict)
    by_token: dict[str, Interaction] = field(default_factory=dict)
    reactions: list[tuple[str, str]] = field(default_factory=list)
    commands: list[Json] = field(default_factory=list)
    events: dict[str, dict[str, Json]] = field(default_factory=lambda: defaultdict(dict))
    _nonces: dict[tuple[str, str], tuple[float, Json]] = field(default_factory=dict)

    @property
    def bot(self) -> Json:
        """The bot's own account."""
        return user(self.me, "indaba", bot=True)

    def guild(self, name: str = "School", guild_id: str = "") -> str:
        """A server where the bot may do everything."""
        made = guild_id or str(snowflake())
        everyone = {"id": made, "name": "@everyone", "permissions": EVERYTHING, "position": 0}
        plain: Json = {"color": 0, "hoist": False, "managed": False, "mentionable": False}
        self.guilds[made] = {
            "id": made,
            "name": name,
            "owner_id": "1",
            "roles": [everyone | plain | {"flags": 0, "colors": {"primary_color": 0}}],
            "joined_at": LONG_AGO,
        }
        return made

    def channel(self, guild: str, name: str = "maths", channel_id: str = "") -> str:
        """A text channel."""
        made = channel_id or str(snowflake())
        self.channels[made] = {
            "id": made,
            "type": TEXT_CHANNEL,
            "guild_id": guild,
            "name": name,
            "position": 0,
            "permission_overwrites": [],
            "last_message_id": None,
        }
        return made

    def thread(self, message: str, parent: str, name: str) -> Json:
        """The thread of a message, which has its id."""
        self.channels[message] = {
            "id": message,
            "type": PUBLIC_THREAD,
            "guild_id": self.channels[parent]["guild_id"],
            "parent_id": parent,
            "owner_id": self.me,
            "name": name,
            "last_message_id": None,
            "message_count": 0,
            "member_count": 1,
            "thread_metadata": {
                "archived": False,
                "auto_archive_duration": 10080,
                "archive_timestamp": LONG_AGO,
                "locked": False,
            },
        }
        return self.channels[message]

    def message(self, channel: str, author: Json, content: str, **more: Any) -> Json:
        """A message that stays in its channel."""
        made = self.composed(channel, author, content, **more)
        self.messages[channel][made["id"]] = made
        self.channels[channel]["last_message_id"] = made["id"]
        return made

    def composed(self, channel: str, author: Json, content: str, **more: Any) -> Json:
        """A message, as it is shown."""
        return {
            "id": str(snowflake()),
            "channel_id": channel,
            "guild_id": self.channels[channel]["guild_id"],
            "type": 19 if "message_reference" in more else 0,
            "author": author,
            "content": content,
            "timestamp": instant(),
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [self.bot] if f"<@{self.me}>" in content else [],
            "mention_roles": [],
            "attachments": [],
            "embeds": [],
            "components": [],
            "pinned": False,
            "flags": 0,
            **more,
        }

    def first_with(self, nonce: str, channel: str) -> Json | None:
        """The message that bore this nonce within the past minutes."""
        kept = self._nonces.get((channel, nonce))
        return kept[1] if kept and kept[0] > time.monotonic() - NONCE_REMEMBERED else None

    def remember(self, nonce: str, message: Json) -> None:
        """A message bears a nonce."""
        self._nonces[message["channel_id"], nonce] = time.monotonic(), message

    def interaction(self, kind: int, account: str, channel: str) -> Interaction:
        """Something that is sent to the bot now."""
        number = str(snowflake())
        made = Interaction(number, f"token-{number}", kind, account, channel, time.monotonic())
        self.interactions[number] = self.by_token[made.token] = made
        return made

    def whole_guild(self, guild: str) -> Json:
        """A server as it is told when the bot connects."""
        within = [c for c in self.channels.values() if c["guild_id"] == guild]
        bare: Json = {"emojis": [], "stickers": [], "features": [], "voice_states": []}
        return {
            **self.guilds[guild],
            **bare,
            "members": [member(self.bot)],
            "member_count": 60,
            "large": False,
            "unavailable": False,
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
            "channels": [c for c in within if c["type"] != PUBLIC_THREAD],
            "threads": [c for c in within if c["type"] == PUBLIC_THREAD],
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw_level": 0,
            "premium_tier": 0,
            "preferred_locale": "en-US",
            "afk_timeout": 300,
            "system_channel_flags": 0,
            "premium_progress_bar_enabled": False,
        }

    def said_in(self, channel: str) -> list[Json]:
        """What the bot has said in a channel, oldest first."""
        return [m for m in self.messages[channel].values() if m["author"]["id"] == self.me]


def user(account: str, name: str, *, bot: bool = False) -> Json:
    """An account."""
    return {
        "id": account,
        "username": name,
        "discriminator": "0",
        "global_name": name,
        "avatar": None,
        "bot": bot,
        "public_flags": 0,
        "flags": 0,
    }


def member(account: Json) -> Json:
    """An account on a server."""
    return {
        "user": account,
        "nick": None,
        "roles": [],
        "joined_at": LONG_AGO,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": False,
        "permissions": EVERYTHING,
    }
