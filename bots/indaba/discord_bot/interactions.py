"""Commands, buttons and forms: acknowledged at once, kept, and dealt with like anything said."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import discord

from indaba.conversation.answer import Ask
from indaba.conversation.commands.completing import suggestions
from indaba.conversation.commands.hints import put_in
from indaba.conversation.commands.intent import SLASH, Intent, Outdated, asked_as_json, named
from indaba.conversation.commands.line import Understood, read_line
from indaba.conversation.commands.topics import INTENTS
from indaba.conversation.commands.topics.noting import AddToMinutes
from indaba.conversation.delivery.chat_events import (
    ButtonPressed,
    ChatEvent,
    CommandInvoked,
    FileSent,
    Written,
)
from indaba.conversation.delivery.inbox_worker import InboxWorker
from indaba.conversation.delivery.platform import Wait
from indaba.conversation.delivery.service_client import Asker, BusServiceClient, Passports
from indaba.conversation.store import Store
from indaba.conversation.wording import Wording
from indaba.discord_bot import commands, forms
from indaba.discord_bot.client import Api, Refused
from indaba.discord_bot.first_words import FirstWords, heard, soon
from indaba.discord_bot.platform import written_of
from indaba.discord_bot.reading import Spot, clean, file_in, spot_of
from indaba.discord_bot.render import ASK, DO, EPHEMERAL, PICK
from indaba.ledger import Ledger
from indaba.ledger.failures import is_passing
from indaba.ledger.session import Session
from indaba.process import logs

MESSAGE, DEFERRED, DEFERRED_UPDATE, SUGGESTIONS, FORM = 4, 5, 6, 8, 9
ALREADY_ACKNOWLEDGED = 40060
MOST_REMEMBERED = 500
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds."""

TOO_OLD = "That question has been answered or is too old."
SENT_ALREADY = "That was sent already. Nothing more was done."
NOT_KEPT = "I could not take that down just now. Nothing has changed; please try again."
T = TypeVar("T")
LATER = "I cannot look that up just now. Please press again in a moment."


class Interactions:
    """What people do with commands, buttons and forms."""

    def __init__(self, api: Api, ledger: Ledger, inbox: InboxWorker, passports: Passports) -> None:
        self._api = api
        self._ledger = ledger
        self._inbox = inbox
        self._passports = passports
        self._first_words = FirstWords(api)
        self._pointed_at: dict[str, Written] = {}

    async def take(self, found: discord.Interaction) -> None:
        """Take up one interaction."""
        way: Callable[[discord.Interaction], Awaitable[None]] | None = {
            discord.InteractionType.application_command: self._command,
            discord.InteractionType.component: self._button,
            discord.InteractionType.modal_submit: self._form,
            discord.InteractionType.autocomplete: self._complete,
        }.get(found.type)
        if way is None or found.channel_id is None:
            return
        heard(found)
        try:
            try:
                await way(found)
            except _NotKept:
                await self._replace(found, NOT_KEPT)
        except (Refused, Wait) as error:
            # It was not acknowledged, so Discord tells the person itself that it failed.
            logs.get(process="discord_bot").warning("interaction.lost", error=str(error)[:80])

    async def _command(self, found: discord.Interaction) -> None:
        data = _data(found)
        if data.get("type") == commands.MESSAGE_MENU:
            await self._menu(found, data)
            return
        noun, verb, options = _path(data)
        kind = commands.meant_by(noun, verb, INTENTS)
        if not await self._acknowledge(found, DEFERRED):
            return
        values = {name: _value(each) for name, each in options.items() if name != commands.FILE}
        asked = asked_as_json(kind, values) if kind else _unknown(noun, verb)
        file = options.get(commands.FILE, {}).get("value")
        sent = _attached(found, data, file) if file else None
        await self._keep([self._invoked(found, asked, written=sent)])

    async def _button(self, found: discord.Interaction) -> None:
        pressed = str(_data(found).get("custom_id", ""))
        if pressed.startswith(ASK):
            await self._open_form(found, pressed.removeprefix(ASK))
        elif pressed.startswith(DO):
            await self._do(found, pressed.removeprefix(DO))
        elif pressed.startswith(PICK):
            await self._pick(found, pressed.removeprefix(PICK))
        else:
            await self._reply(found, _outdated())

    async def _do(self, found: discord.Interaction, line: str) -> None:
        """A button that says itself what it does: as good as the command."""
        if not await self._acknowledge(found, DEFERRED):
            return
        understood = read_line(line, INTENTS)
        asked = (
            asked_as_json(understood.intent, understood.filled)
            if isinstance(understood, Understood)
            else _unknown(line, "")
        )
        await self._keep([self._invoked(found, asked)])

    async def _pick(self, found: discord.Interaction, pressed: str) -> None:
        """A choice that is kept under its post. What only its asker sees is replaced in place."""
        post, _, place = pressed.rpartition(":")
        message = found.message
        in_place = message is not None and message.flags.ephemeral
        if not await self._acknowledge(found, DEFERRED_UPDATE if in_place else DEFERRED):
            return
        number = int(place) if place.isdecimal() else 0
        await self._keep([ButtonPressed(**self._common(found), post=post, place=number)])

    async def _open_form(self, found: discord.Interaction, about: str) -> None:
        """The form for an open question: only a first answer may be one, so it is looked up now."""
        try:
            ask = await soon(found, self._question(found))
        except Exception:  # noqa: BLE001 - whatever keeps the database: an answer must go out
            await self._reply(found, LATER)
            return
        if ask is None or not about.startswith(f"{ask.intent}:{ask.field}"[: len(about)]):
            await self._reply(found, TOO_OLD)
            return
        await self._first_words.say(found, FORM, forms.question(ask, _message_id(found)))

    async def _form(self, found: discord.Interaction) -> None:
        sent = str(_data(found).get("custom_id", ""))
        typed = forms.typed(_data(found).get("components"))
        if sent.startswith(forms.ANSWER):
            await self._answered(found, sent.removeprefix(forms.ANSWER), typed)
        elif sent.startswith(forms.SAVE):
            await self._saved(found, sent.removeprefix(forms.SAVE), typed)
        else:
            await self._reply(found, _outdated())

    async def _answered(
        self, found: discord.Interaction, about: str, typed: dict[str, str]
    ) -> None:
        """An answer to a question; the same form sent again does nothing more."""
        if not await self._acknowledge(found, DEFERRED):
            return
        message, _, field = about.partition(":")
        ask = await self._tried(lambda: self._question(found))
        if ask is None or ask.field != field:
            await self._replace(found, TOO_OLD)
            return
        values = {**ask.filled, field: clean(typed.get(forms.FIELD, ""))}
        asked = asked_as_json(named(ask.intent, INTENTS), values)
        answer = self._invoked(found, asked, key=f"answer/{message}")
        if not await self._keep([answer]):
            await self._replace(found, SENT_ALREADY)

    async def _menu(self, found: discord.Interaction, data: dict[str, Any]) -> None:
        """A message was pointed at: remember what Discord shows of it, and ask for the rest."""
        target = str(data.get("target_id", ""))
        shown = data.get("resolved", {}).get("messages", {}).get(target)
        if shown is None or commands.meant_by("resource", "save", INTENTS) is None:
            await self._reply(found, _outdated())
            return
        if data.get("name") == commands.NOTE_MENU:
            if await self._acknowledge(found, DEFERRED):
                asked = asked_as_json(AddToMinutes, {})
                noted = self._invoked(found, asked, written=written_of(shown))
                await self._keep([noted])
            return
        if len(self._pointed_at) >= MOST_REMEMBERED:
            self._pointed_at.pop(next(iter(self._pointed_at)))
        self._pointed_at[target] = written_of(shown)
        await self._first_words.say(found, FORM, forms.saving(target, str(found.id)))

    async def _saved(self, found: discord.Interaction, about: str, typed: dict[str, str]) -> None:
        target, _, opened = about.partition(":")
        kind = commands.meant_by("resource", "save", INTENTS)
        if kind is None or not await self._acknowledge(found, DEFERRED):
            return
        values = {n: clean(v) for n, v in typed.items() if v.strip() and n in kind.model_fields}
        written = self._pointed_at.get(target) or await self._fetched(found, target)
        if written is None:
            await self._replace(found, "I cannot read that message any more.")
            return
        asked = asked_as_json(kind, values)
        saved = self._invoked(found, asked, key=f"save/{opened}", written=written)
        if not await self._keep([saved]):
            await self._replace(found, SENT_ALREADY)

    async def _fetched(self, found: discord.Interaction, message: str) -> Written | None:
        path = "/channels/{channel_id}/messages/{message_id}"
        where = {"channel_id": found.channel_id, "message_id": message}
        try:
            return written_of(await self._api.call("GET", path, where=where))
        except (Refused, Wait):
            return None

    async def _complete(self, found: discord.Interaction) -> None:
        """Suggest, or nothing at all where that takes too long."""
        noun, verb, options = _path(_data(found))
        kind = commands.meant_by(noun, verb, INTENTS)
        field = next((name for name, each in options.items() if each.get("focused")), "")
        shown: list[dict[str, str]] = []
        if kind is not None and field in kind.model_fields:
            shown = await self._suggested(found, kind, field, str(options[field].get("value", "")))
        await self._first_words.say(found, SUGGESTIONS, {"choices": shown})

    async def _suggested(
        self, found: discord.Interaction, kind: type[Intent], field: str, typed: str
    ) -> list[dict[str, str]]:
        spot = _spot(found)
        asker = Asker(str(found.user.id), spot.room, spot.direct, house=spot.house)
        world, correlation = self._ledger.world, self._ledger.world.new_id()
        services = BusServiceClient(
            self._ledger.bus, world, self._passports, asker, str(found.id), correlation
        )
        try:
            near = await soon(found, self._near(services, kind, field, typed))
        except Exception:  # noqa: BLE001 - without suggestions one types on; nothing is lost
            return []
        return [{"name": label, "value": value} for label, value in near if label and value]

    async def _near(
        self, services: BusServiceClient, kind: type[Intent], field: str, typed: str
    ) -> Sequence[tuple[str, str]]:
        issued = await self._passports.of(services.asker, services.correlation)
        return await suggestions(kind, field, typed, services, issued.passport.locale)

    async def _question(self, found: discord.Interaction) -> Ask | None:
        async with self._ledger.database.connect() as connection:
            store = Store(Session(connection, self._ledger.world.now()))
            return await store.dialogue.question_for(ChatEvent(**self._common(found)))

    async def _keep(self, events: Sequence[ChatEvent]) -> int:
        """Keep what was acknowledged; gives how many were new."""
        return await self._tried(lambda: self._inbox.hear(events))

    async def _tried(self, act: Callable[[], Awaitable[T]]) -> T:
        """Do what needs the database, trying for a while. Raises `_NotKept`."""
        for pause in PAUSES:
            try:
                return await act()
            except Exception as error:
                if not is_passing(error):
                    raise
                await asyncio.sleep(pause)
        raise _NotKept

    def _invoked(
        self,
        found: discord.Interaction,
        asked: str,
        *,
        key: str = "",
        written: Written | None = None,
    ) -> CommandInvoked:
        common = self._common(found) | ({"id": key} if key else {})
        return CommandInvoked(**common, asked=asked, written=written)

    def _common(self, found: discord.Interaction) -> dict[str, Any]:
        """What all events have."""
        spot = _spot(found)
        return {
            "id": str(found.id),
            "room": spot.room,
            "thread": spot.thread,
            "house": spot.house,
            "direct": spot.direct,
            "account": str(found.user.id),
            "sent_at": self._ledger.world.now(),
            "ephemeral": found.token,
        }

    async def _acknowledge(self, found: discord.Interaction, way: int) -> bool:
        """Whether Discord knows that we took it; what it gave up on is not done."""
        try:
            await self._first_words.say(found, way, {"flags": EPHEMERAL})
        except Refused as refused:
            return refused.code == ALREADY_ACKNOWLEDGED
        return True

    async def _reply(self, found: discord.Interaction, words: str) -> None:
        await self._first_words.say(found, MESSAGE, {"content": words, "flags": EPHEMERAL})

    async def _replace(self, found: discord.Interaction, words: str) -> None:
        path = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"
        where = {"webhook_id": self._api.application, "webhook_token": found.token}
        await self._api.call("PATCH", path, {"content": words}, where=where)


class _NotKept(Exception):  # noqa: N818 - what is said to the person
    """The database was away for long."""


def _data(found: discord.Interaction) -> dict[str, Any]:
    return dict(found.data or {})


def _path(data: dict[str, Any]) -> tuple[str, str, dict[str, dict[str, Any]]]:
    """Noun, verb and options by name."""
    within = (data.get("options") or [{}])[0]
    options = {str(each["name"]): each for each in within.get("options") or []}
    return str(data.get("name", "")), str(within.get("name", "")), options


def _value(option: dict[str, Any]) -> object:
    value = option.get("value")
    return clean(value) if isinstance(value, str) else value


def _unknown(noun: str, verb: str) -> str:
    """What nobody understands any more: answered in words like anything else."""
    import json

    return json.dumps({"intent": f"{noun} {verb}", "values": {}})


def _attached(found: discord.Interaction, data: dict[str, Any], file: object) -> Written:
    sent = data.get("resolved", {}).get("attachments", {}).get(str(file))
    attached: FileSent | None = file_in([sent] if sent else [])
    return Written(str(found.id), str(found.user.id), "", found.created_at, attached)


def _message_id(found: discord.Interaction) -> str:
    return str(found.message.id) if found.message else str(found.id)


def _spot(found: discord.Interaction) -> Spot:
    if found.channel is not None:
        return spot_of(found.channel, found.guild_id)
    return Spot(str(found.channel_id), "", str(found.guild_id or ""))


def _outdated() -> str:
    """What is said to a button of an older version."""
    outdated = Outdated()
    return put_in(Wording().by_code(outdated), outdated.hint, SLASH, INTENTS)
