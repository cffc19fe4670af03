"""Chat in the trial room: sends what is typed, shows what others write."""

import asyncio
import json
import sys
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from indaba.contracts.refusal import Refusal
from indaba.operate.chat.timeline import Timeline, name_of
from indaba.operate.chat.writing import message
from indaba.operate.console import Console
from indaba.operate.data import secrets
from indaba.operate.data.secrets import Account
from indaba.operate.local import lock
from indaba.operate.local.matrix import HomeserverAway, HomeserverRefused, MatrixClient
from indaba.operate.local.trial import BOT

HISTORY = 20
PAST = 60
"""Events looked back at, for the last 20 lines of talk and what they refer to."""

ROUND_SECONDS = 10.0
LOOK_AGAIN_SECONDS = 1.0
BOT_PATIENCE = 15.0
SIGNS = {"yes": "👍", "maybe": "🤔", "no": "👎", "ok": "✅", "stop": "❌", "undo": "↩️"}
RSVPS = (SIGNS["yes"], SIGNS["maybe"], SIGNS["no"])
KINDS = [
    "m.room.message",
    "org.matrix.msc3381.poll.start",
    "m.reaction",
    "m.room.redaction",
    "m.room.member",
]
ONLY = json.dumps(
    {
        "presence": {"types": []},
        "account_data": {"types": []},
        "room": {
            "timeline": {"types": KINDS, "limit": 50},
            "state": {"types": []},
            "ephemeral": {"types": []},
            "account_data": {"types": []},
        },
    }
)
HELP = """Type to say something; !cop help asks the bot what it can do.
/react yes, maybe or no: answer the last card
/react ok, stop, undo or a sign: pick from what the bot offered last
/reply WORDS: reply to the last card
/thread WORDS: write in the thread of the last card
/direct WORDS: write to the bot alone
/who: who is here
/quit: leave"""


class NoSuchAccount(Refusal):
    """The named person has no trial account."""

    code = "no-such-account"

    def __init__(self, name: str, known: list[str]) -> None:
        there = (
            f"There are: {', '.join(known)}." if known else "There are none yet: start with make up"
        )
        super().__init__(f"Nobody here is called {name!r}. {there}")


class NoTrialRoom(Refusal):
    """Indaba runs without a homeserver of its own, or has not made the room yet."""

    code = "no-trial-room"

    def __init__(self) -> None:
        super().__init__(
            "There is no trial room: Indaba is still starting, or runs without its own homeserver. "
            "Wait until it says that it is ready, or talk with your own Matrix app."
        )


class NothingToAnswer(Refusal):
    """What was meant is not among the messages seen here."""

    code = "nothing-to-answer"


class NoCard(NothingToAnswer):
    """No card is among them."""

    def __init__(self) -> None:
        super().__init__(
            "I see no card among the latest messages. !cop meeting next names the next meeting and "
            "its code; then type, for example: !cop yes M7K2. A new one: !cop meeting new"
        )


class NoOffer(NothingToAnswer):
    """The bot offers nothing to pick in them."""

    def __init__(self) -> None:
        super().__init__("The bot has offered nothing to pick in the latest messages.")


class NoSign(Refusal):
    """No word for a sign, and no sign."""

    code = "no-sign"

    def __init__(self) -> None:
        known = ", ".join(f"{word} {sign}" for word, sign in SIGNS.items())
        super().__init__(f"React with what? Type /react and one of: {known}; or any other sign.")


class BotAway(Refusal):
    """The bot did not follow an invitation."""

    code = "bot-away"

    def __init__(self) -> None:
        super().__init__("The bot has not come into the direct chat. Look with: indaba doctor")


class Talk:
    """One person's talk in the trial room and with the bot alone."""

    def __init__(
        self,
        line: MatrixClient,
        me: Account,
        bot: str,
        room: str,
        saying: Console,
        homeserver_now: Callable[[], str] = str,
    ) -> None:
        self._line = line
        self._homeserver_now = homeserver_now
        self._me = me
        self._bot = bot
        self._room = room
        self._direct = ""
        self._rooms: dict[str, str] = {}
        self._saying = saying
        self._timeline = Timeline(bot)
        self._commands: dict[str, Callable[[str], Awaitable[None]]] = {
            "/help": self._help,
            "/who": self._who,
            "/react": self._react,
            "/reply": self._reply,
            "/thread": self._in_thread,
            "/direct": self._alone,
        }

    @classmethod
    async def opened(cls, data: Path, name: str, say: tuple[str, ...], wait: float) -> None:
        """Talk until the person leaves; with `say`, send that, listen `wait` seconds and leave."""
        here = lock.need(data)
        known = secrets.accounts(data)
        people = [user for user in known if user != BOT]
        if name not in people:
            raise NoSuchAccount(name, people)
        if not here.room:
            raise NoTrialRoom

        def homeserver_now() -> str:
            running = lock.find(data)
            return running.homeserver if running else ""

        async with MatrixClient(here.homeserver, known[name].token) as line:
            me, bot = known[name], known[BOT].user_id
            talk = cls(line, me, bot, here.room, Console(), homeserver_now)
            await talk.run(say, wait)

    async def run(self, say: tuple[str, ...], wait: float) -> None:
        """See `opened`."""
        self._direct = await self._known_direct()
        since = (await self._line.sync("", 0, ONLY))["next_batch"]
        # A homeserver may keep its answer for minutes, so what it tells next may be known already.
        await self._look_back(self._direct, shown=False)
        await self._look_back(self._room, shown=not say)
        listening = asyncio.create_task(self._listen(since))
        try:
            if say or not sys.stdin.isatty():
                await self._script(say, wait)
            else:
                await self._converse()
        finally:
            listening.cancel()
            await asyncio.wait({listening})
        if not listening.cancelled():
            listening.result()

    async def obey(self, typed: str) -> bool:
        """Do what was typed; whether to go on."""
        word, _, rest = typed.partition(" ")
        if word in ("/quit", "/exit"):
            return False
        if not word.startswith("/"):
            await (self._say(typed) if typed else asyncio.sleep(0))
        elif word in self._commands:
            await self._commands[word](rest.strip())
        else:
            self._saying.line(f"I do not know {word}. /help lists what there is.")
        return True

    async def _help(self, _: str) -> None:
        for line in HELP.splitlines():
            self._saying.line(line)

    async def _alone(self, words: str) -> None:
        await self._say(words, await self._direct_room())

    async def _script(self, say: tuple[str, ...], wait: float) -> None:
        """Lines given on the command line, or else piped in; then listen for a while."""
        if not say:
            say = tuple((await asyncio.to_thread(sys.stdin.read)).splitlines())
        for typed in say:
            if not await self._obey_in_words(typed.strip()):
                return
            await asyncio.sleep(wait)

    async def _converse(self) -> None:
        self._saying.step("You are in the room. /help says how to talk, /quit leaves.")
        typed: asyncio.Queue[str] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def read() -> None:
            for line in iter(sys.stdin.readline, ""):
                loop.call_soon_threadsafe(typed.put_nowait, line.strip())
            loop.call_soon_threadsafe(typed.put_nowait, "/quit")

        threading.Thread(target=read, daemon=True).start()
        while await self._obey_in_words(await typed.get()):
            pass

    async def _obey_in_words(self, typed: str) -> bool:
        try:
            return await self.obey(typed)
        except Refusal as no:
            self._saying.line(str(no), "yellow")
            return True

    async def _look_back(self, room: str, *, shown: bool) -> None:
        lines: list[str] = []
        for event in await self._line.messages(room, PAST) if room else ():
            lines += self._timeline.lines(event)
            self._rooms[str(event.get("event_id"))] = room
        for line in lines[-HISTORY:] if shown else ():
            self._saying.line(line)

    async def _listen(self, since: str) -> None:
        while True:
            try:
                news = await self._line.sync(since, ROUND_SECONDS, ONLY)
            except (HomeserverAway, HomeserverRefused):
                await self._wait_until_back()
                continue
            since = news["next_batch"]
            for room, happened in news.get("rooms", {}).get("join", {}).items():
                for event in happened.get("timeline", {}).get("events", []):
                    self._show(room, event)

    async def _wait_until_back(self) -> None:
        """Say that nobody answers, and look for the homeserver until it does, wherever it is."""
        self._saying.line(
            "Indaba is away. I wait here until it is back; start it: make up", "yellow"
        )
        while True:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
            if url := self._homeserver_now():
                self._line.move_to(url)
                with suppress(HomeserverAway, HomeserverRefused):
                    await self._line.whoami()
                    break
        self._saying.line("Indaba is back.", "green")

    def _show(self, room: str, event: dict[str, Any]) -> None:
        if room not in (self._room, self._direct):
            return
        for line in self._timeline.lines(event, "(direct) " if room == self._direct else ""):
            self._saying.line(line)
        self._rooms[str(event.get("event_id"))] = room

    async def _say(
        self, words: str, room: str = "", relation: dict[str, Any] | None = None
    ) -> None:
        if not words:
            self._saying.line("There is nothing to say: the words are missing.")
            return
        there = await self._line.members(self._room) if "@" in words else ()
        content = message(words, there)
        if relation:
            content["m.relates_to"] = relation
        sent = await self._line.send(room or self._room, "m.room.message", content)
        self._timeline.sent(sent, words)

    async def _reply(self, words: str) -> None:
        card = self._card()
        await self._say(words, self._rooms[card], {"m.in_reply_to": {"event_id": card}})

    async def _in_thread(self, words: str) -> None:
        card = self._card()
        relation = {
            "rel_type": "m.thread",
            "event_id": card,
            "is_falling_back": True,
            "m.in_reply_to": {"event_id": card},
        }
        await self._say(words, self._rooms[card], relation)

    async def _react(self, sign: str) -> None:
        key = SIGNS.get(sign.casefold(), sign)
        if not _is_sign(key):
            raise NoSign
        target = self._card() if key in RSVPS else self._offer()
        relation = {"rel_type": "m.annotation", "event_id": target, "key": key}
        try:
            sent = await self._line.send(
                self._rooms[target], "m.reaction", {"m.relates_to": relation}
            )
        except HomeserverRefused as refused:
            if refused.errcode != "M_DUPLICATE_ANNOTATION":
                raise
            self._saying.line(f"You reacted with {key} already.")
        else:
            self._timeline.sent(sent, key)

    async def _who(self, _: str) -> None:
        for account, standing in sorted((await self._line.members(self._room)).items()):
            if standing in ("join", "invite"):
                mark = {self._bot: " (the bot)", self._me.user_id: " (you)"}.get(account, "")
                awaited = ", invited" if standing == "invite" else ""
                self._saying.line(f"{name_of(account)}{mark}{awaited}")

    def _card(self) -> str:
        if not self._timeline.card:
            raise NoCard
        return self._timeline.card

    def _offer(self) -> str:
        if not self._timeline.offer:
            raise NoOffer
        return self._timeline.offer

    @property
    def _direct_path(self) -> str:
        return f"/user/{quote(self._me.user_id)}/account_data/m.direct"

    async def _known_direct(self) -> str:
        """The direct chat with the bot; empty if there is none yet."""
        try:
            known = (await self._line.ask("GET", self._direct_path)).get(self._bot, [])
        except HomeserverRefused:
            return ""
        joined = await self._line.joined_rooms()
        return next((room for room in known if room in joined), "")

    async def _direct_room(self) -> str:
        """The direct chat with the bot, opened on first use; the bot is in it."""
        if not self._direct:
            self._direct = await self._line.create_room(
                preset="trusted_private_chat", is_direct=True, invite=[self._bot]
            )
            await self._line.ask("PUT", self._direct_path, {self._bot: [self._direct]})
        try:
            async with asyncio.timeout(BOT_PATIENCE):
                while not await self._bot_is_in(self._direct):  # noqa: ASYNC110 - no bell rings
                    await asyncio.sleep(0.2)
        except TimeoutError:
            raise BotAway from None
        return self._direct

    async def _bot_is_in(self, room: str) -> bool:
        return (await self._line.members(room)).get(self._bot) == "join"


def _is_sign(key: str) -> bool:
    """Whether people react with it: a picture, not words."""
    return any(not letter.isascii() for letter in key) and not any(map(str.isalpha, key))
