"""Commands, buttons and forms: acknowledged at once, stored, then handled like messages."""

import asyncio
import json
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
from indaba.discord_bot.initial_response import InitialResponses, before_response, note_arrival
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
"""Seconds between tries to reach the database."""

TOO_OLD = "That question has been answered or is too old."
SENT_ALREADY = "That was sent already. Nothing more was done."
NOT_KEPT = "I could not take that down just now. Nothing has changed; please try again."
T = TypeVar("T")
LATER = "I cannot look that up just now. Please press again in a moment."


class Interactions:
    """Receives commands, buttons, forms and completions."""

    def __init__(self, api: Api, ledger: Ledger, inbox: InboxWorker, passports: Passports) -> None:
        self._api = api
        self._ledger = ledger
        self._inbox = inbox
        self._passports = passports
        self._responses = InitialResponses(api)
        self._pointed_at: dict[tuple[int, str], Written] = {}
        """Messages by who pointed at them: nobody else may have read them."""

    async def take(self, interaction: discord.Interaction) -> None:
        """Acknowledge and store one interaction, or answer it at once. Never raises `Wait`."""
        way: Callable[[discord.Interaction], Awaitable[None]] | None = {
            discord.InteractionType.application_command: self._command,
            discord.InteractionType.component: self._button,
            discord.InteractionType.modal_submit: self._form,
            discord.InteractionType.autocomplete: self._complete,
        }.get(interaction.type)
        if way is None or interaction.channel_id is None:
            return
        note_arrival(interaction)
        try:
            try:
                await way(interaction)
            except _NotKept:
                await self._replace(interaction, NOT_KEPT)
        except (Refused, Wait) as error:
            # It was not acknowledged, so Discord itself shows the person that it failed.
            logs.get(process="discord_bot").warning("interaction.lost", error=str(error)[:80])

    async def _command(self, interaction: discord.Interaction) -> None:
        data = _data(interaction)
        if data.get("type") == commands.MESSAGE_MENU:
            await self._menu(interaction, data)
            return
        noun, verb, options = _path(data)
        kind = commands.meant_by(noun, verb, INTENTS)
        if not await self._acknowledge(interaction, DEFERRED):
            return
        values = {name: _value(each) for name, each in options.items() if name != commands.FILE}
        intent = asked_as_json(kind, values) if kind else _unknown(noun, verb)
        file = options.get(commands.FILE, {}).get("value")
        written = _attached(interaction, data, file) if file else None
        await self._keep([self._invoked(interaction, intent, written=written)])

    async def _button(self, interaction: discord.Interaction) -> None:
        custom_id = str(_data(interaction).get("custom_id", ""))
        if custom_id.startswith(ASK):
            await self._open_form(interaction, custom_id.removeprefix(ASK))
        elif custom_id.startswith(DO):
            await self._do(interaction, custom_id.removeprefix(DO))
        elif custom_id.startswith(PICK):
            await self._pick(interaction, custom_id.removeprefix(PICK))
        else:
            await self._reply(interaction, _outdated())

    async def _do(self, interaction: discord.Interaction, line: str) -> None:
        """A button whose id holds a command line is handled like that command."""
        if not await self._acknowledge(interaction, DEFERRED):
            return
        understood = read_line(line, INTENTS)
        intent = (
            asked_as_json(understood.intent, understood.filled)
            if isinstance(understood, Understood)
            else _unknown(line, "")
        )
        await self._keep([self._invoked(interaction, intent)])

    async def _pick(self, interaction: discord.Interaction, pressed: str) -> None:
        """A choice stored under its post. An ephemeral message is replaced in place."""
        post, _, place = pressed.rpartition(":")
        message = interaction.message
        in_place = message is not None and message.flags.ephemeral
        if not await self._acknowledge(interaction, DEFERRED_UPDATE if in_place else DEFERRED):
            return
        number = int(place) if place.isdecimal() else 0
        await self._keep([ButtonPressed(**self._common(interaction), post=post, place=number)])

    async def _open_form(self, interaction: discord.Interaction, about: str) -> None:
        """Open the form for a question. Only an initial response can, so it is looked up now."""
        try:
            ask = await before_response(interaction, self._question(interaction))
        except Exception:  # noqa: BLE001 - whatever is wrong with the database, a response must go out
            await self._reply(interaction, LATER)
            return
        if ask is None or not about.startswith(f"{ask.intent}:{ask.field}"[: len(about)]):
            await self._reply(interaction, TOO_OLD)
            return
        await self._responses.send(interaction, FORM, forms.question(ask, _message_id(interaction)))

    async def _form(self, interaction: discord.Interaction) -> None:
        custom_id = str(_data(interaction).get("custom_id", ""))
        typed = forms.typed(_data(interaction).get("components"))
        if custom_id.startswith(forms.ANSWER):
            await self._answered(interaction, custom_id.removeprefix(forms.ANSWER), typed)
        elif custom_id.startswith(forms.SAVE):
            await self._saved(interaction, custom_id.removeprefix(forms.SAVE), typed)
        else:
            await self._reply(interaction, _outdated())

    async def _answered(
        self, interaction: discord.Interaction, about: str, typed: dict[str, str]
    ) -> None:
        """An answer to a question. Sending the same form again changes nothing."""
        if not await self._acknowledge(interaction, DEFERRED):
            return
        message, _, field = about.partition(":")
        ask = await self._tried(lambda: self._question(interaction))
        if ask is None or ask.field != field:
            await self._replace(interaction, TOO_OLD)
            return
        values = {**ask.filled, field: clean(typed.get(forms.FIELD, ""))}
        intent = asked_as_json(named(ask.intent, INTENTS), values)
        event = self._invoked(interaction, intent, once=f"answer/{message}")
        if not await self._keep([event]):
            await self._replace(interaction, SENT_ALREADY)

    async def _menu(self, interaction: discord.Interaction, data: dict[str, Any]) -> None:
        """Somebody chose a menu entry on a message: remember the message, and open the form.

        Adding to the minutes needs no form.
        """
        target = str(data.get("target_id", ""))
        shown = data.get("resolved", {}).get("messages", {}).get(target)
        if shown is None or commands.meant_by("resource", "save", INTENTS) is None:
            await self._reply(interaction, _outdated())
            return
        if data.get("name") == commands.NOTE_MENU:
            if await self._acknowledge(interaction, DEFERRED):
                intent = asked_as_json(AddToMinutes, {})
                event = self._invoked(interaction, intent, written=written_of(shown))
                await self._keep([event])
            return
        if len(self._pointed_at) >= MOST_REMEMBERED:
            self._pointed_at.pop(next(iter(self._pointed_at)))
        self._pointed_at[interaction.user.id, target] = written_of(shown)
        await self._responses.send(interaction, FORM, forms.saving(target, str(interaction.id)))

    async def _saved(
        self, interaction: discord.Interaction, about: str, typed: dict[str, str]
    ) -> None:
        target, _, opened = about.partition(":")
        kind = commands.meant_by("resource", "save", INTENTS)
        if kind is None or not await self._acknowledge(interaction, DEFERRED):
            return
        values = {n: clean(v) for n, v in typed.items() if v.strip() and n in kind.model_fields}
        shown = self._pointed_at.get((interaction.user.id, target))
        written = shown or await self._fetched(interaction, target)
        if written is None:
            await self._replace(interaction, "I cannot read that message any more.")
            return
        intent = asked_as_json(kind, values)
        event = self._invoked(interaction, intent, once=f"save/{opened}", written=written)
        if not await self._keep([event]):
            await self._replace(interaction, SENT_ALREADY)

    async def _fetched(self, interaction: discord.Interaction, message: str) -> Written | None:
        path = "/channels/{channel_id}/messages/{message_id}"
        where = {"channel_id": interaction.channel_id, "message_id": message}
        try:
            return written_of(await self._api.call("GET", path, where=where))
        except (Refused, Wait):
            return None

    async def _complete(self, interaction: discord.Interaction) -> None:
        """Suggest values for the option being typed; none if looking them up takes too long."""
        noun, verb, options = _path(_data(interaction))
        kind = commands.meant_by(noun, verb, INTENTS)
        field = next((name for name, each in options.items() if each.get("focused")), "")
        choices: list[dict[str, str]] = []
        if kind is not None and field in kind.model_fields:
            choices = await self._suggested(
                interaction, kind, field, str(options[field].get("value", ""))
            )
        await self._responses.send(interaction, SUGGESTIONS, {"choices": choices})

    async def _suggested(
        self, interaction: discord.Interaction, kind: type[Intent], field: str, typed: str
    ) -> list[dict[str, str]]:
        spot = _spot(interaction)
        asker = Asker(str(interaction.user.id), spot.room, spot.direct, house=spot.house)
        world, correlation = self._ledger.world, self._ledger.world.new_id()
        services = BusServiceClient(
            self._ledger.bus, world, self._passports, asker, str(interaction.id), correlation
        )
        try:
            pairs = await before_response(interaction, self._near(services, kind, field, typed))
        except Exception:  # noqa: BLE001 - people can type on without suggestions
            return []
        return [{"name": label, "value": value} for label, value in pairs if label and value]

    async def _near(
        self, services: BusServiceClient, kind: type[Intent], field: str, typed: str
    ) -> Sequence[tuple[str, str]]:
        issued = await self._passports.of(services.asker, services.correlation)
        return await suggestions(kind, field, typed, services, issued.passport.locale)

    async def _question(self, interaction: discord.Interaction) -> Ask | None:
        async with self._ledger.reading.connect() as connection:
            store = Store(Session(connection, self._ledger.world.now()))
            return await store.dialogue.question_for(ChatEvent(**self._common(interaction)))

    async def _keep(self, events: Sequence[ChatEvent]) -> int:
        """Store what was acknowledged, and return how many were new. Raises `_NotKept`."""
        return await self._tried(lambda: self._inbox.hear(events))

    async def _tried(self, act: Callable[[], Awaitable[T]]) -> T:
        """Do something that needs the database, retrying for a while. Raises `_NotKept`."""
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
        interaction: discord.Interaction,
        asked: str,
        *,
        once: str = "",
        written: Written | None = None,
    ) -> CommandInvoked:
        """What was asked. What is done `once` is done so by each account, whatever others send."""
        common = self._common(interaction)
        common |= {"id": f"{once}/{interaction.user.id}"} if once else {}
        return CommandInvoked(**common, asked=asked, written=written)

    def _common(self, interaction: discord.Interaction) -> dict[str, Any]:
        """The fields that all chat events share."""
        spot = _spot(interaction)
        return {
            "id": str(interaction.id),
            "room": spot.room,
            "thread": spot.thread,
            "house": spot.house,
            "direct": spot.direct,
            "account": str(interaction.user.id),
            "sent_at": self._ledger.world.now(),
            "ephemeral": interaction.token,
        }

    async def _acknowledge(self, interaction: discord.Interaction, way: int) -> bool:
        """Acknowledge; whether Discord accepted that. What it gave up on is not done."""
        try:
            await self._responses.send(interaction, way, {"flags": EPHEMERAL})
        except Refused as refused:
            return refused.code == ALREADY_ACKNOWLEDGED
        return True

    async def _reply(self, interaction: discord.Interaction, words: str) -> None:
        await self._responses.send(interaction, MESSAGE, {"content": words, "flags": EPHEMERAL})

    async def _replace(self, interaction: discord.Interaction, words: str) -> None:
        path = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"
        where = {"webhook_id": self._api.application, "webhook_token": interaction.token}
        await self._api.call("PATCH", path, {"content": words}, where=where)


class _NotKept(Exception):  # noqa: N818 - the person is told, operators are not
    """The database was away for too long to store an interaction."""


def _data(interaction: discord.Interaction) -> dict[str, Any]:
    return dict(interaction.data or {})


def _path(data: dict[str, Any]) -> tuple[str, str, dict[str, dict[str, Any]]]:
    """A command's noun, verb, and options by name."""
    within = (data.get("options") or [{}])[0]
    options = {str(each["name"]): each for each in within.get("options") or []}
    return str(data.get("name", "")), str(within.get("name", "")), options


def _value(option: dict[str, Any]) -> object:
    value = option.get("value")
    return clean(value) if isinstance(value, str) else value


def _unknown(noun: str, verb: str) -> str:
    """A command that no longer exists: stored like any other, and answered in words."""
    return json.dumps({"intent": f"{noun} {verb}", "values": {}})


def _attached(interaction: discord.Interaction, data: dict[str, Any], file: object) -> Written:
    attachment = data.get("resolved", {}).get("attachments", {}).get(str(file))
    file_sent: FileSent | None = file_in([attachment] if attachment else [])
    return Written(
        str(interaction.id), str(interaction.user.id), "", interaction.created_at, file_sent
    )


def _message_id(interaction: discord.Interaction) -> str:
    return str(interaction.message.id) if interaction.message else str(interaction.id)


def _spot(interaction: discord.Interaction) -> Spot:
    if interaction.channel is not None:
        return spot_of(interaction.channel, interaction.guild_id)
    return Spot(str(interaction.channel_id), "", str(interaction.guild_id or ""))


def _outdated() -> str:
    """The sentence for a button of an older version."""
    outdated = Outdated()
    return put_in(Wording().by_code(outdated), outdated.hint, SLASH, INTENTS)
