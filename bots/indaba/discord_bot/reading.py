"""Turns Discord's data into chat events. Nothing in that data is trusted."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import discord

from indaba.conversation.delivery.chat_events import FileSent, MessageSent, Written

READ_KINDS = (discord.MessageType.default, discord.MessageType.reply)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something happened. `room` is the channel, even for what happens in its thread."""

    room: str
    thread: str = ""
    house: str = ""

    @property
    def direct(self) -> bool:
        """Whether it is a direct channel with us."""
        return not self.house


def spot_of(channel: Any, guild: int | None) -> Spot:
    """The spot of a channel or thread of discord.py."""
    house = str(guild) if guild else ""
    parent = getattr(channel, "parent_id", None)
    if isinstance(channel, discord.Thread) and parent:
        return Spot(str(parent), str(channel.id), house)
    return Spot(str(channel.id), "", house)


def message_sent(message: discord.Message, me: int, now: datetime) -> MessageSent | None:
    """The message as a chat event; `None` if it is not for us, or no person wrote it.

    Without a mention of us, Discord sends us no text, except in replies that notify us and in
    direct messages.
    """
    author = message.author
    if author.bot or author.system or message.webhook_id or message.type not in READ_KINDS:
        return None
    spot = spot_of(message.channel, message.guild.id if message.guild else None)
    text = clean(message.content)
    meant = _addressed(text, me)
    replied_to = message.reference.resolved if message.reference else None
    ours = isinstance(replied_to, discord.Message) and replied_to.author.id == me
    if not text or (meant is None and not ours and not spot.direct):
        return None
    return MessageSent(
        id=str(message.id),
        room=spot.room,
        account=str(author.id),
        text=text if meant is None else meant,
        sent_at=min(message.created_at, now),
        thread=spot.thread,
        reply_to=str(message.reference.message_id or "") if message.reference else "",
        addressed=text.strip() if meant is None and spot.direct else meant,
        direct=spot.direct,
        house=spot.house,
        written=_pointed_at(replied_to, message, ours=ours),
    )


def clean(text: str) -> str:
    """The text without NUL characters and lone surrogates, which databases do not take."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def written_at(message: object) -> datetime:
    """When a message was written, in UTC, from its id."""
    return discord.utils.snowflake_time(int(str(message))).astimezone(UTC)


def file_in(attachments: Any) -> FileSent | None:
    """The first attachment of a message of Discord's API, or `None`."""
    for each in attachments or []:
        return FileSent(
            handle=str(each.get("url", "")),
            name=clean(str(each.get("filename", "")))[:200],
            media_type=str(each.get("content_type") or "")[:100],
            size=int(each.get("size") or 0),
        )
    return None


def _addressed(text: str, me: int) -> str | None:
    """The text after a mention of us at its start; `None` if it does not start with one."""
    mention = re.match(rf"\s*<@!?{me}>[\s,:]*", text)
    return text[mention.end() :].strip() if mention else None


def _pointed_at(answered: Any, message: discord.Message, *, ours: bool) -> Written | None:
    """The message replied to, unless it is ours; else this one if it carries a file."""
    if isinstance(answered, discord.Message) and not ours:
        return _written(answered)
    return _written(message) if message.attachments else None


def _written(message: discord.Message) -> Written:
    first = message.attachments[0] if message.attachments else None
    return Written(
        message=str(message.id),
        account=str(message.author.id),
        text=clean(message.content),
        written_at=message.created_at,
        file=file_in([first.to_dict()]) if first else None,
    )
